"""What patrol planning needs from outside: streets and a solver. Fakes in tests/fakes pass the same tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from map_server.domain.datum import LonLat
from map_server.domain.patrol import Order, PatrolProblem
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


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a planner may try: seconds, or a number of iterations, which always gives the same plan."""

    runtime_s: float = 4.0
    iterations: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.1 <= self.runtime_s <= 300:
            raise ValueError(f"runtime_s: {self.runtime_s} must lie between 0.1 and 300")
        if self.iterations is not None and not 1 <= self.iterations <= 1_000_000:
            raise ValueError(f"iterations: {self.iterations} must lie between 1 and 1000000")


Watch: TypeAlias = Callable[[float], bool]
"""Told the spent share of the effort, 0 to 1, many times a second; answers whether to go on."""


class PatrolPlanner(Protocol):
    """Chooses which visits each team makes, and in which order."""

    def plan(self, problem: PatrolProblem, effort: Effort, watch: Watch) -> list[Order]:
        """Give an order for each shift, which can be walked inside it and the visits' windows."""
