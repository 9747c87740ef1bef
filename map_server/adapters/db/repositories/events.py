"""Events, the messages behind them and the evidence they name, as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.repositories.fixes import fix_from_row, fix_to_row
from map_server.adapters.db.tables.events import event_evidence, event_messages, events
from map_server.adapters.db.upsert import upsert
from map_server.domain.event import Event, Message, Picture, Report, View, Why
from wire_contract.vocabulary import EventKind, EventPhase

_IDS: BindParameter[str] = bindparam("event_ids", expanding=True)
_KNOWN = select(events).where(events.c.event_id.in_(_IDS))
_SEEN = select(event_messages.c.event_id, event_messages.c.digest).where(event_messages.c.event_id.in_(_IDS))


class SqlEvents:
    """See services.incident_ports.EventRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, event_ids: Collection[str]) -> dict[str, Event]:
        """Give those of these events that exist, by id."""
        rows = self._connection.execute(_KNOWN, {"event_ids": list(event_ids)}).mappings()
        return {row["event_id"]: _from_row(row) for row in rows}

    def seen(self, event_ids: Collection[str]) -> set[tuple[str, str]]:
        """Give (event id, digest) of all messages of these events that are stored."""
        rows = self._connection.execute(_SEEN, {"event_ids": list(event_ids)})
        return {(row.event_id, row.digest) for row in rows}

    def of_incident(self, incident_id: str) -> list[Event]:
        """Give the events of an incident, in order of their ids."""
        statement = select(events).where(events.c.incident_id == incident_id).order_by(events.c.event_id)
        return [_from_row(row) for row in self._connection.execute(statement).mappings()]

    def put(self, changed: Sequence[Event]) -> None:
        """Store events, new or changed."""
        upsert(self._connection, events, [_to_row(event) for event in changed])

    def add_messages(self, messages: Sequence[Message], received_at: datetime) -> None:
        """Store messages as received, with the evidence that they name."""
        upsert(
            self._connection,
            event_messages,
            [
                {
                    "event_id": message.report.event_id,
                    "digest": message.digest,
                    "sequence": message.report.sequence,
                    "phase": str(message.report.phase),
                    "received_at": received_at,
                    "content": message.content,
                }
                for message in messages
            ],
        )
        upsert(
            self._connection,
            event_evidence,
            [
                {
                    "event_id": message.report.event_id,
                    "sha256": named.sha256,
                    "role": named.role,
                    "media_type": named.media_type,
                    "captured_at": named.captured_at,
                    "redaction": named.redaction,
                }
                for message in messages
                for named in message.report.evidence
            ],
        )


def _to_row(event: Event) -> dict[str, Any]:
    report = event.report
    return {
        "event_id": report.event_id,
        "device_id": report.view.device_id,
        "camera_id": report.view.camera_id,
        "zone_id": report.view.zone_id,
        "kind": str(report.kind),
        "phase": str(report.phase),
        "sequence": report.sequence,
        "started_at": report.started_at,
        "raised_at": report.raised_at,
        "closed_at": report.closed_at,
        "last_seen_at": event.last_seen_at,
        "received_at": event.received_at,
        "score": report.score,
        "label": report.label,
        "picture": [*report.picture.box_xyxy_px, *report.picture.frame_size_px],
        **fix_to_row(report.fix),
        "attributes": dict(report.attributes),
        "model": None if report.model is None else list(report.model),
        "incident_id": event.incident_id,
        "why": why_to_json(event.why),
    }


def _from_row(row: RowMapping) -> Event:
    x1, y1, x2, y2, width, height = row["picture"]
    report = Report(
        event_id=row["event_id"],
        sequence=row["sequence"],
        view=View(row["device_id"], row["camera_id"], row["zone_id"]),
        kind=EventKind(row["kind"]),
        phase=EventPhase(row["phase"]),
        started_at=row["started_at"],
        raised_at=row["raised_at"],
        closed_at=row["closed_at"],
        score=row["score"],
        label=row["label"],
        picture=Picture((x1, y1, x2, y2), (width, height)),
        fix=fix_from_row(row),
        attributes=row["attributes"],
        model=None if row["model"] is None else (row["model"][0], row["model"][1]),
    )
    return Event(report, row["last_seen_at"], row["received_at"], row["incident_id"], Why(**row["why"]))


def why_to_json(why: Why) -> dict[str, str | float | bool | None]:
    """Write the reason for an event's place as plain figures."""
    return {
        "rule": why.rule,
        "distance_m": why.distance_m,
        "radius_m": why.radius_m,
        "gap_s": why.gap_s,
        "site_id": why.site_id,
        "is_reopening": why.is_reopening,
    }
