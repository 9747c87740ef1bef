"""Puts visits into routes that exist already, without moving the stops that are there.

Used to round off a solver's plan, to explain why a visit was left out, and to take in an urgent incident
while teams are under way.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from map_server.domain.patrol import Order, PatrolProblem, timetable


@dataclass(frozen=True, slots=True)
class Gap:
    """A place between two stops of a route, and what it costs to use it.

    `delay_s` is by how much the rest of the route shifts: the detour, the work, and any wait for the window.
    `late_s` is by how much a window or the end of the shift would be missed; 0 when the visit fits.
    """

    shift: int
    position: int
    delay_s: int
    late_s: int

    @property
    def fits(self) -> bool:
        """Whether nothing is missed."""
        return self.late_s == 0


@dataclass(frozen=True, slots=True)
class _Slack:
    """When each stop of a route is left at the earliest, and begun at the latest for the rest to fit."""

    shift: int
    rows: tuple[int, ...]
    leaves_s: tuple[int, ...]
    latest_s: tuple[int, ...]


def cheapest_gap(problem: PatrolProblem, orders: Sequence[Order], visit: int) -> Gap | None:
    """Give the gap with the smallest delay, or if none fits the one that is missed by least.

    None when no way leads to the visit from any route.
    """
    found = [_best_gap(problem, _slack(problem, shift, order), visit) for shift, order in enumerate(orders)]
    return min((gap for gap in found if gap is not None), key=_preference, default=None)


def fits_alone(problem: PatrolProblem, visit: int) -> bool:
    """Tell whether some team that did nothing else could make the visit."""
    gap = cheapest_gap(problem, [()] * len(problem.shifts), visit)
    return gap is not None and gap.fits


def with_visit(orders: Sequence[Order], gap: Gap, visit: int) -> list[Order]:
    """Give the orders with a visit put into a gap."""
    changed = list(orders)
    order = changed[gap.shift]
    changed[gap.shift] = (*order[: gap.position], visit, *order[gap.position :])
    return changed


def fill(problem: PatrolProblem, orders: Sequence[Order], candidates: Iterable[int]) -> list[Order]:
    """Insert whatever is worth its delay, the best bargain first, until nothing more is."""
    filled, open_visits = list(orders), sorted(candidates)
    slacks = [_slack(problem, shift, order) for shift, order in enumerate(filled)]
    gaps = {
        (visit, slack.shift): _best_gap(problem, slack, visit) for visit in open_visits for slack in slacks
    }
    while True:
        bargains = [
            (problem.visits[visit].prize_s - gap.delay_s, -visit, -gap.shift, gap)
            for (visit, _), gap in gaps.items()
            if gap is not None and gap.fits and gap.delay_s < problem.visits[visit].prize_s
        ]
        if not bargains:
            return filled
        _, negative_visit, _, gap = max(bargains, key=lambda bargain: bargain[:3])
        filled = with_visit(filled, gap, -negative_visit)
        open_visits.remove(-negative_visit)
        slack = _slack(problem, gap.shift, filled[gap.shift])
        gaps |= {(visit, gap.shift): _best_gap(problem, slack, visit) for visit in open_visits}
        gaps = {key: one for key, one in gaps.items() if key[0] != -negative_visit}


def force_in(problem: PatrolProblem, orders: Sequence[Order], visit: int) -> tuple[list[Order], Order]:
    """Insert a visit at any price: where nothing fits, the least valuable stops of one route make room.

    Urgent stops are never given up. Returns the orders and the visits given up; the orders are unchanged and
    the visit itself is returned as given up when no team can take it even then.
    """
    options = [
        (room.lost_s, room.gap.delay_s, shift, room)
        for shift, order in enumerate(orders)
        if (room := _room_in(problem, shift, order, visit)) is not None
    ]
    if not options:
        return list(orders), (visit,)
    _, _, shift, room = min(options, key=lambda option: option[:3])
    cleared = [room.kept if index == shift else order for index, order in enumerate(orders)]
    return with_visit(cleared, room.gap, visit), room.given_up


def rounded_off(problem: PatrolProblem, orders: Sequence[Order]) -> list[Order]:
    """Take in every urgent visit that any team can make, then whatever else is worth its delay."""
    rounded = list(orders)
    for visit in _missing(problem, rounded):
        if problem.visits[visit].is_urgent and fits_alone(problem, visit):
            rounded, _ = force_in(problem, rounded, visit)
    return fill(problem, rounded, _missing(problem, rounded))


def walkable(problem: PatrolProblem, shift: int, order: Order) -> tuple[Order, Order]:
    """Give up as little as is needed for an order to be walked; give what is kept and what is not.

    Urgent visits are given up last.
    """
    worth = {one: (problem.visits[one].is_urgent, problem.visits[one].prize_s, one) for one in order}
    by_worth = sorted(order, key=lambda one: worth[one])
    kept = _thinned(order, by_worth, lambda rest: timetable(problem, shift, rest) is not None)
    if kept is None:
        return (), order
    return kept, tuple(one for one in by_worth if one not in kept)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a visit fits into one route after some stops were given up for it."""

    gap: Gap
    kept: Order
    given_up: Order
    lost_s: int


