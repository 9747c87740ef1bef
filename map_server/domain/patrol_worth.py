"""What a visit is worth and how long it takes: makes visits of incidents, sites, blind corners and breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from map_server.domain.blind_corner import BlindCorner
from map_server.domain.event import GroundFix
from map_server.domain.incident import Incident, Severity
from map_server.domain.insertion import fits_alone
from map_server.domain.patrol import (
    LONGEST_SERVICE_S,
    PatrolProblem,
    Rank,
    SubjectKind,
    Visit,
    own_skill,
)
from map_server.domain.patrol_params import PatrolParams
from map_server.domain.patrol_plan import Route
from map_server.domain.place import Whereabouts
from map_server.domain.site import Site
from map_server.domain.travel import WALKING_M_S

BLIND_CORNER = "blind_corner"
_NEVER_WALKED_DAYS = 60.0
"""What counts as the age of a corner that no team was ever seen in."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The time for which is planned: origin of the seconds, its end, the present, and the ward's zone."""

    origin_at: datetime
    ends_at: datetime
    now: datetime
    zone: tzinfo

    def seconds(self, moment: datetime) -> int:
        """Give whole seconds after the origin."""
        return round((moment - self.origin_at).total_seconds())

    @property
    def begins_at(self) -> datetime:
        """The first moment at which a team can act."""
        return max(self.origin_at, self.now)


def incident_visit(
    incident: Incident, fix: GroundFix, where: Whereabouts, horizon: Horizon, params: PatrolParams
) -> Visit:
    """Give the visit to a confirmed incident at its place."""
    is_urgent = incident.severity is Severity.URGENT
    ends_s = horizon.seconds(horizon.ends_at)
    wanted_s = horizon.seconds(horizon.begins_at) + params.urgent_within_s
    return Visit(
        subject_kind=SubjectKind.INCIDENT,
        subject_id=incident.incident_id,
        category=incident.kind.value,
        name_zh=f"#{incident.number} {where.compound_zh or where.grid_zh}".strip(),
        name_en=f"#{incident.number} {where.compound_en or where.grid_en}".strip(),
        point=(fix.lon, fix.lat),
        service_s=params.incident_service_s,
        prize_s=params.urgent_prize_s if is_urgent else params.incident_prize_s,
        opens_s=0,
        closes_s=min(wanted_s, ends_s) if is_urgent else ends_s,
        is_urgent=is_urgent,
        is_firm=True,
    )


def site_visits(sites: Iterable[Site], horizon: Horizon, params: PatrolParams) -> list[Visit]:
    """Give visits to the sites that are due by the horizon's end or soon after, the longest overdue first."""
    soon = horizon.ends_at + timedelta(days=params.early_days)
    due = [(_late_days(site, horizon.ends_at), site) for site in sites if site.is_due(soon)]
    due.sort(key=lambda each: (-each[0], each[1].site_id))
    return [_site_visit(site, late_days, horizon, params) for late_days, site in due[: params.most_sites]]


def _late_days(site: Site, moment: datetime) -> float:
    """Give for how many days a look has been due; below 0 before it is."""
    if site.due_at is None:
        return site.overdue_days(moment)
    return (moment - site.due_at).total_seconds() / 86_400


def _site_visit(site: Site, late_days: float, horizon: Horizon, params: PatrolParams) -> Visit:
    service_s = params.site_service_s[site.kind]
    opens_s, closes_s = _window(site, horizon)
    return Visit(
        subject_kind=SubjectKind.SITE,
        subject_id=site.site_id,
        category=site.kind.value,
        name_zh=site.name_zh,
        name_en=site.name_en,
        point=site.point,
        service_s=service_s,
        prize_s=max(_site_prize_s(params.site_prize_s[site.kind], late_days, params), service_s + 1),
        opens_s=opens_s,
        closes_s=closes_s,
    )


