"""The overdue list: every site whose look is overdue, and why nobody has been there."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from map_server.domain.patrol_plan import LeftOutVisit, Stop, StopState
from map_server.domain.site import Site
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.places import Places
from map_server.services.ports import Clock

_LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class SiteInPlan:
    """What a plan of that day says of a site: its stop, or why it is left out."""

    day: date
    stop: Stop | None = None
    left_out: LeftOutVisit | None = None


SitesInPlans: TypeAlias = Callable[[Collection[str], date], dict[str, SiteInPlan]]
"""Gives for each of some sites what the newest ready plan since a day says of it."""


class OverdueReason(StrEnum):
    """Why a site is overdue."""

    PLANNED = "planned"
    """A plan of today or later has it; it will be looked at."""
    NOT_DONE = "not_done"
    """It was a stop of a plan that is over, and nobody checked in."""
    NOT_REACHED = "not_reached"
    """A team checked in, and the look did not count: the place could not be seen."""
    LEFT_OUT = "left_out"
    """The newest plan left it out, with its own reason."""
    NO_PLAN = "no_plan"
    """No plan has spoken of it since it fell due."""


@dataclass(frozen=True, slots=True)
class OverdueSite:
    """A site with the days for which its look has been due (one interval where nobody ever looked)."""

    site: Site
    days: float
    reason: OverdueReason
    plan: SiteInPlan | None


class OverdueList:
    """Reads; changes nothing."""

    def __init__(self, places: Places, sites_in_plans: SitesInPlans, clock: Clock) -> None:
        self._places = places
        self._sites_in_plans = sites_in_plans
        self._clock = clock

    def __call__(self) -> list[OverdueSite]:
        """Give every overdue site, the longest overdue first."""
        now = self._clock.now()
        today = now.astimezone(WARD_ZONE).date()
        sites = [site for site in self._places.sites() if site.is_due(now)]
        said = self._sites_in_plans([site.site_id for site in sites], today - _LOOK_BACK)
        overdue = [
            OverdueSite(
                site, site.overdue_days(now), _reason(said.get(site.site_id), today), said.get(site.site_id)
            )
            for site in sites
        ]
        return sorted(overdue, key=lambda one: (-one.days, one.site.site_id))


def _reason(said: SiteInPlan | None, today: date) -> OverdueReason:
    if said is None:
        return OverdueReason.NO_PLAN
    if said.stop is None:
        return OverdueReason.LEFT_OUT
    if said.stop.state is StopState.DONE:
        return OverdueReason.NOT_REACHED
    return OverdueReason.PLANNED if said.day >= today else OverdueReason.NOT_DONE
