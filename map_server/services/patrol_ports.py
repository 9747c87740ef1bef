"""What patrol planning needs from outside: streets and a solver. Fakes in tests/fakes pass the same tests."""

from collections.abc import Sequence
from typing import Protocol

from map_server.domain.datum import LonLat
from map_server.domain.travel import TravelTable


class StreetNetwork(Protocol):
    """Ways on which teams move. Undirected: every way may be walked both ways."""

    @property
    def description(self) -> str:
        """Say in a few words what the distances rest on, for people and for the plan's record."""

    def table(self, points: Sequence[LonLat]) -> TravelTable:
        """Measure all pairs of points."""

    def paths(self, points: Sequence[LonLat]) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next, with both ends; a straight line where no way leads."""
