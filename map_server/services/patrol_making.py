"""Makes plans.

Gathers what is worth a visit, measures the ways, and lets the planner or the reviser choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from map_server.domain.incident import Severity
from map_server.domain.insertion import rounded_off, walkable
from map_server.domain.patrol import Order, PatrolProblem, Shift, Visit, places
from map_server.domain.patrol_plan import PatrolPlan, PlanReport, Route, Stop
from map_server.domain.patrol_worth import (
    Horizon,
    PatrolParams,
    incident_visit,
    site_visits,
    with_late_urgent_visits,
)
from map_server.domain.replan import Progress, progress_of
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.patrol_ports import ConfirmedIncidents, Effort, PatrolPlanner, StreetNetwork, Watch
from map_server.services.patrol_revision import Revision, Solution, revision_of
from map_server.services.places import Places
from map_server.services.ports import Clock, IdFactory


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much there is to do: confirmed incidents, those of them that are urgent, and due sites."""

    incidents: int
    urgent: int
    sites: int


class PlanMaking:
    """Reads, measures and computes; stores nothing."""

    def __init__(
        self,
        incidents: ConfirmedIncidents,
        places: Places,
        streets: StreetNetwork,
        planner: PatrolPlanner,
        clock: Clock,
        new_id: IdFactory,
        params: PatrolParams | None = None,
    ) -> None:
        self._incidents = incidents
        self._places = places
        self._streets = streets
        self._planner = planner
        self._clock = clock
        self._new_id = new_id
        self._params = params or PatrolParams()

    def waiting(self) -> Waiting:
        """Count what a plan could take in now."""
        incidents = self._incidents()
        urgent = sum(incident.severity is Severity.URGENT for incident in incidents)
        return Waiting(len(incidents), urgent, len(self._places.sites(is_due=True)))

    def first(self, plan: PatrolPlan, routes: Sequence[Route], effort: Effort, watch: Watch) -> Revision:
        """Make the first plan for these shifts."""
        horizon = self._horizon(plan, routes)
        visits, unplaced = self._visits(horizon)
        teams = [progress_of(route, (), horizon.now) for route in routes]
        problem = self._problem(horizon, visits, teams)
        orders = rounded_off(problem, self._planner.plan(problem, effort, watch))
        report = PlanReport(unplaced=unplaced)
        return revision_of(Solution(plan, problem, teams, orders, (), report), self._streets, self._new_id)

    def again(self, plan: PatrolPlan, routes: Sequence[Route], stops: Sequence[Stop]) -> Revision:
        """Revise a plan under way: what is touched stays, the rest keeps its team and order where it can."""
        horizon = self._horizon(plan, routes)
        everyone = [
            progress_of(route, [stop for stop in stops if stop.team_id == route.team_id], horizon.now)
            for route in routes
        ]
        teams = [progress for progress in everyone if progress.free_at < progress.route.ends_at]
        resting = [progress for progress in everyone if progress.free_at >= progress.route.ends_at]
        visits, unplaced = self._visits(horizon)
        problem = self._problem(horizon, _still_wanted(visits, everyone), teams)
        orders = rounded_off(problem, _kept_orders(problem, teams))
        report = _report(problem, everyone, orders, unplaced)
        solution = Solution(plan, problem, teams, orders, resting, report)
        return revision_of(solution, self._streets, self._new_id)

    def _horizon(self, plan: PatrolPlan, routes: Sequence[Route]) -> Horizon:
        ends_at = max(route.ends_at for route in routes)
        return Horizon(plan.origin_at, ends_at, self._clock.now(), WARD_ZONE)

    def _visits(self, horizon: Horizon) -> tuple[list[Visit], int]:
        """Give all visits worth making, and how many incidents have no known place."""
        gazetteer = self._places.gazetteer()
        incidents = self._incidents()
        visits = []
        for incident in incidents:
            if incident.fix is not None:
                where = gazetteer.at((incident.fix.lon, incident.fix.lat))
                visits.append(incident_visit(incident, incident.fix, where, horizon, self._params))
        unplaced = len(incidents) - len(visits)
        return [*visits, *site_visits(self._places.sites(), horizon, self._params)], unplaced

    def _problem(self, horizon: Horizon, visits: Sequence[Visit], teams: Sequence[Progress]) -> PatrolProblem:
        shifts = [
            Shift(
                team_id=progress.route.team_id,
                starts_s=horizon.seconds(progress.free_at),
                ends_s=horizon.seconds(progress.route.ends_at),
                start=progress.free_place,
                end=progress.route.end,
                pace_m_s=progress.route.pace_m_s,
            )
            for progress in teams
        ]
        table = self._streets.table(places(visits, shifts))
        problem = PatrolProblem(horizon.origin_at, tuple(visits), tuple(shifts), table)
        return with_late_urgent_visits(problem)


def _still_wanted(visits: Sequence[Visit], everyone: Sequence[Progress]) -> list[Visit]:
    """Leave out what was touched already; what was promised before keeps its window and worth."""
    touched = {stop.visit.key for progress in everyone for stop in progress.pinned}
    promised = {stop.visit.key: stop.visit for progress in everyone for stop in progress.ahead}
    return [promised.get(visit.key, visit) for visit in visits if visit.key not in touched]


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
