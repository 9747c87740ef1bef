"""How much of what was planned was walked and visited: told from tracks and proofs, not from reports."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import Route, Stop, StopState
from map_server.domain.team_load import TeamLoad

STOP_REACH_M = 50.0
"""A track that passes a stop no farther away than this proves that the team was there: the least fence of a
check-in, and what a track on the middle of a street lies off a door."""


@dataclass(frozen=True, slots=True)
class StopTally:
    """Stops of routes, breaks aside.

    `proved`: done, and by track or by a check-in without a doubt it is sure that the team was there;
    `reported`: done by report alone.
    """

    stops: int = 0
    proved: int = 0
    reported: int = 0

    @property
    def open(self) -> int:
        """Those that nobody reported."""
        return self.stops - self.proved - self.reported

    def __add__(self, other: "StopTally") -> "StopTally":
        return StopTally(self.stops + other.stops, self.proved + other.proved, self.reported + other.reported)


@dataclass(frozen=True, slots=True)
class RouteCompletion:
    """One team's route: metres of street on its planned way, each once, and how many of them tracks walked.

    `has_track`: any street was walked by the team in the hours of the route. `load` is as planned.
    """

    plan_id: str
    team_id: str
    day: date
    planned_m: float
    walked_m: float
    has_track: bool
    tally: StopTally
    load: TeamLoad

    @property
    def share(self) -> float | None:
        """The walked part, 0 to 1; None where no way was planned along loaded streets."""
        return share_of(self.walked_m, self.planned_m)


@dataclass(frozen=True, slots=True)
class TeamCompletion:
    """All routes of a team in a period, those of which least was walked first."""

    team_id: str
    routes: tuple[RouteCompletion, ...]

    @property
    def planned_m(self) -> float:
        """Metres planned."""
        return sum(route.planned_m for route in self.routes)

    @property
    def walked_m(self) -> float:
        """Metres of them that were walked."""
        return sum(route.walked_m for route in self.routes)

    @property
    def share(self) -> float | None:
        """The walked part, 0 to 1."""
        return share_of(self.walked_m, self.planned_m)

    @property
    def tracked(self) -> int:
        """How many routes have a track."""
        return sum(route.has_track for route in self.routes)

    @property
    def tally(self) -> StopTally:
        """The stops of all routes."""
        return sum((route.tally for route in self.routes), StopTally())

    @property
    def used(self) -> float:
        """What part of its shifts, breaks aside, was planned as way and work: 0 to 1."""
        hours_s = sum(route.load.shift_s - route.load.rest_s for route in self.routes)
        return sum(route.load.busy_s for route in self.routes) / max(hours_s, 1)


def share_of(walked_m: float, planned_m: float) -> float | None:
    """Give the walked part; None where nothing was planned."""
    return min(walked_m / planned_m, 1.0) if planned_m > 0 else None


def by_team(routes: Iterable[RouteCompletion]) -> tuple[TeamCompletion, ...]:
    """Put routes together by team, the team of which least was walked first."""
    own: dict[str, list[RouteCompletion]] = {}
    for route in routes:
        own.setdefault(route.team_id, []).append(route)
    teams = [TeamCompletion(team_id, tuple(sorted(found, key=_least))) for team_id, found in own.items()]
    return tuple(sorted(teams, key=_least))


def tally_of(stops: Sequence[Stop], vouched: Collection[str], passed: Collection[str]) -> StopTally:
    """Count stops; `vouched` ids have a check-in without a doubt, `passed` ones a track beside them."""
    visits = [stop for stop in stops if stop.visit.subject_kind is not SubjectKind.BREAK]
    done = [stop for stop in visits if stop.state is StopState.DONE]
    proved = sum(stop.stop_id in vouched or stop.stop_id in passed for stop in done)
    return StopTally(len(visits), proved, len(done) - proved)


def in_force(routes: Iterable[tuple[Route, int, int]]) -> list[Route]:
    """Where several plans have the same hours of a team, give the one that it walked.

    Each route comes with the number of its stops that are done and the place of its plan in time: what was
    worked off counts, and of equals the newer.
    """
    kept: list[Route] = []
    for route, _, _ in sorted(routes, key=lambda one: (-one[1], -one[2])):
        if not any(_meet(route, other) for other in kept):
            kept.append(route)
    return sorted(kept, key=lambda route: (route.starts_at, route.team_id))


def _meet(route: Route, other: Route) -> bool:
    return route.team_id == other.team_id and any(
        one.starts_at < another.ends_at and another.starts_at < one.ends_at
        for one in route.shifts
        for another in other.shifts
    )


def _least(one: RouteCompletion | TeamCompletion) -> tuple[float, str]:
    share = one.share
    return (2.0 if share is None else share), one.team_id
