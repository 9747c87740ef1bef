"""A first plan for problems too large for `domain.insertion.greedy`: one route after the other."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from map_server.domain.patrol import Order, PatrolProblem

_Floats: TypeAlias = npt.NDArray[np.float64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

_NEVER = 1e12


def sequential_start(problem: PatrolProblem) -> list[Order]:
    """Fill the shifts one by one: whatever saves most against a way of its own comes next.

    A visit goes to the cheapest place of the present route, by the problem's own costs; what is worth its
    prize and saves most against being visited alone is taken first. Visits with several windows are left to
    the search. Source: M. M. Solomon, Algorithms for the vehicle routing and scheduling problems with time
    window constraints, Operations Research 35(2), 1987, insertion heuristic I1.
    """
    filling = _Filling(problem)
    return [filling.route(shift) for shift in range(len(problem.shifts))]


class _Filling:
    """What is open still, and the numbers of all visits as arrays."""

    def __init__(self, problem: PatrolProblem) -> None:
        self._problem = problem
        visits = problem.visits
        self._opens = np.array([visit.opens_s for visit in visits], dtype=np.float64)
        self._closes = np.array([visit.closes_s for visit in visits], dtype=np.float64)
        self._service = np.array([visit.service_s for visit in visits], dtype=np.float64)
        self._prize = np.array([np.inf if visit.rank else visit.prize_s for visit in visits])
        self._load = np.array([visit.load for visit in visits], dtype=np.float64)
        self._is_open: _Mask = np.array([not visit.further_windows for visit in visits])
        self._tables: dict[tuple[int, float], tuple[_Floats, _Floats]] = {}

    def route(self, shift: int) -> Order:
        """Fill one shift, and take what it holds from what is open."""
        team = self._problem.shifts[shift]
        seconds, metres = self._way(shift)
        able = np.array([team.may_make(visit) for visit in self._problem.visits])
        rows = [self._problem.start_row(shift), self._problem.end_row(shift)]
        room = np.inf if team.capacity is None else float(team.capacity)
        while True:
            candidates = np.flatnonzero(self._is_open & able & (self._load <= room))
            found = self._best(rows, candidates, seconds, metres, team.starts_s, team.ends_s)
            if found is None:
                return tuple(rows[1:-1])
            visit, position = found
            rows.insert(position + 1, visit)
            room -= self._load[visit]
            self._is_open[visit] = False

    def _way(self, shift: int) -> tuple[_Floats, _Floats]:
        """Give seconds and metres between all rows; NaN, where no way leads, becomes never."""
        table, pace_m_s = self._problem.travel_of(shift), self._problem.shifts[shift].pace_m_s
        key = (id(table), pace_m_s)
        if key not in self._tables:
            seconds = np.nan_to_num(np.array(table.at_pace(pace_m_s), dtype=np.float64), nan=_NEVER)
            metres = np.nan_to_num(np.array(table.metres, dtype=np.float64), nan=_NEVER)
            self._tables[key] = seconds, metres
        return self._tables[key]

    def _best(
        self,
        rows: Sequence[int],
        candidates: npt.NDArray[np.intp],
        seconds: _Floats,
        metres: _Floats,
        starts_s: int,
        ends_s: int,
    ) -> tuple[int, int] | None:
        """Give the visit that comes next, and behind which stop of the route."""
        if candidates.size == 0:
            return None
        leaves, latest = self._slack(rows, seconds, starts_s, ends_s)
        before, after = np.array(rows[:-1]), np.array(rows[1:])
        opens_next = np.append(self._opens[after[:-1]], 0.0)
        begins_next = np.maximum(leaves[:-1] + seconds[before, after], opens_next)
        begins = np.maximum(
            leaves[:-1, None] + seconds[before][:, candidates], self._opens[candidates][None, :]
        )
        onward = begins + self._service[candidates] + seconds[candidates][:, after].T
        fits = (begins <= self._closes[candidates]) & (onward <= latest[1:, None])
        delay = onward - (leaves[:-1] + seconds[before, after])[:, None]
        pushed = np.maximum(onward, opens_next[:, None]) - begins_next[:, None]
        detour = (
            metres[before][:, candidates] + metres[candidates][:, after].T - metres[before, after][:, None]
        )
        costs = self._problem.cost_per_m * detour + self._problem.cost_per_s * delay
        costs = np.where(fits & (costs < self._prize[candidates]), costs + pushed, np.inf)
        cheapest = costs.argmin(axis=0)
        cost = costs[cheapest, np.arange(candidates.size)]
        if not np.isfinite(cost).any():
            return None
        saved = 2 * metres[rows[0], candidates] * max(self._problem.cost_per_m, 1) - cost
        chosen = int(np.where(np.isfinite(cost), saved, -np.inf).argmax())
        return int(candidates[chosen]), int(cheapest[chosen])

    def _slack(
        self, rows: Sequence[int], seconds: _Floats, starts_s: int, ends_s: int
    ) -> tuple[_Floats, _Floats]:
        """Give when each stop is left at the earliest, and reached at the latest for the rest to fit."""
        leaves, latest = np.empty(len(rows)), np.empty(len(rows))
        leaves[0], latest[-1] = starts_s, ends_s
        for index in range(1, len(rows) - 1):
            row = rows[index]
            arrives = leaves[index - 1] + seconds[rows[index - 1], row]
            leaves[index] = max(arrives, self._opens[row]) + self._service[row]
        leaves[-1] = leaves[-2] + seconds[rows[-2], rows[-1]]
        for index in range(len(rows) - 2, 0, -1):
            row = rows[index]
            bound = latest[index + 1] - seconds[row, rows[index + 1]] - self._service[row]
            latest[index] = min(self._closes[row], bound)
        latest[0] = starts_s
        return leaves, latest
