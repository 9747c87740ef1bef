"""Incidents for people: the list, and one with its events, evidence and history."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select

from map_server.adapters.db.repositories.events import SqlEvents
from map_server.adapters.db.repositories.incidents import incident_from_row
from map_server.adapters.db.repositories.merges import SqlMerges
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.events import event_evidence, evidence
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.ward_areas import within
from map_server.domain.errors import NotFound
from map_server.domain.event import Event
from map_server.domain.incident import Incident, IncidentState
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.services.incident_ports import Merge
from wire_contract.vocabulary import EventKind

_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A piece of evidence that an event names; `is_held` tells whether its bytes have come."""

    sha256: str
    role: str
    media_type: str
    captured_at: datetime
    redaction: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of an incident, as the audit log has it. `actor_name` is the person's, else the actor."""

    seq: int
    at: str
    action: str
    actor: str
    actor_name: str
    reason: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """One incident with all that belongs to it."""

    incident: Incident
    events: tuple[Event, ...]
    evidence: dict[str, list[EvidenceRecord]]
    history: tuple[HistoryEntry, ...]
    merges: tuple[Merge, ...]


class SqlIncidentList:
    """Reads without a transaction that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self,
        kinds: Sequence[EventKind],
        states: Sequence[IncidentState],
        before_number: int | None,
        limit: int,
        reach: Reach = WHOLE_WARD,
    ) -> list[Incident]:
        """Give incidents by falling number; `before_number` goes on after an earlier page."""
        statement = select(incidents).where(within(reach, incidents))
        statement = statement.order_by(incidents.c.number.desc()).limit(limit)
        if kinds:
            statement = statement.where(incidents.c.kind.in_([str(kind) for kind in kinds]))
        if states:
            statement = statement.where(incidents.c.state.in_([str(state) for state in states]))
        if before_number is not None:
            statement = statement.where(incidents.c.number < before_number)
        with self._engine.connect() as connection:
            return [incident_from_row(row) for row in connection.execute(statement).mappings()]

    def newest_number(self) -> int:
        """Give the highest number of an incident; 0 while there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(incidents.c.number))) or 0

    def one(self, incident_id: str) -> IncidentRecord:
        """Give one incident with its events, evidence, history and merges. Raises NotFound."""
        with self._engine.connect() as connection:
            statement = select(incidents).where(incidents.c.id == incident_id)
            row = connection.execute(statement).mappings().one_or_none()
            if row is None:
                raise NotFound(f"there is no incident {incident_id}")
            events = SqlEvents(connection).of_incident(incident_id)
            return IncidentRecord(
                incident=incident_from_row(row),
                events=tuple(events),
                evidence=_evidence(connection, [event.event_id for event in events]),
                history=tuple(_history(connection, incident_id)),
                merges=tuple(SqlMerges(connection).into(incident_id)),
            )


def _evidence(connection: Connection, event_ids: Sequence[str]) -> dict[str, list[EvidenceRecord]]:
    statement = (
        select(
            event_evidence,
            and_(evidence.c.sha256.is_not(None), evidence.c.erased_at.is_(None)).label("is_held"),
        )
        .outerjoin(evidence, evidence.c.sha256 == event_evidence.c.sha256)
        .where(event_evidence.c.event_id.in_(event_ids))
        .order_by(event_evidence.c.captured_at, event_evidence.c.role)
    )
    of_event: defaultdict[str, list[EvidenceRecord]] = defaultdict(list)
    for row in connection.execute(statement):
        of_event[row.event_id].append(
            EvidenceRecord(
                row.sha256, row.role, row.media_type, row.captured_at, row.redaction, bool(row.is_held)
            )
        )
    return dict(of_event)


def _history(connection: Connection, incident_id: str) -> list[HistoryEntry]:
    statement = (
        select(audit_log)
        .where(audit_log.c.subject_kind == "incident", audit_log.c.subject_id == incident_id)
        .order_by(audit_log.c.seq)
    )
    rows = connection.execute(statement).all()
    people = {row.actor.removeprefix(_PERSON) for row in rows if row.actor.startswith(_PERSON)}
    statement = select(accounts.c.account_id, accounts.c.display_name).where(
        accounts.c.account_id.in_(people)
    )
    names = {f"{_PERSON}{account_id}": name for account_id, name in connection.execute(statement)}
    return [
        HistoryEntry(
            row.seq,
            row.at,
            row.action,
            row.actor,
            names.get(row.actor, row.actor),
            row.reason,
            row.before,
            row.after,
        )
        for row in rows
    ]
