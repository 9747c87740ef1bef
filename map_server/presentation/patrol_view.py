"""What the pages of patrols show: reasons in words, times of the shift, how far a route has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol_plan import LeftOutVisit, Route, Stop, StopState
from map_server.domain.team import Team
from map_server.domain.ward_time import WARD_ZONE
from map_server.presentation import formats
from map_server.presentation.i18n import Language
from map_server.services.patrols import PlanRecord

_QUARTER = timedelta(minutes=15)
_USUAL_LENGTH = timedelta(hours=4)

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ShiftOffer:
    """A team in the form, with the hours that make sense now."""

    team: Team
    name: str
    shift_from: time
    shift_until: time


@dataclass(frozen=True, slots=True)
class RouteView:
    """One team's route on a page."""

    route: Route
    name: str
    colour: str
    stops: tuple[Stop, ...]
    done: int
    next_stop: Stop | None

    @property
    def is_finished(self) -> bool:
        """Whether every stop is done."""
        return self.done == len(self.stops)


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """A visit that is left out, and why, in words."""

    visit_name: str
    category: str
    is_urgent: bool
    why: str


def team_name(team: Team, language: Language) -> str:
    """Give a team's name in the reader's language."""
    return team.name_zh if language == "zh" else team.name_en


def shift_offers(teams: Sequence[Team], day: date, now: datetime, language: Language) -> list[ShiftOffer]:
    """Offer each team its usual hours; where they are over today, four hours from now."""
    return [
        ShiftOffer(team, team_name(team, language), *_hours(team, day, now))
        for team in teams
        if team.is_active
    ]


def _hours(team: Team, day: date, now: datetime) -> tuple[time, time]:
    local = now.astimezone(WARD_ZONE)
    usual_end = datetime.combine(day, team.shift_until, WARD_ZONE)
    if team.shift_until <= team.shift_from:
        usual_end += timedelta(days=1)
    if day > local.date() or usual_end - local > _QUARTER:
        return team.shift_from, team.shift_until
    begins = local.replace(second=0, microsecond=0)
    begins -= timedelta(minutes=begins.minute % 15)
    return begins.time(), (begins + _USUAL_LENGTH).time()


def route_views(record: PlanRecord, language: Language) -> list[RouteView]:
    """Give the routes as a page shows them."""
    views = []
    for route in record.routes:
        team = record.teams[route.team_id]
        stops = tuple(record.stops_of(route.team_id))
        waiting = [stop for stop in stops if stop.state is not StopState.DONE]
        views.append(
            RouteView(
                route=route,
                name=team_name(team, language),
                colour=team.colour,
                stops=stops,
                done=len(stops) - len(waiting),
                next_stop=waiting[0] if waiting else None,
            )
        )
    return views


def left_out_views(visits: Sequence[LeftOutVisit], language: Language, _: Translate) -> list[LeftOutView]:
    """Give what is left out, urgent and dear visits first."""
    ordered = sorted(visits, key=lambda one: (not one.visit.is_urgent, -one.visit.prize_s))
    return [
        LeftOutView(
            visit_name=one.visit.name_zh if language == "zh" else one.visit.name_en,
            category=one.visit.category,
            is_urgent=one.visit.is_urgent,
            why=_why(one, _),
        )
        for one in ordered
    ]


def _why(left_out: LeftOutVisit, _: Translate) -> str:
    """Word a reason with its numbers."""
    short, delay = formats.duration(left_out.short_s), formats.duration(left_out.delay_s)
    worth = formats.duration(left_out.visit.prize_s)
    match left_out.reason:
        case LeftOutReason.NO_TEAM_ON_SHIFT:
            return _("No team is on shift in its hours.")
        case LeftOutReason.NOT_REACHABLE if left_out.away_m is not None:
            return _("Not reachable: the nearest street is {distance} away.").format(
                distance=formats.metres(left_out.away_m)
            )
        case LeftOutReason.NOT_REACHABLE:
            return _("Not reachable: no street leads there from where the teams start.")
        case LeftOutReason.NO_WINDOW_FITS:
            return _("No window fits: even on the straight way a team would miss it by {short}.").format(
                short=short
            )
        case LeftOutReason.SHIFTS_FULL:
            return _("The shifts are full: {short} are missing beside the stops that are worth more.").format(
                short=short
            )
        case LeftOutReason.NOT_WORTH_DETOUR:
            return _("Not worth the detour: it would cost {delay} of patrol and is worth {worth}.").format(
                delay=delay, worth=worth
            )
