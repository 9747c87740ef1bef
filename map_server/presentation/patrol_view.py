"""What the pages of patrols show: reasons in words, times of the shift, how far a route has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from map_server.domain.datum import LonLat
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import Visit, own_skill
from map_server.domain.patrol_plan import LeftOutVisit, Route, RouteShift, Stop, StopState
from map_server.domain.plan_changes import ChangeKind, StopChange
from map_server.domain.team import Team, shift_times
from map_server.domain.team_load import TeamLoad, load_of
from map_server.domain.ward_time import WARD_ZONE
from map_server.presentation import formats
from map_server.presentation.i18n import Language
from map_server.presentation.words import WORDS
from map_server.services.patrols import PlanRecord

_QUARTER = timedelta(minutes=15)
_USUAL_LENGTH = timedelta(hours=4)

TEAM_COLOURS = ("#0072b2", "#b34700", "#00785a", "#a3437e", "#8a6100", "#2b7bb0", "#6b5b00", "#3d3d3d")
"""Eight that people with any colour vision tell apart, dark enough for white figures.

Source: M. Okabe, K. Ito, Color Universal Design, 2008, with the light ones darkened.
"""

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ShiftOffer:
    """A shift of a team in the form, with the hours that make sense now."""

    team: Team
    name: str
    shift_from: time
    shift_until: time
    is_ahead: bool = True
    """False for a shift that is over today while another is to come."""


@dataclass(frozen=True, slots=True)
class ShiftView:
    """One shift of a route on a page, with its stops and the way from place to place, the way home last."""

    shift: RouteShift
    stops: tuple[Stop, ...]
    legs: tuple[tuple[LonLat, ...], ...]


@dataclass(frozen=True, slots=True)
class RouteView:
    """One team's route on a page."""

    route: Route
    name: str
    colour: str
    stops: tuple[Stop, ...]
    done: int
    next_stop: Stop | None
    letter: str
    """Stands before the numbers of its stops, so that no team is told by its colour alone."""
    load: TeamLoad

    @property
    def shifts(self) -> list[ShiftView]:
        """Give its shifts in order."""
        views, legs = [], self.route.legs
        for number, shift in enumerate(self.route.shifts):
            stops = tuple(self.route.stops_of_shift(number, self.stops))
            views.append(ShiftView(shift, stops, legs[: len(stops) + 1]))
            legs = legs[len(stops) + 1 :]
        return views

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
    visit: Visit


def team_name(team: Team, language: Language) -> str:
    """Give a team's name in the reader's language."""
    return team.name_zh if language == "zh" else team.name_en


def shift_offers(teams: Sequence[Team], day: date, now: datetime, language: Language) -> list[ShiftOffer]:
    """Offer each team its usual hours; where all of them are over today, four hours from now."""
    return [offer for team in teams if team.is_active for offer in _offers(team, day, now, language)]


def _offers(team: Team, day: date, now: datetime, language: Language) -> list[ShiftOffer]:
    name = team_name(team, language)
    ahead = [
        shift_times(day, shift.begins, shift.ends, WARD_ZONE)[1] - now > _QUARTER for shift in team.shifts
    ]
    if any(ahead):
        return [
            ShiftOffer(team, name, shift.begins, shift.ends, is_ahead)
            for shift, is_ahead in zip(team.shifts, ahead, strict=True)
        ]
    begins = now.astimezone(WARD_ZONE).replace(second=0, microsecond=0)
    begins -= timedelta(minutes=begins.minute % 15)
    return [ShiftOffer(team, name, begins.time(), (begins + _USUAL_LENGTH).time())]


def route_letter(number: int) -> str:
    """Give A, B … Z, AA … to the routes of a plan in their order."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def next_colour(teams: Sequence[Team]) -> str:
    """Offer the first colour that no team has yet."""
    used = {team.colour for team in teams}
    return next((colour for colour in TEAM_COLOURS if colour not in used), TEAM_COLOURS[len(teams) % 8])


def route_views(record: PlanRecord, language: Language) -> list[RouteView]:
    """Give the routes as a page shows them."""
    views = []
    for number, route in enumerate(record.routes):
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
                letter=route_letter(number),
                load=load_of(route, stops),
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
            why=why_left_out(one, _),
            visit=one.visit,
        )
        for one in ordered
    ]


def why_left_out(left_out: LeftOutVisit, _: Translate) -> str:
    """Word a reason with its numbers."""
    is_off = left_out.reason is LeftOutReason.NOT_REACHABLE and left_out.away_m is not None
    template = WORDS["left_out"]["off_network" if is_off else left_out.reason]
    return _(template).format(
        short=formats.duration(left_out.short_s, _),
        delay=formats.duration(left_out.delay_s, _),
        worth=formats.duration(left_out.visit.prize_s, _),
        distance=formats.metres(left_out.away_m),
        skills=", ".join(_skill(one, _) for one in sorted(left_out.visit.skills)) or formats.DASH,
    )


def _skill(skill: str, _: Translate) -> str:
    """Name a skill: a kind of incident or site in its words, a team by its id, anything else as it is."""
    if skill.startswith(own_skill("")):
        return _("team {team}").format(team=skill.removeprefix(own_skill("")))
    known = WORDS["kind"].get(skill) or WORDS["site_kind"].get(skill)
    return _(known) if known else skill


def change_views(record: PlanRecord, language: Language, _: Translate) -> list[str]:
    """Word what changed since the plan before, the heaviest changes first; shifted times are counted."""
    letters = {route.team_id: route_letter(number) for number, route in enumerate(record.routes)}
    order = [ChangeKind.ADDED, ChangeKind.TEAM, ChangeKind.DROPPED, ChangeKind.ORDER, ChangeKind.TIME]
    changes = sorted(record.changes, key=lambda one: (order.index(one.kind), one.subject_key))
    return [_change(one, letters, language, _) for one in changes]


def _change(change: StopChange, letters: dict[str, str], language: Language, _: Translate) -> str:
    name = change.name_zh if language == "zh" else change.name_en
    before = f"{letters.get(change.team_before or '', '')} {formats.clock_time(change.begins_before)}"
    after = f"{letters.get(change.team_after or '', '')} {formats.clock_time(change.begins_after)}"
    match change.kind:
        case ChangeKind.ADDED:
            return _("{name}: new, {after}").format(name=name, after=after)
        case ChangeKind.DROPPED:
            return _("{name}: no longer visited (was {before})").format(name=name, before=before)
        case ChangeKind.TEAM:
            return _("{name}: from {before} to {after}").format(name=name, before=before, after=after)
        case ChangeKind.ORDER:
            return _("{name}: in another order, {before} → {after}").format(
                name=name, before=before, after=after
            )
        case ChangeKind.TIME:
            return _("{name}: {before} → {after}").format(name=name, before=before, after=after)
