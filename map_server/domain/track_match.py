"""A track of fixes and what matching it to the streets gives: which segments were walked, and when."""

from dataclasses import dataclass
from datetime import datetime

from map_server.domain.datum import LonLat
from map_server.domain.segment import WalkedSegment


@dataclass(frozen=True, slots=True)
class TrackFix:
    """One position of a phone, in WGS 84. `accuracy_m` is the radius that it gives of itself (68 %)."""

    lon: float
    lat: float
    accuracy_m: float
    at: datetime
    is_mock: bool = False
    """The phone says that the position was made up."""

    @property
    def point(self) -> LonLat:
        """Longitude and latitude."""
        return self.lon, self.lat


@dataclass(frozen=True, slots=True)
class MatchedTrack:
    """`walked` in the order of time; a segment walked twice stands there twice.

    `matched` fixes lie on a street; `off_street` ones on none; `doubted` ones were made up, or could not be
    reached in time, and do not count; `skipped` ones were doubles or too inaccurate.
    """

    walked: tuple[WalkedSegment, ...] = ()
    matched: int = 0
    off_street: int = 0
    doubted: int = 0
    skipped: int = 0
