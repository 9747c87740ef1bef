"""What patrols find by themselves: recorded where and when, and compared with what cameras had found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.event import GroundFix
from map_server.domain.fusion import box_around, distance_m
from map_server.domain.incident import Incident, IncidentState
from map_server.services.audit_ports import PatrolFind
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from wire_contract.vocabulary import EventKind

PATROL_DEVICE = "patrol"
"""The one device under whose name finds become events."""
IN_VIEW_M = 60.0
"""How far from a camera a thing counts as one that it should have seen: its lane and forecourt."""
REACH_M = 15.0
"""How far a phone's position and a camera's may lie apart beyond their stated errors."""
SLACK = timedelta(minutes=10)
"""How long before it was raised or after it was last seen an incident counts as there."""
MAX_ERROR_M = 100.0


@dataclass(frozen=True, slots=True)
class Find:
    """What a patrol says: kind, WGS 84 lon, lat, the error of the phone's position in metres, and when."""

    kind: EventKind
    lon: float
    lat: float
    error_m: float
    found_at: datetime
    note: str = ""


class PatrolFinds:
    """Records finds, and tells which of them a camera had."""

    def __init__(self, begin: Begin, clock: Clock, new_id: IdFactory) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    def record(self, find: Find, actor: str) -> PatrolFind:
        """Record a find. Raises InvalidInput for a time to come or a position that tells nothing."""
        now = self._clock.now()
        if find.found_at > now + SLACK:
            raise InvalidInput(
                "found_at: lies in the future", (FieldError("found_at", "lies in the future"),)
            )
        if not 0 < find.error_m <= MAX_ERROR_M:
            problem = FieldError("error_m", f"use more than 0 and at most {MAX_ERROR_M:.0f}")
            raise InvalidInput(f"error_m: {problem.message}", (problem,))
        with self._begin() as work:
            stored = recorded(work, find, actor, now, self._new_id())
            work.commit()
        return stored


def recorded(work: UnitOfWork, find: Find, actor: str, now: datetime, find_id: str) -> PatrolFind:
    """Compare a find with what cameras had found, and store it; the caller commits."""
    here = GroundFix(find.lon, find.lat, find.error_m)
    seen = seen_by_camera(work, find)
    stored = PatrolFind(
        find_id=find_id,
        kind=find.kind,
        lon=find.lon,
        lat=find.lat,
        found_at=find.found_at,
        found_by=actor,
        recorded_at=now,
        note=find.note,
        is_in_view=_is_in_view(work, here),
        incident_id=None if seen is None else seen.incident_id,
    )
    work.patrol_finds.add(stored)
    facts: JsonObject = {
        "kind": find.kind,
        "is_in_view": stored.is_in_view,
        "incident_id": stored.incident_id,
    }
    work.note("patrol_find_recorded", "patrol_find", stored.find_id, actor, after=facts)
    return stored


def _is_in_view(work: UnitOfWork, here: GroundFix) -> bool:
    cameras = (GroundFix(lon, lat, 0.0) for lon, lat in work.patrol_finds.camera_places())
    return any(distance_m(here, camera) <= IN_VIEW_M for camera in cameras)


def seen_by_camera(work: UnitOfWork, find: Find) -> Incident | None:
    """Give the nearest incident of the kind that was there at that moment and within both errors.

    One that only patrols saw does not count: no camera had it.
    """
    here = GroundFix(find.lon, find.lat, find.error_m)
    box = box_around(here, MAX_ERROR_M + find.error_m + REACH_M)
    near = [
        (distance_m(here, incident.fix), incident)
        for incident in work.incidents.near([box], find.found_at - SLACK)
        if incident.fix is not None and _was_there(incident, find)
    ]
    fitting = [
        (distance, incident)
        for distance, incident in near
        if incident.fix is not None and distance <= incident.fix.error_m + find.error_m + REACH_M
    ]
    return min(fitting, key=lambda each: (each[0], each[1].number), default=(0.0, None))[1]


def _was_there(incident: Incident, find: Find) -> bool:
    if incident.kind is not find.kind or incident.state is IncidentState.MERGED:
        return False
    if all(view.device_id == PATROL_DEVICE for view in incident.views):
        return False
    last = find.found_at if incident.is_open else incident.last_seen_at
    return incident.first_seen_at - SLACK <= find.found_at <= last + SLACK
