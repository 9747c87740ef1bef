"""Segments: pieces of street between two junctions; cameras see them, teams walk them, or neither does."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from map_server.domain.datum import LonLat

_ID_DIGITS = 5
"""Digits of a degree in a segment's name: about a metre."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of street. Its id comes from its course alone, so it stays when streets are loaded anew."""

    segment_id: str
    way_id: str
    name_zh: str
    name_en: str
    points: tuple[LonLat, ...]
    length_m: float


def segment_id_of(points: Sequence[LonLat]) -> str:
    """Name a piece of street by its course, whichever way it is drawn."""
    course = [f"{lon:.{_ID_DIGITS}f},{lat:.{_ID_DIGITS}f}" for lon, lat in points]
    course = min(course, course[::-1])
    return hashlib.sha256(" ".join(course).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class WalkedSegment:
    """A segment as a track walked it: from `begin` to `end`, shares of its length from 0 to 1."""

    segment_id: str
    entered_at: datetime
    left_at: datetime
    begin: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.begin <= self.end <= 1:
            raise ValueError(f"begin, end: {self.begin}, {self.end} must lie between 0 and 1, in order")
        if self.left_at < self.entered_at:
            raise ValueError(f"left_at: {self.left_at} lies before entered_at ({self.entered_at})")

    @property
    def share(self) -> float:
        """The walked part of its length."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class SegmentWalk:
    """What one team walked of one segment on one day of the ward."""

    team_id: str
    day: date
    walked: WalkedSegment
