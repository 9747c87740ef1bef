"""What streets give to planning, coverage and the field, and what they need from outside."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol, TypeAlias

from map_server.domain.blind_corner import BlindCorner
from map_server.domain.datum import LonLat
from map_server.domain.segment import Segment, SegmentWalk
from map_server.domain.street import ON_FOOT_NOW, Trip
from map_server.domain.street_closure import StreetClosure
from map_server.domain.track_match import MatchedTrack, TrackFix
from map_server.domain.travel import TravelTable

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class StreetNetwork(Protocol):
    """Ways on which teams move: with one-way streets, barriers and closures, as the trip has it."""

    @property
    def description(self) -> str:
        """Say in a few words what the distances rest on, for people and for the plan's record."""

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points."""

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next, with both ends; a straight line where no way leads."""


class StreetSegments(Protocol):
    """The loaded streets as segments."""

    def segments(self) -> Sequence[Segment]:
        """Give all segments that can be walked; none while no streets are loaded."""

    def match(self, track: Sequence[TrackFix]) -> MatchedTrack:
        """Tell which segments a track walked. The fixes may come in any order, and more than once."""


class BlindCorners(Protocol):
    """What no camera sees and nobody has walked for days."""

    def __call__(self) -> Sequence[BlindCorner]:
        """Give the blind corners of now, those of longest standing first."""


class ClosureRepository(Protocol):
    """Closed streets inside one unit of work."""

    def put(self, closure: StreetClosure) -> None:
        """Store a new or changed closure."""

    def get(self, closure_id: str) -> StreetClosure:
        """Give a closure. Raises NotFound."""

    def all(self) -> list[StreetClosure]:
        """Give all closures, those that begin last first."""


class SegmentWalkRepository(Protocol):
    """Walked segments inside one unit of work."""

    def add(self, walks: Collection[SegmentWalk]) -> None:
        """Store walks. Of the same team, segment and moment of entering the longer one stays."""

    def between(self, first: date, last: date) -> list[SegmentWalk]:
        """Give the walks of some days of the ward, both included."""
