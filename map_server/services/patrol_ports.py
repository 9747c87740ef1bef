"""What patrol planning needs from outside: streets and a solver. Fakes in tests/fakes pass the same tests."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from map_server.domain.incident import Incident
from map_server.domain.patrol import Order, PatrolProblem
from map_server.domain.patrol_plan import LeftOutVisit, PatrolPlan, PlanState, Route, Stop, Tally
from map_server.domain.reach import Reach
from map_server.domain.team import Team
from map_server.services.street_ports import StreetNetwork as StreetNetwork


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a planner may try.

    Seconds of processor time, or a number of iterations, which always gives the same plan.
    """

    runtime_s: float = 4.0
    iterations: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.1 <= self.runtime_s <= 300:
            raise ValueError(f"runtime_s: {self.runtime_s} must lie between 0.1 and 300")
        if self.iterations is not None and not 1 <= self.iterations <= 1_000_000:
            raise ValueError(f"iterations: {self.iterations} must lie between 1 and 1000000")


Watch: TypeAlias = Callable[[float, int], bool]
"""Told many times a second the spent share of the effort, 0 to 1, and what the best plan so far is worth.

Answers whether to go on.
"""


class PatrolPlanner(Protocol):
    """Chooses which visits each team makes, and in which order."""

    def plan(self, problem: PatrolProblem, effort: Effort, watch: Watch) -> list[Order]:
        """Give an order for each shift, which can be walked inside it and the visits' windows."""


class TeamRepository(Protocol):
    """Teams inside one unit of work."""

    def put(self, team: Team) -> None:
        """Store a new or changed team."""

    def all(self) -> list[Team]:
        """Give all teams, by id."""


class PatrolRepository(Protocol):
    """Plans inside one unit of work."""

    def put(self, plan: PatrolPlan) -> None:
        """Store a new or changed plan."""

    def get(self, plan_id: str) -> PatrolPlan:
        """Give a plan. Raises NotFound."""

    def in_states(self, states: Collection[PlanState]) -> list[PatrolPlan]:
        """Give the plans in these states, newest first."""

    def latest(self, count: int, reach: Reach) -> list[PatrolPlan]:
        """Give the newest plans all of whose visits lie within reach."""

    def on_days(self, first: date, last: date) -> list[PatrolPlan]:
        """Give the plans of some days, both included, those asked for first first."""

    def tallies(self, plan_ids: Collection[str]) -> dict[str, Tally]:
        """Count the stops of plans, and how many are done; plans without stops are left out."""

    def put_routes(self, plan_id: str, routes: Sequence[Route]) -> None:
        """Make these the only routes of a plan."""

    def put_stops(self, plan_id: str, stops: Sequence[Stop]) -> None:
        """Make these the only stops of a plan."""

    def put_left_out(self, plan_id: str, visits: Sequence[LeftOutVisit]) -> None:
        """Make these the only visits that a plan leaves out."""

    def put_stop(self, stop: Stop) -> None:
        """Store a changed stop."""

    def routes(self, plan_id: str) -> list[Route]:
        """Give the routes of a plan, by team."""

    def stops(self, plan_id: str) -> list[Stop]:
        """Give the stops of a plan, by team and position."""

    def left_out(self, plan_id: str) -> list[LeftOutVisit]:
        """Give the visits that a plan leaves out."""

    def stop(self, plan_id: str, stop_id: str) -> Stop:
        """Give a stop of a plan. Raises NotFound."""


class ConfirmedIncidents(Protocol):
    """Incidents that wait for someone to go there."""

    def __call__(self) -> list[Incident]:
        """Give the confirmed incidents that are still there, oldest first."""


class Background(Protocol):
    """Runs work outside of requests, one piece after the other."""

    def __call__(self, work: Callable[[], None]) -> None:
        """Take the work over and return at once."""
