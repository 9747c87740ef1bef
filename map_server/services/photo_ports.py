"""Pictures that people add to things, as the use cases see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class PhotoSubject:
    """What a picture was added to: kind and id as the audit log names it, and the class of its retention."""

    kind: str
    subject_id: str
    kept_as: EventKind


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that a person added to something; its bytes are evidence by that hash."""

    subject: PhotoSubject
    sha256: str
    added_by: str
    added_at: datetime


class PhotoRepository(Protocol):
    """Which picture belongs to what, inside one unit of work."""

    def add(self, photo: Photo) -> bool:
        """Tie a picture to its subject; False when it was before."""

    def of(self, kind: str, subject_id: str) -> list[Photo]:
        """Give the pictures of a subject, oldest first."""

    def missing(self, sha256s: Collection[str], subjects: Collection[tuple[str, str]]) -> set[str]:
        """Give those of the hashes that are pictures of none of the subjects (kind and id)."""
