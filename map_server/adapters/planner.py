"""Plans patrols with PyVRP 0.14.1: prize-collecting vehicle routing with time windows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from pyvrp import (
    Client,
    ClientGroup,
    Depot,
    IteratedLocalSearch,
    IteratedLocalSearchParams,
    Location,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Route,
    Solution,
    VehicleType,
)
from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours

from map_server.adapters.sequential_start import sequential_start
from map_server.domain.insertion import greedy
from map_server.domain.patrol import Order, PatrolProblem, Rank, Visit, own_skill, timetable
from map_server.services.patrol_ports import Effort, Watch

_NEVER_S = 10_000_000
"""Longer than any horizon. PyVRP's own default for a missing edge, 2^44, would swamp its penalties."""
_MOST_OFFERS_TO_BARGAIN_OVER = 20_000
"""Visits times shifts up to which the best bargain of all comes next; more take one shift after the other."""
_MOST_WALL_TIME = 3
"""A starved machine gets its processor time, but no more than this many times as long by the clock."""

_Ints: TypeAlias = npt.NDArray[np.int64]


class PyVrpPlanner:
    """A `PatrolPlanner`. What a route costs and a prize are in one unit, for a ward seconds of patrol.

    The search starts from a greedy plan. What ranks above `Rank.WORTH_IT` and is in that plan is required,
    so that it is in the result too, however short the search.
    """

    def plan(self, problem: PatrolProblem, effort: Effort, watch: Watch) -> list[Order]:
        """Give an order for each shift; visits that are in none are not worth it or do not fit."""
        if not problem.visits or not problem.shifts:
            return [() for _ in problem.shifts]
        stop = _Stop(effort, watch)
        is_small = len(problem.visits) * len(problem.shifts) <= _MOST_OFFERS_TO_BARGAIN_OVER
        start = greedy(problem) if is_small else sequential_start(problem)
        model = _Model.of(problem, _required(problem, start, must_be_whole=not is_small))
        stop.all_prizes = sum(client.prize for client in model.data.clients())
        best = _searched(model.data, model.solution(problem, start), stop, effort.seed)
        return start if best is None else model.orders(problem, best)


def _searched(data: ProblemData, start: Solution, stop: "_Stop", seed: int) -> Solution | None:
    """Search as PyVRP's `solve` does, from a start that was first brought down to the next local optimum.

    None when nothing feasible was found, which cannot be from a feasible start.
    """
    random = RandomNumberGenerator(seed=seed)
    local_search = LocalSearch(data, random, compute_neighbours(data), PerturbationManager())
    for operator in OPERATORS:
        if operator.supports(data):
            local_search.add_operator(operator(data))
    params = PenaltyParams()
    penalties = PenaltyManager(params.midpoint_penalties(data), params)
    polished = local_search(start, penalties.max_cost_evaluator(), exhaustive=True)
    better = polished if polished.is_feasible() or not start.is_feasible() else start
    search = IteratedLocalSearch(data, penalties, local_search, better, IteratedLocalSearchParams())
    result = search.run(stop, False, False, 0)
    return result.best if result.is_feasible() else None


class _Stop:
    """PyVRP's stopping criterion: the effort is spent, or the watch says so."""

    def __init__(self, effort: Effort, watch: Watch) -> None:
        self._effort = effort
        self._watch = watch
        self.all_prizes = 0
        self._busy_since_s, self._began_s = time.thread_time(), time.perf_counter()
        self._iterations = 0

    def __call__(self, best_cost: int) -> bool:
        spent = self._spent()
        self._iterations += 1
        return not self._watch(min(spent, 1.0), self.all_prizes - best_cost) or spent >= 1.0

    def _spent(self) -> float:
        if self._effort.iterations is not None:
            return self._iterations / self._effort.iterations
        busy_s = time.thread_time() - self._busy_since_s
        return max(busy_s, (time.perf_counter() - self._began_s) / _MOST_WALL_TIME) / self._effort.runtime_s


