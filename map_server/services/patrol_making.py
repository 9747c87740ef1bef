"""Makes plans.

Gathers what is worth a visit, measures the ways, and lets the planner or the reviser choose.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from map_server.domain.insertion import rounded_off, walkable
from map_server.domain.levelling import levelled
from map_server.domain.patrol import Order, PatrolProblem, Shift, SubjectKind, Visit, net_value_s, places
from map_server.domain.patrol_params import PatrolParams
from map_server.domain.patrol_plan import PatrolPlan, PlanReport, Route, Stop
from map_server.domain.patrol_worth import Horizon, with_late_urgent_visits
from map_server.domain.replan import Progress, progress_in_shifts
from map_server.domain.street import TravelMode, Trip
from map_server.domain.travel import TravelTable, mode_at
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.patrol_ports import Effort, PatrolPlanner, StreetNetwork, Watch
from map_server.services.patrol_revision import Revision, Solution, revision_of
from map_server.services.plan_wishes import PlanWishes, Waiting, Wanted
from map_server.services.ports import Clock, IdFactory


class PlanMaking:
    """Reads, measures and computes; stores nothing."""

    def __init__(
        self,
        wishes: PlanWishes,
        streets: StreetNetwork,
        planner: PatrolPlanner,
        clock: Clock,
        new_id: IdFactory,
        params: PatrolParams | None = None,
    ) -> None:
        self._wishes = wishes
        self._streets = streets
        self._planner = planner
        self._clock = clock
        self._new_id = new_id
        self._params = params or PatrolParams()

    def waiting(self) -> Waiting:
        """Count what a plan could take in now."""
        return self._wishes.waiting()

    def first(self, plan: PatrolPlan, routes: Sequence[Route], effort: Effort, watch: Watch) -> Revision:
        """Make the first plan for these shifts."""
        horizon = self._horizon(plan, routes)
        wanted = self._wishes.wanted(plan.plan_id, routes, horizon)
        everyone = [one for route in routes for one in progress_in_shifts(route, (), horizon.now)]
        teams, resting = _on_and_off(everyone)
        problem = self._problem(horizon, wanted.held(wanted.visits, horizon), teams)
        found = rounded_off(problem, self._planner.plan(problem, effort, watch))
        orders = rounded_off(problem, levelled(problem, found, self._params.levelling_share))
        report = replace(_levelling(problem, found, orders), unplaced=wanted.unplaced)
        return self._written(Solution(plan, problem, teams, orders, resting, report, wanted.visits), wanted)

    def again(self, plan: PatrolPlan, routes: Sequence[Route], stops: Sequence[Stop]) -> Revision:
        """Revise a plan under way: what is touched stays, the rest keeps its team and order where it can."""
        horizon = self._horizon(plan, routes)
        wanted = self._wishes.wanted(plan.plan_id, routes, horizon)
        everyone = [
            progress
            for route in routes
            for progress in progress_in_shifts(
                route,
                [stop for stop in stops if stop.team_id == route.team_id],
                horizon.now,
                _released(wanted, route.team_id),
            )
        ]
        teams, resting = _on_and_off(everyone)
        base = _still_wanted(wanted.visits, everyone, _with_a_break_to_come(teams))
        problem = self._problem(horizon, wanted.held(base, horizon), teams)
        orders = rounded_off(problem, _kept_orders(problem, teams))
        report = _report(problem, everyone, orders, wanted.unplaced)
        return self._written(Solution(plan, problem, teams, orders, resting, report, base), wanted)

    def _written(self, solution: Solution, wanted: Wanted) -> Revision:
        return revision_of(solution, wanted.forbidden, self._streets, self._new_id)

    def _horizon(self, plan: PatrolPlan, routes: Sequence[Route]) -> Horizon:
        ends_at = max(route.ends_at for route in routes)
        return Horizon(plan.origin_at, ends_at, self._clock.now(), WARD_ZONE)

    def _problem(self, horizon: Horizon, visits: Sequence[Visit], teams: Sequence[Progress]) -> PatrolProblem:
        shifts = [
            Shift(
                team_id=progress.route.team_id,
                starts_s=horizon.seconds(progress.free_at),
                ends_s=horizon.seconds(progress.shift.ends_at),
                start=progress.free_place,
                end=progress.shift.end,
                pace_m_s=progress.route.pace_m_s,
                skills=progress.route.skills,
            )
            for progress in teams
        ]
        tables = self._tables(horizon, visits, shifts)
        usual = tables.get(TravelMode.WALK) or next(iter(tables.values()), TravelTable(()))
        own = {
            shift: tables[mode_at(team.pace_m_s)]
            for shift, team in enumerate(shifts)
            if tables[mode_at(team.pace_m_s)] is not usual
        }
        problem = PatrolProblem(horizon.origin_at, tuple(visits), tuple(shifts), usual, own_travel=own)
        return with_late_urgent_visits(problem)

    def _tables(
        self, horizon: Horizon, visits: Sequence[Visit], shifts: Sequence[Shift]
    ) -> Mapping[TravelMode, TravelTable]:
        """Measure the ways as those who are on shift move, with what is closed in these hours."""
        points = places(visits, shifts)
        modes = {mode_at(shift.pace_m_s) for shift in shifts} or {TravelMode.WALK}
        return {
            mode: self._streets.table(points, Trip(mode, horizon.begins_at, horizon.ends_at))
            for mode in sorted(modes)
        }


def _on_and_off(everyone: Iterable[Progress]) -> tuple[list[Progress], list[Progress]]:
    """Part the shifts in which somebody can still be sent out from those that are over."""
    shifts = list(everyone)
    return (
        [progress for progress in shifts if progress.free_at < progress.shift.ends_at],
        [progress for progress in shifts if progress.free_at >= progress.shift.ends_at],
    )


def _with_a_break_to_come(teams: Sequence[Progress]) -> set[str]:
    """Give the teams that are on the shift into which their break falls."""
    return {
        progress.route.team_id
        for progress in teams
        if (opens_at := progress.route.rest_opens_at) is not None
        and progress.shift.starts_at <= opens_at < progress.shift.ends_at
    }


def _released(wanted: Wanted, team_id: str) -> frozenset[str]:
    """Give what this team need not go on to, even if it is on its way there: forbidden, or another's now."""
    given_away = {rule.key for rule in wanted.rules if rule.team_id not in (None, team_id)}
    return frozenset(given_away | {visit.key for visit in wanted.forbidden})


