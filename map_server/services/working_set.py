"""All that one batch of messages touches: read at once, changed in memory, written at once."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from map_server.domain.event import Event, Message, Report
from map_server.domain.fusion import FusionParams, anchor_of, box_around
from map_server.domain.incident import Incident
from map_server.services.incident_ports import SiteFinder
from map_server.services.ports import UnitOfWork
from wire_contract.vocabulary import EventKind

_METRES_PER_DEGREE = 80_000
"""Fewer than a degree of longitude has at 44 degrees of latitude; a wider cell does no harm."""

_STEPS = (-1, 0, 1)
_NOTHING: frozenset[str] = frozenset()


class WorkingSet:
    """Events and incidents of one batch. Lists of candidates come from a grid of cells, not from all
    incidents.
    """

    def __init__(
        self,
        work: UnitOfWork,
        messages: Sequence[Message],
        params: FusionParams,
        sites: SiteFinder,
        now: datetime,
    ) -> None:
        self._work = work
        self._now = now
        self._cell_deg = params.max_radius_m / _METRES_PER_DEGREE
        event_ids = {message.report.event_id for message in messages}
        self._events = work.events.known(event_ids)
        self._seen = work.events.seen(event_ids) if self._events else set()
        self._changed_events: dict[str, Event] = {}
        self._new_messages: list[Message] = []
        self._incidents: dict[str, Incident] = {}
        self._changed_incidents: set[str] = set()
        self._stored_versions: dict[str, int] = {}
        self._by_cell: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
        self._by_camera: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._unplaced_by_camera: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        new = [message.report for message in messages if message.report.event_id not in self._events]
        self._sites = {report.event_id: sites.at(report.kind, report.fix) for report in new}
        self._load(new, params)

    def _load(self, new: Sequence[Report], params: FusionParams) -> None:
        ended_after = self._earliest(new) - timedelta(seconds=params.reopen_within_s)
        surveyed = [report.fix for report in new if report.fix is not None and report.fix.is_surveyed]
        boxes = {box_around(fix, params.max_radius_m) for fix in surveyed}
        anchors = {anchor_of(report.kind, report.view, None) for report in new}
        found = self._work.incidents.near(list(boxes), ended_after)
        found += self._work.incidents.anchored(anchors, ended_after)
        found += self._work.incidents.many({event.incident_id for event in self._events.values()})
        for incident in found:
            self._remember(incident)

    def _earliest(self, reports: Iterable[Report]) -> datetime:
        return min((report.started_at for report in reports), default=self._now)

    def has_seen(self, message: Message) -> bool:
        """Tell whether this very message was taken in before, in this batch or an earlier one."""
        return (message.report.event_id, message.digest) in self._seen

    def event(self, event_id: str) -> Event | None:
        """Give what is known of an event."""
        return self._events.get(event_id)

    def incident(self, incident_id: str) -> Incident:
        """Give an incident of the set."""
        return self._incidents[incident_id]

    def site_of(self, report: Report) -> str | None:
        """Give the registered site that the report's place belongs to."""
        return self._sites[report.event_id]

    def candidates(self, report: Report) -> list[Incident]:
        """Give the incidents around the report's place; of its camera where a place is unknown."""
        if report.fix is None or not report.fix.is_surveyed or report.kind is EventKind.CAMERA_HEALTH:
            ids = self._by_camera[report.view.camera]
        else:
            column, row = self._cell(report.fix.lon, report.fix.lat)
            around = [self._by_cell.get((column + dx, row + dy), _NOTHING) for dx in _STEPS for dy in _STEPS]
            ids = self._unplaced_by_camera[report.view.camera].union(*around)
        return [self._incidents[incident_id] for incident_id in sorted(ids)]

    def take(self, message: Message, event: Event, incident: Incident) -> None:
        """Keep a new message with what it made of its event and incident."""
        self._seen.add((event.event_id, message.digest))
        self._new_messages.append(message)
        self._events[event.event_id] = self._changed_events[event.event_id] = event
        if incident.number:  # one that is stored already: its version rises once per batch
            stored_version = self._stored_versions.setdefault(incident.incident_id, incident.version)
            incident = replace(incident, version=stored_version + 1, updated_at=self._now)
        self._changed_incidents.add(incident.incident_id)
        self._remember(incident)

    def _remember(self, incident: Incident) -> None:
        self._incidents[incident.incident_id] = incident
        fix = incident.fix
        is_placed = fix is not None and fix.is_surveyed
        for view in incident.views:
            self._by_camera[view.camera].add(incident.incident_id)
            if not is_placed:
                self._unplaced_by_camera[view.camera].add(incident.incident_id)
        if fix is not None and is_placed:
            self._by_cell[self._cell(fix.lon, fix.lat)].add(incident.incident_id)

    def _cell(self, lon: float, lat: float) -> tuple[int, int]:
        return math.floor(lon / self._cell_deg), math.floor(lat / self._cell_deg)

    def write(self) -> None:
        """Store everything that changed, in the order that foreign keys ask for."""
        if not self._new_messages:
            return
        changed = sorted(self._changed_incidents)
        self._work.incidents.put([self._incidents[incident_id] for incident_id in changed])
        self._work.events.put(list(self._changed_events.values()))
        self._work.events.add_messages(self._new_messages, self._now)
