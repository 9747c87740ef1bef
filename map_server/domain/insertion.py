"""Puts visits into routes that exist already, without moving the stops that are there.

Used to start a solver with a sound plan, to round its plan off, to explain why a visit was left out, and to
take in an urgent incident while teams are under way.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from map_server.domain.patrol import Order, PatrolProblem, Rank, Visit, timetable
from map_server.domain.travel import SecondsTable


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
    """When each stop of a route is left at the earliest, and reached at the latest for the rest to fit."""

    shift: int
    rows: tuple[int, ...]
    leaves_s: tuple[int, ...]
    latest_s: tuple[int, ...]
    load: int


def cheapest_gap(problem: PatrolProblem, orders: Sequence[Order], visit: int) -> Gap | None:
    """Give the gap with the smallest delay, or if none fits the one that is missed by least.

    None when no way leads to the visit from any route of a team that may make it.
    """
    return Gaps(problem, orders).cheapest(visit)


class Gaps:
    """The gaps of some routes, for asking about many visits."""

    def __init__(self, problem: PatrolProblem, orders: Sequence[Order]) -> None:
        self._problem = problem
        self._slacks = [_slack(problem, shift, order) for shift, order in enumerate(orders)]

    def cheapest(self, visit: int) -> Gap | None:
        """See `cheapest_gap`."""
        found = [_best_gap(self._problem, slack, visit) for slack in self._slacks]
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
    """Insert whatever is worth its delay, the best bargain first, until nothing more is.

    What ranks above `Rank.WORTH_IT` is inserted at any price.
    """
    filled = list(orders)
    bargains = _Bargains(problem, filled, candidates)
    while (best := bargains.best()) is not None:
        visit, gap = best
        filled = with_visit(filled, gap, visit)
        bargains.taken(visit, _slack(problem, gap.shift, filled[gap.shift]))
    return filled


class _Bargains:
    """For each open visit and shift the best gap, kept up as visits are taken."""

    def __init__(self, problem: PatrolProblem, orders: Sequence[Order], candidates: Iterable[int]) -> None:
        self._problem = problem
        slacks = [_slack(problem, shift, order) for shift, order in enumerate(orders)]
        self._gains = {
            visit: {slack.shift: self._offer(visit, slack) for slack in slacks}
            for visit in sorted(candidates)
        }

    def best(self) -> tuple[int, Gap] | None:
        """Give the visit that is worth most beyond its delay, and its gap."""
        best: tuple[int, int, Gap] | None = None
        for visit, offers in self._gains.items():
            for offer in offers.values():
                if offer is not None and (best is None or offer[0] > best[0]):
                    best = (offer[0], visit, offer[1])
        return None if best is None else best[1:]

    def taken(self, visit: int, slack: _Slack) -> None:
        """A visit was put into a route: look at that route's gaps again."""
        del self._gains[visit]
        for other, offers in self._gains.items():
            offers[slack.shift] = self._offer(other, slack)

    def _offer(self, visit: int, slack: _Slack) -> tuple[int, Gap] | None:
        gap = _best_gap(self._problem, slack, visit)
        if gap is None or not gap.fits:
            return None
        wish = self._problem.visits[visit]
        gain_s = wish.prize_s - gap.delay_s
        return (gain_s, gap) if gain_s > 0 or wish.rank > Rank.WORTH_IT else None


def force_in(problem: PatrolProblem, orders: Sequence[Order], visit: int) -> tuple[list[Order], Order]:
    """Insert a visit at any price: where nothing fits, stops of one route that rank below it make room.

    Returns the orders and the visits given up; the orders are unchanged and the visit itself is returned as
    given up when no team can take it even then.
    """
    options = [
        (room.lost, room.gap.delay_s, shift, room)
        for shift, order in enumerate(orders)
        if (room := _room_in(problem, shift, order, visit)) is not None
    ]
    if not options:
        return list(orders), (visit,)
    _, _, shift, room = min(options, key=lambda option: option[:3])
    cleared = [room.kept if index == shift else order for index, order in enumerate(orders)]
    return with_visit(cleared, room.gap, visit), room.given_up


def rounded_off(problem: PatrolProblem, orders: Sequence[Order]) -> list[Order]:
    """Take in all that ranks above `Rank.WORTH_IT` and fits, then whatever else is worth its delay."""
    rounded = list(orders)
    for rank in sorted(Rank, reverse=True):
        wanted = [visit for visit in _missing(problem, rounded) if problem.visits[visit].rank is rank]
        rounded = fill(problem, rounded, wanted)
        if rank is Rank.WORTH_IT:
            break
        missing = set(_missing(problem, rounded))
        for visit in sorted(missing.intersection(wanted), key=lambda one: -problem.visits[one].prize_s):
            if fits_alone(problem, visit):
                rounded, _ = force_in(problem, rounded, visit)
    return rounded


