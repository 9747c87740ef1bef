"""A known item as it is shown at the desk: like a new incident, so that nothing tells it from one."""

from dataclasses import replace
from datetime import datetime, timedelta

from map_server.adapters.db.queries.incidents import IncidentRecord
from map_server.domain.event import Event
from map_server.domain.incident import IncidentState, severity_of

_DECOYS = 40


def disguised(record: IncidentRecord, alias: str, newest_number: int, now: datetime) -> IncidentRecord:
    """Give the record under another name and number, undecided, without history, moved by whole days to the
    last one. The kind is what the device said.
    """
    incident = record.incident
    shift = timedelta(days=(now - incident.last_seen_at).days)
    kind = record.events[0].report.kind if record.events else incident.kind
    shown = replace(
        incident,
        incident_id=alias,
        number=max(1, newest_number - int(alias[:4], 16) % _DECOYS),
        kind=kind,
        severity=severity_of(kind),
        state=IncidentState.OPEN if incident.cleared_at is None else IncidentState.CLEARED,
        judgement=None,
        version=1,
        first_seen_at=incident.first_seen_at + shift,
        last_seen_at=incident.last_seen_at + shift,
        cleared_at=None if incident.cleared_at is None else incident.cleared_at + shift,
    )
    return IncidentRecord(
        incident=shown,
        events=tuple(_moved(event, shift) for event in record.events),
        evidence={
            event_id: [replace(piece, captured_at=piece.captured_at + shift) for piece in pieces]
            for event_id, pieces in record.evidence.items()
        },
        history=(),
        merges=(),
    )


def _moved(event: Event, shift: timedelta) -> Event:
    report = replace(
        event.report,
        started_at=event.report.started_at + shift,
        raised_at=event.report.raised_at + shift,
        closed_at=None if event.report.closed_at is None else event.report.closed_at + shift,
    )
    return replace(event, report=report, last_seen_at=event.last_seen_at + shift)
