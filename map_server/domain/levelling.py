"""Shares the work of a plan out more evenly between teams that are out in the same hours.

A solver that counts seconds sends one team on a long way and leaves the next at the station. This pass moves
runs of stops from the busier of two teams to the other, as long as each move levels more seconds than it
costs and all of them together cost no more than a share of what the plan is worth.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TypeAlias

from map_server.domain.patrol import Order, PatrolProblem, Rank, SubjectKind, Timetable, timetable

_EVEN_ENOUGH = 0.05
"""Two teams whose used shares of the shift lie closer than this are left as they are."""
_RATES = (4.0, 2.0, 1.0)
"""Seconds that a move must level for each second that it costs: the best bargains first."""
_MOST_PAIRS = 500
"""So many pairs of teams are looked at, at each rate, which bounds the time."""
_MOST_TRIALS = 40
"""So many of the most promising moves between two teams are walked through before the pair is left."""


_Pair: TypeAlias = tuple[int, int, Order, Order]
"""The shifts of a busier and a less busy team, and their orders."""


@dataclass(frozen=True, slots=True)
class _Team:
    """One shift's order, what it costs, and the share of the shift that is way and work."""

    order: Order
    cost: int
    busy_s: int
    share: float


@dataclass(frozen=True, slots=True)
class _Move:
    """A run of stops out of one order into a gap of another; seconds gained and paid are estimates."""

    gain_s: float
    first: int
    last: int
    gap: int


def levelled(problem: PatrolProblem, orders: Sequence[Order], value_share: float) -> list[Order]:
    """Give orders that make the same visits, more evenly; the sum of values falls by `value_share` at most.

    What is urgent, a break, or bound to a team stays; windows, skills and shifts hold. 0 changes nothing.
    """
    teams = [_team(problem, shift, order) for shift, order in enumerate(orders)]
    worth = sum(problem.visits[visit].prize_s for order in orders for visit in order)
    left = value_share * max(worth - sum(team.cost for team in teams), 0)
    for rate in _RATES:
        teams, left = _shared_out(problem, teams, left, rate)
    return [team.order for team in teams]


def busy_share(problem: PatrolProblem, times: Timetable) -> float:
    """Give what part of a shift, breaks aside, is way and work: 0 to 1."""
    return _busy(problem, times)[1]


def same_hours(problem: PatrolProblem, one: int, other: int) -> bool:
    """Whether two shifts have at least half of the longer one's hours in common."""
    first, second = problem.shifts[one], problem.shifts[other]
    shared_s = min(first.ends_s, second.ends_s) - max(first.starts_s, second.starts_s)
    return 2 * shared_s >= max(first.ends_s - first.starts_s, second.ends_s - second.starts_s)


def _shared_out(
    problem: PatrolProblem, teams: list[_Team], left: float, rate: float
) -> tuple[list[_Team], float]:
    """Make all moves that level `rate` seconds for each that they cost; give what is left to spend."""
    done: set[_Pair] = set()
    for _ in range(_MOST_PAIRS if left > 0 else 0):
        pair = _farthest_apart(problem, teams, done)
        if pair is None:
            break
        found = _between(problem, teams, pair[:2], left, rate)
        if found is None:
            done.add(pair)
            continue
        left -= sum(team.cost - teams[shift].cost for shift, team in found.items())
        teams = [found.get(shift, team) for shift, team in enumerate(teams)]
    return teams, left


def _farthest_apart(problem: PatrolProblem, teams: Sequence[_Team], done: Collection[_Pair]) -> _Pair | None:
    """Give the busier and the less busy of two teams in the same hours; None where all are even enough.

    A pair that is `done` has no move that pays, and will have none with less left to spend.
    """
    pairs = [
        (teams[one].share - teams[other].share, pair)
        for one, other in permutations(range(len(teams)), 2)
        if teams[one].share - teams[other].share >= _EVEN_ENOUGH
        and same_hours(problem, one, other)
        and (pair := (one, other, teams[one].order, teams[other].order)) not in done
    ]
    return max(pairs)[1] if pairs else None


