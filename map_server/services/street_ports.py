"""What streets give to planning, coverage and the field, and what they need from outside."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from map_server.domain.blind_corner import BlindCorner
from map_server.domain.datum import Datum, LonLat
from map_server.domain.place import Area
from map_server.domain.segment import Segment, SegmentWalk
from map_server.domain.street import ON_FOOT_NOW, StreetFigures, Trip
from map_server.domain.street_closure import StreetClosure
from map_server.domain.track_match import MatchedTrack, TrackFix
from map_server.domain.travel import TravelTable
from map_server.services.place_ports import FileLayer

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

    def unheeded(self, trip: Trip) -> int:
        """Count the closures during a trip that these ways do not heed."""


class StreetSegments(Protocol):
    """The loaded streets as segments."""

    def segments(self) -> Sequence[Segment]:
        """Give all segments that can be walked; none while no streets are loaded."""

    def match(self, track: Sequence[TrackFix]) -> MatchedTrack:
        """Tell which segments a track walked. The fixes may come in any order, and more than once."""


class StreetSource(StreetSegments, Protocol):
    """The loaded streets, for those who look after them."""

    def figures(self) -> StreetFigures | None:
        """Give the network in numbers; None while no streets are loaded."""

    def closed_by(self, closures: Sequence[StreetClosure]) -> frozenset[str]:
        """Give the ids of the segments that closures close."""


class StreetReader(Protocol):
    """Reads files of streets."""

    def read(
        self, path: Path, box: Box | None, datum: Datum | None, told: Callable[[int], None]
    ) -> FileLayer:
        """Read the streets of one file; of OpenStreetMap only those that touch `box`. `told` hears how many.

        Raises InvalidInput with one line that names the file, what is wrong, and the mend.
        """


class NetworkTrial(Protocol):
    """Makes a network of streets that are not stored yet."""

    def __call__(self, areas: Sequence[Area]) -> StreetFigures:
        """Give the network in numbers. Raises ValueError when nobody could use any street."""


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

    def replace(self, team_id: str, first: datetime, last: datetime, walks: Collection[SegmentWalk]) -> None:
        """Make these a team's only walks that were begun between two moments, both included."""

    def between(self, first: date, last: date) -> list[SegmentWalk]:
        """Give the walks of some days of the ward, both included."""