def greedy(problem: PatrolProblem) -> list[Order]:
    """Give a sound plan without any search: the best bargain next, higher ranks first."""
    return rounded_off(problem, [()] * len(problem.shifts))


def walkable(problem: PatrolProblem, shift: int, order: Order) -> tuple[Order, Order]:
    """Give up as little as is needed for an order to be walked; give what is kept and what is not.

    What ranks highest is given up last; what the team may not make at all goes first.
    """
    team = problem.shifts[shift]
    allowed = tuple(visit for visit in order if team.may_make(problem.visits[visit]))
    by_worth = sorted(allowed, key=lambda one: _worth(problem.visits[one], one))
    kept = _thinned(allowed, by_worth, lambda rest: timetable(problem, shift, rest) is not None)
    kept = kept or ()
    return kept, tuple(visit for visit in order if visit not in kept)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a visit fits into one route after some stops were given up for it.

    `lost` counts the stops of each rank, the highest first, and then their prizes.
    """

    gap: Gap
    kept: Order
    given_up: Order
    lost: tuple[int, ...]


def _room_in(problem: PatrolProblem, shift: int, order: Order, visit: int) -> _Room | None:
    """Give up as little of one route as is needed for the visit to fit."""

    def gap_in(rest: Order) -> Gap | None:
        gap = _best_gap(problem, _slack(problem, shift, rest), visit)
        return gap if gap is not None and gap.fits else None

    rank = problem.visits[visit].rank
    loose = [one for one in order if problem.visits[one].rank < rank]
    loose.sort(key=lambda one: _worth(problem.visits[one], one))
    kept = _thinned(order, loose, lambda rest: gap_in(rest) is not None)
    gap = None if kept is None else gap_in(kept)
    if kept is None or gap is None:
        return None
    given_up = tuple(one for one in loose if one not in kept)
    ranks = [problem.visits[one].rank for one in given_up]
    lost = (*(ranks.count(one) for one in sorted(Rank, reverse=True) if one is not Rank.WORTH_IT),)
    return _Room(gap, kept, given_up, (*lost, sum(problem.visits[one].prize_s for one in given_up)))


def _worth(visit: Visit, index: int) -> tuple[int, int, int]:
    return visit.rank, visit.prize_s, index


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
    team, wish = problem.shifts[slack.shift], problem.visits[visit]
    if not team.may_make(wish) or not team.carries(slack.load + wish.load):
        return None
    found = _soonest(problem.travel_of(slack.shift).at_pace(team.pace_m_s), slack, visit, wish)
    return None if found is None else Gap(slack.shift, found[2], found[1], found[0])


def _soonest(table: SecondsTable, slack: _Slack, visit: int, wish: Visit) -> tuple[int, int, int] | None:
    """Give lateness, delay and position of the best gap; the innermost loop of all planning."""
    best: tuple[int, int, int] | None = None
    onward, opens_s, closes_s, service_s = table[visit], wish.opens_s, wish.closes_s, wish.service_s
    rows, leaves_s, latest_s = slack.rows, slack.leaves_s, slack.latest_s
    for position in range(len(rows) - 1):
        before, after = rows[position], rows[position + 1]
        there_s, onward_s, direct_s = table[before][visit], onward[after], table[before][after]
        if there_s is None or onward_s is None or direct_s is None:
            continue
        left_s = leaves_s[position]
        begins_s = left_s + there_s
        if begins_s < opens_s:
            begins_s = opens_s
        elif begins_s > closes_s and wish.further_windows:
            begins_s = wish.begins_s(begins_s) or begins_s
        onward_at_s = begins_s + service_s + onward_s
        late_s = max(begins_s - wish.last_s, onward_at_s - latest_s[position + 1], 0)
        found = (late_s, onward_at_s - left_s - direct_s, position)
        if best is None or found < best:
            best = found
    return best


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
        latest_s.append(visit.latest_s(latest_s[-1] - leg_s - visit.service_s))
    latest_s.append(problem.shifts[shift].starts_s)
    load = sum(problem.visits[visit].load for visit in order)
    return _Slack(shift, rows, leaves_s, tuple(reversed(latest_s)), load)
