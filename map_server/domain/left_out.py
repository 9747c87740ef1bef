"""Says for every visit that no team makes why that is so, with the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from map_server.domain.insertion import Gaps
from map_server.domain.patrol import Order, PatrolProblem, Shift, Window


class LeftOutReason(StrEnum):
    """Why no team goes there."""

    FORBIDDEN = "forbidden"
    """A duty officer took it out by hand."""
    SKILL_MISSING = "skill_missing"
    """No team on shift may make it: a skill, or the team to which it was bound, is missing."""
    NO_TEAM_ON_SHIFT = "no_team_on_shift"
    """Its window lies outside of every shift."""
    NOT_REACHABLE = "not_reachable"
    """No street near it, or none that leads there from where a team starts."""
    NO_WINDOW_FITS = "no_window_fits"
    """Even a team that went straight there would come too late, or would not be back in time."""
    SHIFTS_FULL = "shifts_full"
    """It could be done alone, but not beside the stops that are worth more."""
    NOT_WORTH_DETOUR = "not_worth_detour"
    """It fits, but costs more seconds of patrol than it is worth."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One visit that is not made.

    `short_s` counts seconds that are missing (NO_WINDOW_FITS, SHIFTS_FULL), `delay_s` what the visit would
    cost (SHIFTS_FULL, NOT_WORTH_DETOUR), `away_m` the distance of the nearest street (NOT_REACHABLE).
    """

    visit: int
    reason: LeftOutReason
    short_s: int | None = None
    delay_s: int | None = None
    away_m: float | None = None


def left_out(problem: PatrolProblem, orders: Sequence[Order]) -> tuple[LeftOut, ...]:
    """Give the reason for every visit that is in no order."""
    made = {visit for order in orders for visit in order}
    alone, beside = Gaps(problem, [()] * len(problem.shifts)), Gaps(problem, orders)
    missing = [visit for visit in range(len(problem.visits)) if visit not in made]
    return tuple(_why(problem, alone, beside, visit) for visit in missing)


def _why(problem: PatrolProblem, alone: Gaps, beside: Gaps, visit: int) -> LeftOut:
    wish = problem.visits[visit]
    able = [shift for shift in problem.shifts if shift.may_make(wish)]
    if problem.shifts and not able:
        return LeftOut(visit, LeftOutReason.SKILL_MISSING)
    if not any(_meet(wish.windows, shift) for shift in able):
        return LeftOut(visit, LeftOutReason.NO_TEAM_ON_SHIFT)
    straight = alone.cheapest(visit)
    if straight is None:
        return LeftOut(visit, LeftOutReason.NOT_REACHABLE, away_m=problem.travel.off_network.get(visit))
    if not straight.fits:
        return LeftOut(visit, LeftOutReason.NO_WINDOW_FITS, short_s=straight.late_s)
    gap = beside.cheapest(visit)
    if gap is None or not gap.fits:
        short_s = gap.late_s if gap else None
        return LeftOut(
            visit, LeftOutReason.SHIFTS_FULL, short_s=short_s, delay_s=gap.delay_s if gap else None
        )
    return LeftOut(visit, LeftOutReason.NOT_WORTH_DETOUR, delay_s=gap.delay_s)


def _meet(windows: Sequence[Window], shift: Shift) -> bool:
    return any(opens_s <= shift.ends_s and closes_s >= shift.starts_s for opens_s, closes_s in windows)