@dataclass(frozen=True, slots=True)
class _Model:
    """PyVRP's problem data; what its clients and vehicle types stand for.

    Each window of a visit is a client, those of one visit exclude each other. Alike shifts are one type.
    """

    data: ProblemData
    clients: tuple[tuple[int, int], ...]
    """For each client its visit and the number of the window."""
    fleet: tuple[tuple[int, ...], ...]
    """For each vehicle type its shifts."""

    @classmethod
    def of(cls, problem: PatrolProblem, required: frozenset[int]) -> "_Model":
        """Write a problem down for PyVRP."""
        skills = sorted({skill for visit in problem.visits for skill in visit.skills})
        fleet = _fleet(problem, skills)
        rows = [*range(len(problem.visits)), *_end_rows(problem)]
        place = {row: location for location, row in enumerate(rows)}
        depots = list(place.values())[len(problem.visits) :]
        profiles = list(dict.fromkeys(_profile(problem, shifts[0]) for shifts in fleet))
        clients, groups, meaning = _clients(problem, skills, required)
        types = [
            _vehicle_type(problem, shifts, skills, profiles, [place[row] - depots[0] for row in ends])
            for shifts in fleet
            for ends in [(problem.start_row(shifts[0]), problem.end_row(shifts[0]))]
        ]
        matrices = [_matrices(problem, profile, rows) for profile in profiles]
        data = ProblemData(
            [Location(0, 0) for _ in rows],
            clients,
            [Depot(location) for location in depots],
            types,
            [metres for metres, _ in matrices],  # type: ignore[misc]  # PyVRP's stub takes int for a shape
            [seconds for _, seconds in matrices],  # type: ignore[misc]
            groups,
        )
        return cls(data, tuple(meaning), tuple(fleet))

    def solution(self, problem: PatrolProblem, orders: Sequence[Order]) -> Solution:
        """Write orders down for PyVRP."""
        client_of = {meant: client for client, meant in enumerate(self.clients)}
        type_of = {shift: kind for kind, shifts in enumerate(self.fleet) for shift in shifts}
        routes = []
        for shift, order in enumerate(orders):
            times = timetable(problem, shift, order)
            if order and times is not None:
                used = [(call.visit, _window_at(problem, call.visit, call.begins_s)) for call in times.calls]
                routes.append(Route(self.data, [client_of[one] for one in used], type_of[shift]))
        return Solution(self.data, routes)

    def orders(self, problem: PatrolProblem, solution: Solution) -> list[Order]:
        """Read PyVRP's solution."""
        orders: list[Order] = [() for _ in problem.shifts]
        free = [list(shifts) for shifts in self.fleet]
        for route in solution.routes():
            shift = free[route.vehicle_type()].pop(0)
            steps = route.schedule()
            orders[shift] = tuple(self.clients[step.idx][0] for step in steps if step.is_client())
        return orders


def _required(problem: PatrolProblem, start: Sequence[Order], must_be_whole: bool) -> frozenset[int]:
    """Give what must be in the result: of what ranks high all that is in the start, or simply all.

    A benchmark asks for all of its customers, and the search then finds the room that the start did not.
    """
    firm = {index for index, visit in enumerate(problem.visits) if visit.rank > Rank.WORTH_IT}
    return frozenset(firm if must_be_whole else firm & {visit for order in start for visit in order})


def _window_at(problem: PatrolProblem, visit: int, begins_s: int) -> int:
    windows = problem.visits[visit].windows
    return next(number for number, (_, closes_s) in enumerate(windows) if begins_s <= closes_s)


def _end_rows(problem: PatrolProblem) -> list[int]:
    rows = [
        row
        for shift in range(len(problem.shifts))
        for row in (problem.start_row(shift), problem.end_row(shift))
    ]
    return list(dict.fromkeys(rows))


