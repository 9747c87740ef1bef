"""Pictures and clips that prove an event, named by the hash of their bytes; how long they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from map_server.domain.errors import Conflict
from map_server.domain.site import SiteKind
from wire_contract.vocabulary import EventKind

MIN_KEPT_DAYS = 30
"""Source: State Council Decree 799 (2025), article on the keeping of video images in public places."""
_KEPT_DAYS = MappingProxyType(
    {
        EventKind.GARBAGE_DROP: 90,
        EventKind.BLOCKED_FIRE_LANE: 180,
        EventKind.ILLEGAL_STRUCTURE: 730,
        EventKind.CAMERA_HEALTH: 30,
    }
)


_CLASS_OF_SITE = MappingProxyType(
    {
        SiteKind.DROP_POINT: EventKind.GARBAGE_DROP,
        SiteKind.BIN_HOUSE: EventKind.GARBAGE_DROP,
        SiteKind.FIRE_LANE: EventKind.BLOCKED_FIRE_LANE,
        SiteKind.STRUCTURE_POINT: EventKind.ILLEGAL_STRUCTURE,
    }
)


def retention_class(kind: EventKind | SiteKind) -> EventKind:
    """Give the kind whose period holds for pictures of a finding, or of the upkeep of a site."""
    return _CLASS_OF_SITE[kind] if isinstance(kind, SiteKind) else kind


@dataclass(frozen=True, slots=True)
class RetentionParams:
    """For how many days after its incident was last seen the evidence of each kind is kept."""

    kept_days: Mapping[EventKind, int] = field(default_factory=lambda: dict(_KEPT_DAYS))

    def __post_init__(self) -> None:
        if set(self.kept_days) != set(EventKind):
            raise ValueError(f"kept_days: give one figure for each of {', '.join(EventKind)}")
        for kind, days in self.kept_days.items():
            if not MIN_KEPT_DAYS <= days <= 36_500:
                raise ValueError(f"kept_days: {kind}: {days} is outside {MIN_KEPT_DAYS} to 36500")

    def last_kept(self, kind: EventKind, now: datetime) -> datetime:
        """Give the instant before which what was last seen is no longer kept."""
        return now - timedelta(days=self.kept_days[kind])


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """A piece of evidence that the server holds, whole and verified: from a device, or from a person."""

    sha256: str
    media_type: str
    size_bytes: int
    device_id: str | None
    received_at: datetime
    uploaded_by: str | None = None
    erased_at: datetime | None = None
    erased_by: str | None = None
    erased_reason: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether the bytes are gone, and only this record is left."""
        return self.erased_at is not None

    def erased(self, at: datetime, by: str, reason: str) -> Self:
        """The record after its bytes were erased. Raises Conflict when they were before."""
        if self.is_erased:
            raise Conflict(f"evidence {self.sha256} was erased already")
        return replace(self, erased_at=at, erased_by=by, erased_reason=reason)


class HoldSubject(StrEnum):
    """What a legal hold protects."""

    INCIDENT = "incident"
    """All evidence that events of the incident name, and the pictures of its work orders."""
    EVIDENCE = "evidence"
    """One piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Evidence that must not be erased until the hold is lifted, whatever its age."""

    hold_id: str
    subject_kind: HoldSubject
    subject_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None

    def lifted(self, at: datetime, by: str, reason: str) -> Self:
        """The hold lifted. Raises Conflict when it was before."""
        if self.lifted_at is not None:
            raise Conflict("This hold was lifted already.")
        return replace(self, lifted_at=at, lifted_by=by, lift_reason=reason)


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