def _still_wanted(
    visits: Sequence[Visit], everyone: Sequence[Progress], with_break: Collection[str]
) -> tuple[Visit, ...]:
    """Leave out what was touched already; what was promised before keeps its window and worth."""
    touched = {stop.visit.key for progress in everyone for stop in progress.pinned}
    promised = {stop.visit.key: stop.visit for progress in everyone for stop in progress.ahead}
    return tuple(
        replace(promised.get(visit.key, visit), is_firm=visit.is_firm, skills=visit.skills)
        for visit in visits
        if visit.key not in touched
        and (visit.subject_kind is not SubjectKind.BREAK or visit.subject_id in with_break)
    )


def _levelling(problem: PatrolProblem, found: Sequence[Order], orders: Sequence[Order]) -> PlanReport:
    """Tell how many visits another team makes than the one that the search gave them, and what that costs."""
    moved = sum(len(set(order) - set(after)) for order, after in zip(found, orders, strict=True))
    lost_s = net_value_s(problem, found) - net_value_s(problem, orders)
    return PlanReport(levelled=moved, levelling_s=max(lost_s, 0))


def _kept_orders(problem: PatrolProblem, teams: Sequence[Progress]) -> list[Order]:
    """Give each team its stops in the old order, less those that it cannot make any more."""
    row = {visit.key: index for index, visit in enumerate(problem.visits)}
    orders = []
    for shift, progress in enumerate(teams):
        order = tuple(row[stop.visit.key] for stop in progress.ahead if stop.visit.key in row)
        orders.append(walkable(problem, shift, order)[0])
    return orders


def _report(
    problem: PatrolProblem, everyone: Sequence[Progress], orders: Sequence[Order], unplaced: int
) -> PlanReport:
    wanted = {visit.key for visit in problem.visits}
    before = {stop.visit.key for progress in everyone for stop in progress.ahead} & wanted
    after = {problem.visits[visit].key for order in orders for visit in order}
    return PlanReport(added=len(after - before), given_up=len(before - after), unplaced=unplaced)