def _site_prize_s(full_s: int, late_days: float, params: PatrolParams) -> int:
    """Grow towards the due date from a share of the prize to all of it, and past it day by day."""
    if late_days >= 0:
        return full_s + min(round(late_days * params.overdue_prize_s_per_day), params.most_overdue_prize_s)
    missing = min(-late_days / params.early_days, 1.0) * (1 - params.early_share)
    return round(full_s * (1 - missing))


def corner_visits(corners: Iterable[BlindCorner], horizon: Horizon, params: PatrolParams) -> list[Visit]:
    """Give visits to the blind corners, those not walked for longest first."""
    by_age = sorted(corners, key=lambda one: (-_unwalked_days(one), one.corner_id))
    return [_corner_visit(corner, horizon, params) for corner in by_age[: params.most_corners]]


def _unwalked_days(corner: BlindCorner) -> float:
    return _NEVER_WALKED_DAYS if corner.days_since_walked is None else corner.days_since_walked


def _corner_visit(corner: BlindCorner, horizon: Horizon, params: PatrolParams) -> Visit:
    """The stretch is walked whole, on foot, and left where it was entered: what a team does who looks."""
    service_s = min(max(round(corner.length_m / WALKING_M_S), 60), LONGEST_SERVICE_S)
    grown_s = params.corner_prize_s + round(_unwalked_days(corner) * params.corner_prize_s_per_day)
    return Visit(
        subject_kind=SubjectKind.CORNER,
        subject_id=corner.corner_id,
        category=BLIND_CORNER,
        name_zh=corner.name_zh or "盲角",
        name_en=corner.name_en or "Blind corner",
        point=(corner.lon, corner.lat),
        service_s=service_s,
        prize_s=service_s + min(grown_s, params.most_corner_prize_s),
        opens_s=0,
        closes_s=horizon.seconds(horizon.ends_at),
    )


def break_visit(route: Route, horizon: Horizon) -> Visit | None:
    """Give a team's break, taken where the shift starts into which it falls; None where it has none."""
    if route.rest_opens_at is None or route.rest_closes_at is None:
        return None
    return Visit(
        subject_kind=SubjectKind.BREAK,
        subject_id=route.team_id,
        category=SubjectKind.BREAK.value,
        name_zh="休息",
        name_en="Break",
        point=route.shifts[route.shift_at(route.rest_opens_at)].start,
        service_s=route.rest_s,
        prize_s=0,
        opens_s=horizon.seconds(route.rest_opens_at),
        closes_s=horizon.seconds(route.rest_closes_at),
        skills=frozenset({own_skill(route.team_id)}),
    )


def _window(site: Site, horizon: Horizon) -> tuple[int, int]:
    """Give the site's hours on the day on which the horizon begins, else the whole horizon."""
    if site.visit_from is None or site.visit_until is None:
        return 0, horizon.seconds(horizon.ends_at)
    day = horizon.origin_at.astimezone(horizon.zone).date()
    opens_at = datetime.combine(day, site.visit_from, horizon.zone)
    closes_at = datetime.combine(day, site.visit_until, horizon.zone)
    return horizon.seconds(opens_at), horizon.seconds(closes_at)


def with_late_urgent_visits(problem: PatrolProblem) -> PatrolProblem:
    """Open the windows of urgent visits and breaks that no team can reach in time: late rather than never.

    A break that not even then can be taken, because the shift is nearly over, falls away.
    """
    last_s = max((shift.ends_s for shift in problem.shifts), default=0)
    visits = tuple(
        replace(visit, closes_s=max(last_s, visit.closes_s), further_windows=())
        if visit.rank >= Rank.URGENT and not fits_alone(problem, index)
        else visit
        for index, visit in enumerate(problem.visits)
    )
    opened = replace(problem, visits=visits)
    hopeless = {
        index
        for index, visit in enumerate(visits)
        if visit.subject_kind is SubjectKind.BREAK and not fits_alone(opened, index)
    }
    return opened.without(hopeless) if hopeless else opened