def _between(
    problem: PatrolProblem, teams: Sequence[_Team], shifts: tuple[int, int], left: float, rate: float
) -> dict[int, _Team] | None:
    busy, idle = shifts
    giver, taker = teams[busy], teams[idle]
    team = problem.shifts[busy]
    candidates = sorted(_candidates(problem, (busy, idle), (giver, taker)), key=lambda move: -move.gain_s)
    for move in candidates[:_MOST_TRIALS]:
        run = giver.order[move.first : move.last]
        less = _walked(problem, busy, giver.order[: move.first] + giver.order[move.last :])
        more = _walked(problem, idle, taker.order[: move.gap] + run + taker.order[move.gap :])
        if less is None or more is None:
            continue
        paid = less.cost + more.cost - giver.cost - taker.cost
        levelled_s = (giver.share - max(less.share, more.share)) * (team.ends_s - team.starts_s)
        if paid <= left and levelled_s > rate * max(paid, 0):
            return {busy: less, idle: more}
    return None


def _candidates(
    problem: PatrolProblem, shifts: tuple[int, int], teams: tuple[_Team, _Team]
) -> Iterator[_Move]:
    """Estimate every move of a run into every gap by the ways alone."""
    busy, idle = shifts
    giver, taker = teams
    rows = (problem.start_row(busy), *giver.order, problem.end_row(busy))
    gaps = (problem.start_row(idle), *taker.order, problem.end_row(idle))
    room_s = giver.busy_s - taker.busy_s
    for first in range(len(giver.order)):
        work_s = way_s = 0
        for last in range(first, len(giver.order)):
            visit = problem.visits[giver.order[last]]
            if visit.rank > Rank.FIRM or not problem.shifts[idle].may_make(visit):
                break
            work_s += visit.service_s
            way_s += _leg(problem, idle, giver.order[last - 1], giver.order[last]) if last > first else 0
            if work_s + way_s > room_s:
                break
            for gap in range(len(gaps) - 1):
                more_s = way_s + work_s + _leg(problem, idle, gaps[gap], giver.order[first])
                more_s += _leg(problem, idle, giver.order[last], gaps[gap + 1])
                more_s -= _leg(problem, idle, gaps[gap], gaps[gap + 1])
                less_s = _saved(problem, busy, rows, first, last)
                gain_s = min(less_s, room_s - more_s) - max(more_s - less_s, 0)
                if gain_s > 0:
                    yield _Move(gain_s, first, last + 1, gap)


def _saved(problem: PatrolProblem, shift: int, rows: Sequence[int], first: int, last: int) -> int:
    """Estimate what a route is shorter by without its stops from first to last."""
    run = range(first + 1, last + 2)
    way_s = sum(_leg(problem, shift, rows[place - 1], rows[place]) for place in (*run, last + 2))
    work_s = sum(problem.visits[rows[place]].service_s for place in run)
    return way_s + work_s - _leg(problem, shift, rows[first], rows[last + 2])


def _leg(problem: PatrolProblem, shift: int, start_row: int, end_row: int) -> int:
    seconds = problem.seconds(shift, start_row, end_row)
    return 10_000_000 if seconds is None else seconds


def _team(problem: PatrolProblem, shift: int, order: Order) -> _Team:
    found = _walked(problem, shift, order)
    if found is None:
        raise ValueError(f"the order of shift {shift} cannot be walked")
    return found


def _walked(problem: PatrolProblem, shift: int, order: Order) -> _Team | None:
    times = timetable(problem, shift, order)
    if times is None:
        return None
    spent_s = times.ends_s - problem.shifts[shift].starts_s
    cost = problem.cost_per_s * spent_s + problem.cost_per_m * round(times.metres)
    return _Team(order, cost, *_busy(problem, times))


def _busy(problem: PatrolProblem, times: Timetable) -> tuple[int, float]:
    shift = problem.shifts[times.shift]
    rest_s = wait_s = 0
    for call in times.calls:
        wait_s += call.begins_s - call.arrives_s
        if problem.visits[call.visit].subject_kind is SubjectKind.BREAK:
            rest_s += call.leaves_s - call.begins_s
    busy_s = times.ends_s - shift.starts_s - rest_s - wait_s
    return busy_s, busy_s / max(shift.ends_s - shift.starts_s - rest_s, 1)
