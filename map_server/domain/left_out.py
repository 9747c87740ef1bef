"""Says for every visit that no team makes why that is so, with the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from map_server.domain.insertion import cheapest_gap
from map_server.domain.patrol import Order, PatrolProblem


class LeftOutReason(StrEnum):
    """Why no team goes there."""

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
    return tuple(_why(problem, orders, visit) for visit in range(len(problem.visits)) if visit not in made)


def _why(problem: PatrolProblem, orders: Sequence[Order], visit: int) -> LeftOut:
    wish = problem.visits[visit]
    if not any(wish.opens_s <= shift.ends_s and wish.closes_s >= shift.starts_s for shift in problem.shifts):
        return LeftOut(visit, LeftOutReason.NO_TEAM_ON_SHIFT)
    alone = cheapest_gap(problem, [()] * len(problem.shifts), visit)
    if alone is None:
        return LeftOut(visit, LeftOutReason.NOT_REACHABLE, away_m=problem.travel.off_network.get(visit))
    if not alone.fits:
        return LeftOut(visit, LeftOutReason.NO_WINDOW_FITS, short_s=alone.late_s)
    gap = cheapest_gap(problem, orders, visit)
    if gap is None or not gap.fits:
        short_s = gap.late_s if gap else None
        return LeftOut(
            visit, LeftOutReason.SHIFTS_FULL, short_s=short_s, delay_s=gap.delay_s if gap else None
        )
    return LeftOut(visit, LeftOutReason.NOT_WORTH_DETOUR, delay_s=gap.delay_s)
