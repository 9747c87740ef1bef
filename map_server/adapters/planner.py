"""Plans patrols with PyVRP 0.14.1: prize-collecting vehicle routing with time windows."""

import time
from collections.abc import Sequence

from pyvrp import Location, Model, Profile, Route, Solution

from map_server.domain.insertion import fill, fits_alone
from map_server.domain.patrol import Order, PatrolProblem
from map_server.services.patrol_ports import Effort, Watch

_NEVER_S = 10_000_000
"""Longer than any horizon. PyVRP's own default for a missing edge, 2^44, would swamp its penalties."""


class PyVrpPlanner:
    """A `PatrolPlanner`. A route costs its duration in seconds, so that a prize is seconds worth spending."""

    def plan(self, problem: PatrolProblem, effort: Effort, watch: Watch) -> list[Order]:
        """Give an order for each shift; visits that are in none are not worth it or do not fit."""
        orders: list[Order] = [() for _ in problem.shifts]
        visits = [visit for visit in range(len(problem.visits)) if fits_alone(problem, visit)]
        if not visits:
            return orders
        model = _model(problem, visits)
        data = model.data(_NEVER_S)
        place = {visit: index for index, visit in enumerate(visits)}
        bargains = fill(problem, orders, visits)
        routes = [
            Route(data, [place[visit] for visit in order], shift)
            for shift, order in enumerate(bargains)
            if order
        ]
        result = model.solve(
            stop=_Stop(effort, watch),
            seed=effort.seed,
            collect_stats=False,
            display=False,
            missing_value=_NEVER_S,
            initial_solution=Solution(data, routes),
        )
        if result.is_feasible():
            for route in result.best.routes():
                steps = route.schedule()
                orders[route.vehicle_type()] = tuple(visits[step.idx] for step in steps if step.is_client())
        return orders


class _Stop:
    """PyVRP's stopping criterion: the effort is spent, or the watch says so."""

    def __init__(self, effort: Effort, watch: Watch) -> None:
        self._effort = effort
        self._watch = watch
        self._began_s = time.perf_counter()
        self._iterations = 0

    def __call__(self, best_cost: int) -> bool:
        if self._effort.iterations is not None:
            spent = self._iterations / self._effort.iterations
        else:
            spent = (time.perf_counter() - self._began_s) / self._effort.runtime_s
        self._iterations += 1
        return not self._watch(min(spent, 1.0)) or spent >= 1.0


def _model(problem: PatrolProblem, visits: Sequence[int]) -> Model:
    model = Model()
    ends = [
        row
        for shift in range(len(problem.shifts))
        for row in (problem.start_row(shift), problem.end_row(shift))
    ]
    locations = {row: model.add_location(0, 0) for row in (*visits, *ends)}
    profiles: dict[float, Profile] = {}
    for index in visits:
        visit = problem.visits[index]
        model.add_client(
            locations[index],
            service_duration=visit.service_s,
            tw_early=max(visit.opens_s, 0),
            tw_late=visit.closes_s,
            prize=visit.prize_s,
            required=False,
        )
    for index, shift in enumerate(problem.shifts):
        if shift.pace_m_s not in profiles:
            profiles[shift.pace_m_s] = model.add_profile()
            _add_edges(model, problem, locations, shift.pace_m_s, profiles[shift.pace_m_s])
        model.add_vehicle_type(
            start_depot=model.add_depot(locations[problem.start_row(index)]),
            end_depot=model.add_depot(locations[problem.end_row(index)]),
            tw_early=shift.starts_s,
            tw_late=shift.ends_s,
            unit_distance_cost=0,
            unit_duration_cost=1,
            profile=profiles[shift.pace_m_s],
        )
    return model


def _add_edges(
    model: Model, problem: PatrolProblem, locations: dict[int, Location], pace_m_s: float, profile: Profile
) -> None:
    for start, start_location in locations.items():
        for end, end_location in locations.items():
            seconds = problem.travel.seconds(start, end, pace_m_s)
            if start != end and seconds is not None:
                model.add_edge(start_location, end_location, distance=0, duration=seconds, profile=profile)
