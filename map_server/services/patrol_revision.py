"""Writes a solved problem out as a plan: proved, timed, with its ways along the streets and its reasons."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from map_server.domain.datum import LonLat
from map_server.domain.left_out import LeftOutReason, left_out
from map_server.domain.patrol import Order, PatrolProblem, Timetable, Visit, net_value_s, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.domain.patrol_plan import LeftOutVisit, PatrolPlan, PlanReport, Route, Stop
from map_server.domain.plane import LocalPlane
from map_server.domain.replan import Progress
from map_server.domain.street import Trip
from map_server.domain.travel import mode_at
from map_server.services.patrol_ports import StreetNetwork
from map_server.services.ports import IdFactory


class PlanFault(Exception):
    """A plan broke a promise: a fault of the program, never shown to a team."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A plan as it was made: to be stored as it is."""

    routes: tuple[Route, ...]
    stops: tuple[Stop, ...]
    left_out: tuple[LeftOutVisit, ...]
    network: str
    value_s: int
    report: PlanReport


@dataclass(frozen=True, slots=True)
class Solution:
    """What was decided.

    An order for each shift of the `teams`; in `resting` shifts only what was touched is kept. `wanted` are
    the visits as they were before pins and late windows changed them for this problem alone.
    """

    plan: PatrolPlan
    problem: PatrolProblem
    teams: Sequence[Progress]
    orders: Sequence[Order]
    resting: Sequence[Progress]
    report: PlanReport
    wanted: Sequence[Visit]

    def as_wanted(self) -> dict[str, Visit]:
        """Give the visits of the problem as they were wanted, by key."""
        return {visit.key: visit for visit in (*self.problem.visits, *self.wanted)}


def revision_of(
    solution: Solution, forbidden: Sequence[Visit], streets: StreetNetwork, new_id: IdFactory
) -> Revision:
    """Write a solution out. Stops that were planned before keep their ids. Raises PlanFault."""
    times = _proved(solution.problem, solution.orders)
    ids = {
        stop.visit.key: stop.stop_id
        for progress in (*solution.teams, *solution.resting)
        for stop in (*progress.pinned, *progress.ahead)
    }
    walks = [_Walk(progress, progress.pinned, None) for progress in solution.resting]
    for progress, own_times in zip(solution.teams, times, strict=True):
        planned = _stops(solution, progress, own_times, lambda key: ids.get(key) or new_id())
        walks.append(_Walk(progress, (*progress.pinned, *planned), solution.problem.at(own_times.ends_s)))
    routes, stops = [], []
    for route, own in _by_route(walks):
        routes.append(_drawn(streets, route, own))
        in_order = (stop for walk in own for stop in walk.stops)
        stops += [replace(stop, position=row) for row, stop in enumerate(in_order, 1)]
    return Revision(
        routes=tuple(routes),
        stops=tuple(stops),
        left_out=(*_left_out(solution), *_forbidden(solution.plan, forbidden)),
        network=streets.description,
        value_s=net_value_s(solution.problem, solution.orders),
        report=replace(solution.report, unheeded=_unheeded(streets, routes)),
    )


def _unheeded(streets: StreetNetwork, routes: Sequence[Route]) -> int:
    trips = {Trip(mode_at(route.pace_m_s), route.starts_at, route.ends_at) for route in routes}
    return max(map(streets.unheeded, trips), default=0)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One shift of a route with its stops; `returns_at` is None where nothing was planned anew."""

    progress: Progress
    stops: Sequence[Stop]
    returns_at: datetime | None


def _proved(problem: PatrolProblem, orders: Sequence[Order]) -> list[Timetable]:
    times = [timetable(problem, shift, order) for shift, order in enumerate(orders)]
    walked = [one for one in times if one is not None]
    faults = broken_promises(problem, walked)
    if len(walked) != len(problem.shifts):
        faults.append("a route cannot be walked")
    if faults:
        raise PlanFault("; ".join(faults))
    return walked


def _stops(
    solution: Solution, progress: Progress, times: Timetable, id_of: Callable[[str], str]
) -> list[Stop]:
    problem, wanted = solution.problem, solution.as_wanted()
    return [
        Stop(
            stop_id=id_of(problem.visits[call.visit].key),
            plan_id=solution.plan.plan_id,
            team_id=progress.route.team_id,
            position=1,
            visit=wanted[problem.visits[call.visit].key],
            arrives_at=problem.at(call.arrives_s),
            begins_at=problem.at(call.begins_s),
            leaves_at=problem.at(call.leaves_s),
        )
        for call in times.calls
    ]


def _by_route(walks: Iterable[_Walk]) -> list[tuple[Route, list[_Walk]]]:
    """Put the shifts of each route together again, in order."""
    found: dict[str, list[_Walk]] = {}
    for walk in sorted(walks, key=lambda one: one.progress.shift.starts_at):
        found.setdefault(walk.progress.route.team_id, []).append(walk)
    return [(own[0].progress.route, own) for own in found.values()]


def _drawn(streets: StreetNetwork, route: Route, walks: Sequence[_Walk]) -> Route:
    """Draw the whole way of a team, the part that it has walked already included."""
    legs: list[tuple[LonLat, ...]] = []
    shifts = []
    for walk in walks:
        shift = walk.progress.shift
        trip = Trip(mode_at(route.pace_m_s), shift.starts_at, shift.ends_at)
        legs += streets.paths([shift.start, *(stop.visit.point for stop in walk.stops), shift.end], trip)
        shifts.append(shift if walk.returns_at is None else replace(shift, returns_at=walk.returns_at))
    return replace(
        route,
        legs=tuple(legs),
        metres=round(sum(map(_length_m, legs)), 1),
        returns_at=shifts[-1].returns_at,
        split=tuple(shifts) if route.split else (),
    )


def _length_m(line: Sequence[LonLat]) -> float:
    total = 0.0
    for one, other in pairwise(line):
        east_m, north_m = LocalPlane(one).xy_m(other)
        total += (east_m**2 + north_m**2) ** 0.5
    return total


def _forbidden(plan: PatrolPlan, visits: Sequence[Visit]) -> Iterable[LeftOutVisit]:
    return (LeftOutVisit(plan.plan_id, visit, LeftOutReason.FORBIDDEN) for visit in visits)


def _left_out(solution: Solution) -> tuple[LeftOutVisit, ...]:
    wanted = solution.as_wanted()
    return tuple(
        LeftOutVisit(
            plan_id=solution.plan.plan_id,
            visit=wanted[solution.problem.visits[why.visit].key],
            reason=why.reason,
            short_s=why.short_s,
            delay_s=why.delay_s,
            away_m=why.away_m,
        )
        for why in left_out(solution.problem, solution.orders)
    )
