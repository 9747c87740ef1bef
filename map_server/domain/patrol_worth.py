"""What a visit is worth and how long it takes: turns confirmed incidents and due sites into visits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from types import MappingProxyType

from map_server.domain.event import GroundFix
from map_server.domain.incident import Incident, Severity
from map_server.domain.insertion import fits_alone
from map_server.domain.patrol import (
    HIGHEST_PRIZE_S,
    LONGEST_SERVICE_S,
    PatrolProblem,
    Rank,
    SubjectKind,
    Visit,
)
from map_server.domain.place import Whereabouts
from map_server.domain.site import Site, SiteKind

_SERVICE_S = MappingProxyType(
    {
        SiteKind.DROP_POINT: 180,
        SiteKind.BIN_HOUSE: 300,
        SiteKind.FIRE_LANE: 240,
        SiteKind.STRUCTURE_POINT: 420,
    }
)
_PRIZE_S = MappingProxyType(
    {
        SiteKind.DROP_POINT: 900,
        SiteKind.BIN_HOUSE: 1200,
        SiteKind.FIRE_LANE: 1200,
        SiteKind.STRUCTURE_POINT: 1500,
    }
)


@dataclass(frozen=True, slots=True)
class PatrolParams:
    """Seconds on site, and worth in seconds of patrol that may be spent on a visit, way and wait included."""

    incident_service_s: int = 600
    incident_prize_s: int = 5400
    urgent_prize_s: int = 21_600
    urgent_within_s: int = 3600
    """An urgent incident should be reached within this time."""
    site_service_s: Mapping[SiteKind, int] = field(default_factory=lambda: _SERVICE_S)
    site_prize_s: Mapping[SiteKind, int] = field(default_factory=lambda: _PRIZE_S)
    overdue_prize_s_per_day: int = 300
    most_overdue_prize_s: int = 3600
    most_sites: int = 300
    """The sites that are overdue longest come first."""

    def __post_init__(self) -> None:
        for key in ("incident_prize_s", "urgent_prize_s"):
            if not self.incident_service_s < getattr(self, key) <= HIGHEST_PRIZE_S:
                raise ValueError(f"{key}: must lie above incident_service_s and not above {HIGHEST_PRIZE_S}")
        if not 0 < self.incident_service_s <= LONGEST_SERVICE_S:
            raise ValueError(
                f"incident_service_s: {self.incident_service_s} must lie between 1 and {LONGEST_SERVICE_S}"
            )
        for kind in SiteKind:
            if not 0 < self.site_service_s[kind] < self.site_prize_s[kind] <= HIGHEST_PRIZE_S:
                raise ValueError(f"site_prize_s: that of {kind} must lie above its site_service_s")
        if not 60 <= self.urgent_within_s <= 86_400:
            raise ValueError(f"urgent_within_s: {self.urgent_within_s} must lie between 60 and 86400")
        if self.overdue_prize_s_per_day < 0 or not 0 <= self.most_overdue_prize_s <= 12 * 3600:
            raise ValueError(
                "most_overdue_prize_s: must lie between 0 and 43200, and overdue_prize_s_per_day not below 0"
            )
        if not 0 <= self.most_sites <= 1000:
            raise ValueError(f"most_sites: {self.most_sites} must lie between 0 and 1000")


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
    """Give visits to the sites that are due before the horizon's end, those overdue longest first."""
    due = [site for site in sites if site.is_due(horizon.ends_at)]
    due.sort(key=lambda site: (-site.overdue_days(horizon.ends_at), site.site_id))
    return [_site_visit(site, horizon, params) for site in due[: params.most_sites]]


def _site_visit(site: Site, horizon: Horizon, params: PatrolParams) -> Visit:
    overdue_s = site.overdue_days(horizon.ends_at) * params.overdue_prize_s_per_day
    opens_s, closes_s = _window(site, horizon)
    return Visit(
        subject_kind=SubjectKind.SITE,
        subject_id=site.site_id,
        category=site.kind.value,
        name_zh=site.name_zh,
        name_en=site.name_en,
        point=site.point,
        service_s=params.site_service_s[site.kind],
        prize_s=params.site_prize_s[site.kind] + min(round(overdue_s), params.most_overdue_prize_s),
        opens_s=opens_s,
        closes_s=closes_s,
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
    """Open the windows of urgent visits and breaks that no team can reach in time: late rather than never."""
    last_s = max((shift.ends_s for shift in problem.shifts), default=0)
    visits = tuple(
        replace(visit, closes_s=max(last_s, visit.closes_s), further_windows=())
        if visit.rank >= Rank.URGENT and not fits_alone(problem, index)
        else visit
        for index, visit in enumerate(problem.visits)
    )
    return replace(problem, visits=visits)
