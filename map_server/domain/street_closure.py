"""A closed street: a piece of ground on which nobody passes from one moment to another."""

from dataclasses import dataclass, replace
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from map_server.domain.datum import LonLat
from map_server.domain.errors import Conflict

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class StreetClosure:
    """Closes `segment_ids`, and whatever touches `area` (WGS 84). `until` None: until somebody ends it."""

    closure_id: str
    reason: str
    starts_at: datetime
    until: datetime | None
    segment_ids: tuple[str, ...] = ()
    area: BaseGeometry | None = None
    created_by: str = ""
    ended_at: datetime | None = None
    """When somebody opened the street again before its time."""

    def __post_init__(self) -> None:
        if not self.segment_ids and self.area is None:
            raise ValueError("segment_ids: name a segment, or draw an area")
        if self.until is not None and self.until <= self.starts_at:
            raise ValueError(f"until: {self.until} must lie after starts_at ({self.starts_at})")
        if not 0 < len(self.reason.strip()) <= LONGEST_REASON:
            raise ValueError(f"reason: give 1 to {LONGEST_REASON} characters")

    def is_on(self, first: datetime, last: datetime) -> bool:
        """Whether it closes anything between two moments, both included."""
        ends = [moment for moment in (self.until, self.ended_at) if moment is not None]
        return self.starts_at <= last and all(moment > first for moment in ends)

    def ended(self, at: datetime) -> "StreetClosure":
        """Open the street again. Raises Conflict when it is open already."""
        if self.ended_at is not None or (self.until is not None and self.until <= at):
            raise Conflict("this street is open again already")
        return replace(self, ended_at=at)


@dataclass(frozen=True, slots=True)
class ClosedGround:
    """What some closures close, as places, for routing services that have streets of their own: the middles
    of the segments that are named, and the outlines of the areas that were drawn.
    """

    closures: int = 0
    middles: tuple[LonLat, ...] = ()
    rings: tuple[tuple[LonLat, ...], ...] = ()


NOTHING_CLOSED = ClosedGround()