def _room_in(problem: PatrolProblem, shift: int, order: Order, visit: int) -> _Room | None:
    """Give up as little of one route as is needed for the visit to fit."""

    def gap_in(rest: Order) -> Gap | None:
        gap = _best_gap(problem, _slack(problem, shift, rest), visit)
        return gap if gap is not None and gap.fits else None

    by_worth = sorted(order, key=lambda one: (problem.visits[one].prize_s, one))
    loose = [one for one in by_worth if not problem.visits[one].is_urgent]
    kept = _thinned(order, loose, lambda rest: gap_in(rest) is not None)
    gap = None if kept is None else gap_in(kept)
    if kept is None or gap is None:
        return None
    given_up = tuple(one for one in loose if one not in kept)
    return _Room(gap, kept, given_up, sum(problem.visits[one].prize_s for one in given_up))


def _thinned(order: Order, loose: Sequence[int], is_good: Callable[[Order], bool]) -> Order | None:
    """Take visits out of an order, the first of `loose` first, until it is good; put back what does no harm.

    None when it is not good even without all of them.
    """
    for count in range(len(loose) + 1):
        kept = set(order) - set(loose[:count])
        if is_good(tuple(one for one in order if one in kept)):
            break
    else:
        return None
    for one in reversed(loose[:count]):
        if is_good(tuple(other for other in order if other in kept or other == one)):
            kept.add(one)
    return tuple(one for one in order if one in kept)


def _missing(problem: PatrolProblem, orders: Sequence[Order]) -> list[int]:
    made = {visit for order in orders for visit in order}
    return [visit for visit in range(len(problem.visits)) if visit not in made]


def _preference(gap: Gap) -> tuple[int, int, int, int]:
    return gap.late_s, gap.delay_s, gap.shift, gap.position


def _best_gap(problem: PatrolProblem, slack: _Slack, visit: int) -> Gap | None:
    return min(_gaps(problem, slack, visit), key=_preference, default=None)


def _gaps(problem: PatrolProblem, slack: _Slack, visit: int) -> Iterable[Gap]:
    wish = problem.visits[visit]
    for position, (before, after) in enumerate(pairwise(slack.rows)):
        there_s = problem.seconds(slack.shift, before, visit)
        onward_s = problem.seconds(slack.shift, visit, after)
        direct_s = problem.seconds(slack.shift, before, after)
        if there_s is None or onward_s is None or direct_s is None:
            continue
        begins_s = max(slack.leaves_s[position] + there_s, wish.opens_s)
        onward_at_s = begins_s + wish.service_s + onward_s
        delay_s = onward_at_s - slack.leaves_s[position] - direct_s
        late_s = max(begins_s - wish.closes_s, onward_at_s - slack.latest_s[position + 1], 0)
        yield Gap(slack.shift, position, delay_s, late_s)


def _slack(problem: PatrolProblem, shift: int, order: Order) -> _Slack:
    times = timetable(problem, shift, order)
    if times is None:
        raise ValueError(f"the order of shift {shift} cannot be walked")
    rows = (problem.start_row(shift), *order, problem.end_row(shift))
    leaves_s = (problem.shifts[shift].starts_s, *(call.leaves_s for call in times.calls))
    latest_s = [problem.shifts[shift].ends_s]
    for before, after in zip(reversed(rows[1:-1]), reversed(rows[2:]), strict=True):
        leg_s = problem.seconds(shift, before, after) or 0
        visit = problem.visits[before]
        latest_s.append(min(visit.closes_s, latest_s[-1] - leg_s - visit.service_s))
    latest_s.append(problem.shifts[shift].starts_s)
    return _Slack(shift, rows, leaves_s, tuple(reversed(latest_s)))