def _clients(
    problem: PatrolProblem, skills: Sequence[str], required: frozenset[int]
) -> tuple[list[Client], list[ClientGroup], list[tuple[int, int]]]:
    clients: list[Client] = []
    groups: list[ClientGroup] = []
    meaning: list[tuple[int, int]] = []
    for index, visit in enumerate(problem.visits):
        windows = visit.windows
        group = len(groups) if len(windows) > 1 else None
        if group is not None:
            members = range(len(clients), len(clients) + len(windows))
            groups.append(ClientGroup(list(members), required=index in required))
        for number, (opens_s, closes_s) in enumerate(windows):
            meaning.append((index, number))
            clients.append(
                Client(
                    index,
                    delivery=_loads(visit, skills),
                    service_duration=visit.service_s,
                    tw_early=max(opens_s, 0),
                    tw_late=max(closes_s, 0),
                    prize=visit.prize_s,
                    required=index in required and group is None,
                    group=group,
                )
            )
    return clients, groups, meaning


def _loads(visit: Visit, skills: Sequence[str]) -> list[int]:
    """Give what a visit loads: its own load, and one of each skill that it asks for.

    A vehicle without the skill has no room for it.
    """
    return [visit.load, *(int(skill in visit.skills) for skill in skills)]


def _fleet(problem: PatrolProblem, skills: Sequence[str]) -> list[tuple[int, ...]]:
    """Put alike shifts together: PyVRP searches one type of many vehicles faster than many types of one."""
    kinds: dict[object, list[int]] = {}
    for index, shift in enumerate(problem.shifts):
        has = frozenset({*shift.skills, own_skill(shift.team_id)}).intersection(skills)
        ends = (problem.start_row(index), problem.end_row(index))
        kind = (shift.starts_s, shift.ends_s, ends, _profile(problem, index), has, shift.capacity)
        kinds.setdefault(kind, []).append(index)
    return [tuple(shifts) for shifts in kinds.values()]


def _profile(problem: PatrolProblem, shift: int) -> tuple[int, float]:
    """Name what a team's matrix depends on: which table, and its pace."""
    table = problem.own_travel.get(shift)
    return (0 if table is None else id(table)), problem.shifts[shift].pace_m_s


def _vehicle_type(
    problem: PatrolProblem,
    shifts: Sequence[int],
    skills: Sequence[str],
    profiles: Sequence[tuple[int, float]],
    ends: Sequence[int],
) -> VehicleType:
    shift = problem.shifts[shifts[0]]
    everything = sum(visit.load for visit in problem.visits)
    has = {*shift.skills, own_skill(shift.team_id)}
    room = [len(problem.visits) if skill in has else 0 for skill in skills]
    return VehicleType(
        num_available=len(shifts),
        capacity=[everything if shift.capacity is None else shift.capacity, *room],
        start_depot=ends[0],
        end_depot=ends[1],
        tw_early=shift.starts_s,
        tw_late=shift.ends_s,
        unit_distance_cost=problem.cost_per_m,
        unit_duration_cost=problem.cost_per_s,
        profile=profiles.index(_profile(problem, shifts[0])),
    )


def _matrices(problem: PatrolProblem, profile: tuple[int, float], rows: Sequence[int]) -> tuple[_Ints, _Ints]:
    """Give metres and seconds between the rows, in their order."""
    tables = {id(table): table for table in problem.own_travel.values()}
    table = tables.get(profile[0], problem.travel)
    metres = _whole(table.metres, rows) if problem.cost_per_m else np.zeros((len(rows), len(rows)), np.int64)
    return metres, _whole(table.at_pace(profile[1]), rows)


def _whole(table: Sequence[Sequence[float | None]], rows: Sequence[int]) -> _Ints:
    values = np.array(table, dtype=np.float64)[np.ix_(rows, rows)]
    whole: _Ints = np.where(np.isnan(values), _NEVER_S, np.round(values)).astype(np.int64)
    np.fill_diagonal(whole, 0)
    return whole
