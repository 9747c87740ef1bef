"""Evidence: taken in from the device whose event names it, shown to people, every view on record."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import InvalidInput, NotFound
from map_server.domain.evidence import StoredEvidence, UploadRange
from map_server.services.evidence_looks import EvidenceLooks
from map_server.services.ports import Begin, Clock


class EvidenceFiles(Protocol):
    """Files named by the hash of their bytes, whole ones and ones still on the way."""

    def received(self, sha256: str) -> int:
        """Give the number of bytes of a piece on the way; 0 when nothing came yet."""

    def append(self, sha256: str, offset: int, content: bytes) -> int:
        """Add bytes at the end of a piece on the way; give its new length. Raises Conflict for another
        offset.
        """

    def has_all(self, sha256: str) -> bool:
        """Tell whether the bytes of a piece on the way have its hash already."""

    def complete(self, sha256: str) -> bool:
        """Make a piece whole and durable if its bytes have this hash; else throw them away and say False."""

    def path(self, sha256: str) -> Path | None:
        """Give the file of a whole piece, or None."""


@dataclass(frozen=True, slots=True)
class UploadState:
    """How far a piece has come."""

    received: int
    is_whole: bool


class Evidence:
    """`read` opens a unit of work that only reads; `looks` knows which pages are on record."""

    def __init__(
        self, begin: Begin, read: Begin, files: EvidenceFiles, clock: Clock, looks: EvidenceLooks
    ) -> None:
        self._looks = looks
        self._begin = begin
        self._read = read
        self._files = files
        self._clock = clock

    def state(self, device_id: str, sha256: str) -> UploadState:
        """Tell a device where to go on. Raises NotFound for a piece that none of its events names."""
        with self._read() as work:
            held = work.evidence.get(sha256)
            if work.evidence.named_by(device_id, sha256) is None:
                raise _not_named(sha256)
        if held is not None:
            return UploadState(held.size_bytes, is_whole=True)
        received = self._files.received(sha256)
        if received and self._files.has_all(
            sha256
        ):  # the server stopped between the last part and its record
            return self._finished(device_id, sha256, received)
        return UploadState(received, is_whole=False)

    def take(self, device_id: str, sha256: str, part: UploadRange, content: bytes) -> UploadState:
        """Take in a part, and record the piece when it is whole and its hash is right.

        Raises NotFound for a piece that no event of the device names, Conflict for a part that does not
        follow the ones before, InvalidInput when the whole has another hash (nothing of it is kept).
        """
        state = self.state(device_id, sha256)
        if state.is_whole:
            return state
        if part.length != len(content):
            raise InvalidInput(f"Content-Range says {part.length} bytes, the body has {len(content)}")
        received = self._files.append(sha256, part.offset, content)
        if not part.is_last:
            return UploadState(received, is_whole=False)
        return self._finished(device_id, sha256, part.total)

    def _finished(self, device_id: str, sha256: str, size_bytes: int) -> UploadState:
        if not self._files.complete(sha256):
            raise InvalidInput(f"the bytes do not have the hash {sha256}; nothing was kept, send it again")
        with self._begin() as work:
            named = work.evidence.named_by(device_id, sha256)
            if named is None:
                raise _not_named(sha256)
            if work.evidence.get(sha256) is not None:  # another connection of the device finished it too
                return UploadState(size_bytes, is_whole=True)
            now = self._clock.now()
            work.evidence.add(StoredEvidence(sha256, named.media_type, size_bytes, device_id, now))
            facts: JsonObject = {
                "size_bytes": size_bytes,
                "media_type": named.media_type,
                "received_at": instant(now),
            }
            work.note("evidence_received", "evidence", sha256, f"device:{device_id}", after=facts)
            work.commit()
        return UploadState(size_bytes, is_whole=True)

    def view(self, sha256: str, actor: str, is_first_look: bool = True) -> tuple[StoredEvidence, Path]:
        """Give a piece to a person. The look is on record before a byte is shown.

        A player that asks for one clip in many parts looks once: `is_first_look` is for the part at the
        beginning. What a page shows was put on record with the page (evidence_looks.py).
        """
        with self._read() as work:
            stored = work.evidence.get(sha256)
        path = self._files.path(sha256)
        if stored is not None and stored.erased_at is not None:
            raise NotFound(
                f"evidence {sha256} was erased on {stored.erased_at:%Y-%m-%d}: {stored.erased_reason}"
            )
        if stored is None or path is None:
            raise NotFound(f"the server does not hold evidence {sha256}")
        if is_first_look and not self._looks.is_on_record(actor, sha256):
            with self._begin() as work:
                work.note("evidence_viewed", "evidence", sha256, actor)
                work.commit()
        return stored, path


def _not_named(sha256: str) -> NotFound:
    return NotFound(f"no event of this device names evidence {sha256}; send the event first")
