"""Decides whether an event and an incident are the same thing in the world, and says why.

Class, site, place and time must agree. Two fixes agree when their distance is within the error that both
state together. What no fix can tell, the camera tells: the same zone of the same camera is the same place,
and two zones of one camera are two places.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from map_server.domain.event import GroundFix, Report, View, Why
from map_server.domain.incident import ENDED_STATES, Incident
from map_server.domain.plane import LocalPlane
from wire_contract.vocabulary import EventKind

GATE_FACTOR = math.sqrt(9.210 / 5.991)
"""From 95 % to 99 % radius of a two-dimensional normal error: square root of the ratio of chi-square
quantiles with two degrees of freedom. At the stated 95 % every twentieth pair of views of one thing would
be torn apart.
"""

_ANCHOR_DECIMALS = 4
"""Anchors are cells of 0.0001 degrees, about 11 m by 9.5 m at Shanghai's latitude."""


@dataclass(frozen=True, slots=True)
class FusionParams:
    """How far and how long one thing may reach.

    `extent_m`: the size of the thing itself; two cameras see two sides of it. `max_radius_m`: beyond it no
    statement of error joins two events. `reopen_within_s`: an ended incident is taken up again when its place
    shows the same kind within this time.
    """

    extent_m: Mapping[EventKind, float] = field(
        default_factory=lambda: {
            EventKind.GARBAGE_DROP: 1.0,
            EventKind.BLOCKED_FIRE_LANE: 3.0,
            EventKind.ILLEGAL_STRUCTURE: 5.0,
            EventKind.CAMERA_HEALTH: 0.0,
        }
    )
    max_radius_m: float = 30.0
    reopen_within_s: float = 1800.0

    def __post_init__(self) -> None:
        if set(self.extent_m) != set(EventKind):
            raise ValueError(f"extent_m: give one figure for each of {', '.join(EventKind)}")
        if not all(0 <= extent <= 100 for extent in self.extent_m.values()):
            raise ValueError("extent_m: a thing is between 0 and 100 m large")
        if not 1 <= self.max_radius_m <= 500:
            raise ValueError(f"max_radius_m: {self.max_radius_m} is outside 1 to 500 m")
        if not 0 <= self.reopen_within_s <= 30 * 86400:
            raise ValueError(f"reopen_within_s: {self.reopen_within_s} is outside 0 to 30 days")


@dataclass(frozen=True, slots=True)
class SearchBox:
    """A box in degrees that holds every incident which could match."""

    west: float
    south: float
    east: float
    north: float


def distance_m(one: GroundFix, other: GroundFix) -> float:
    """Give the distance on the ground."""
    return math.hypot(*LocalPlane((one.lon, one.lat)).xy_m((other.lon, other.lat)))


def box_around(fix: GroundFix, radius_m: float) -> SearchBox:
    """Give the box that holds a circle."""
    plane = LocalPlane((fix.lon, fix.lat))
    west, south = plane.lonlat(-radius_m, -radius_m)
    east, north = plane.lonlat(radius_m, radius_m)
    return SearchBox(west, south, east, north)


def anchor_of(kind: EventKind, view: View, fix: GroundFix | None) -> str:
    """Name the place of a first sighting, for the unique key: a cell on the ground, else the camera and
    zone.
    """
    if kind is EventKind.CAMERA_HEALTH:
        return f"{view.device_id}/{view.camera_id}"
    if fix is None or not fix.is_surveyed:
        return f"{view.device_id}/{view.camera_id}/{view.zone_id}"
    return f"{fix.lon:.{_ANCHOR_DECIMALS}f},{fix.lat:.{_ANCHOR_DECIMALS}f}"


def combined_radius_m(one: GroundFix, other: GroundFix, kind: EventKind, params: FusionParams) -> float:
    """Give the distance up to which two fixes may mean one thing: both errors at 99 %, and the thing's own
    size.
    """
    error_m = GATE_FACTOR * math.hypot(one.error_m, other.error_m)
    return min(error_m + params.extent_m[kind], params.max_radius_m)


def same_thing(report: Report, site_id: str | None, incident: Incident, params: FusionParams) -> Why | None:
    """Give the reason why the report belongs to the incident, or None when it does not."""
    is_ended = incident.state in ENDED_STATES
    if report.kind is not incident.kind or not (incident.is_open or is_ended):
        return None
    if _sites_differ(site_id, incident.site_id):
        return None
    why = _same_place(report, incident, params)
    if why is None:
        return None
    gap_s = _gap_s(report, incident)
    if gap_s > params.reopen_within_s:
        return None
    return replace(why, gap_s=gap_s, site_id=incident.site_id, is_reopening=is_ended)


def _same_place(report: Report, incident: Incident, params: FusionParams) -> Why | None:
    own_zones = [view.zone_id for view in incident.views if view.camera == report.view.camera]
    if report.kind is EventKind.CAMERA_HEALTH:
        return Why("same_view") if own_zones else None
    if own_zones and report.view.zone_id not in own_zones:
        return None  # the camera itself tells the two places apart
    here, there = report.fix, incident.fix
    if here is None or there is None or not (here.is_surveyed and there.is_surveyed):
        return Why("same_view") if own_zones else None
    apart_m = distance_m(here, there)
    radius_m = combined_radius_m(here, there, report.kind, params)
    return Why("within_error", round(apart_m, 2), round(radius_m, 2)) if apart_m <= radius_m else None


def best_match(
    report: Report, site_id: str | None, incidents: Iterable[Incident], params: FusionParams
) -> tuple[Incident, Why] | None:
    """Choose among the incidents that match: an open one before an ended one, then the nearest, then the
    oldest.
    """
    matches = [
        (incident, why)
        for incident in incidents
        if (why := same_thing(report, site_id, incident, params)) is not None
    ]
    return min(
        matches,
        key=lambda match: (not match[0].is_open, match[1].distance_m or 0.0, match[0].first_seen_at),
        default=None,
    )


def why_new(report: Report, incidents: Iterable[Incident], params: FusionParams) -> Why:
    """Give the reason for a new incident: how far the nearest open one of its kind was, and how far it
    might have been.
    """
    here = report.fix
    if here is None:
        return Why("new_place")
    near = [
        (distance_m(here, incident.fix), combined_radius_m(here, incident.fix, report.kind, params))
        for incident in incidents
        if incident.kind is report.kind and incident.is_open and incident.fix is not None
    ]
    if not near:
        return Why("new_place")
    apart_m, radius_m = min(near)
    return Why("new_place", round(apart_m, 2), round(radius_m, 2))


def _sites_differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _gap_s(report: Report, incident: Incident) -> float:
    """Give the seconds between the two spans of time; what is still there reaches into the future."""
    starts_after = (report.started_at - incident.last_seen_at).total_seconds()
    ends_before = (incident.first_seen_at - report.last_seen_at).total_seconds()
    if not incident.is_open and starts_after > 0:
        return starts_after
    if report.is_closed and ends_before > 0:
        return ends_before
    return 0.0
