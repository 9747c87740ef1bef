"""Pictures and clips that prove an event, named by the hash of their bytes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """A piece of evidence that the server holds, whole and verified: from a device, or from a person."""

    sha256: str
    media_type: str
    size_bytes: int
    device_id: str | None
    received_at: datetime
    uploaded_by: str | None = None


@dataclass(frozen=True, slots=True)
class UploadRange:
    """The part of a piece of evidence that one request brings: first byte, number of bytes, bytes in all."""

    offset: int
    length: int
    total: int

    @property
    def is_last(self) -> bool:
        """Whether the piece is whole after this part."""
        return self.offset + self.length == self.total
