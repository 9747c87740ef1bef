"""Signed heads, legal holds, and the tables that the log vouches for, as rows."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    exists,
    insert,
    literal,
    or_,
    select,
    type_coerce,
)

from map_server.adapters.db.tables.events import event_evidence, event_messages, events, evidence
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.photos import photos
from map_server.adapters.db.tables.record import legal_holds, signed_heads
from map_server.adapters.db.tables.work_orders import work_orders
from map_server.adapters.db.types import UtcDateTime
from map_server.adapters.db.upsert import upsert
from map_server.domain.audit_log import instant
from map_server.domain.evidence import HoldSubject, LegalHold, RetentionParams
from map_server.domain.evidence_ledger import RecordTable, Row
from map_server.domain.incident import OPEN_STATES
from map_server.domain.signed_head import SignedHead
from map_server.domain.work_order import LIVING
from wire_contract.vocabulary import EventKind

_TABLES = {
    table.name: table for table in (evidence, legal_holds, signed_heads, event_messages, event_evidence)
}
_IN_PIECES = 2000
_LIVING = [str(state) for state in LIVING]


class SqlSignedHeads:
    """See services.record_ports.SignedHeadRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> SignedHead | None:
        """Give the one signed last."""
        statement = select(signed_heads).order_by(signed_heads.c.day.desc()).limit(1)
        row = self._connection.execute(statement).mappings().first()
        return SignedHead(**row) if row else None

    def all(self) -> list[SignedHead]:
        """Give all, oldest first."""
        statement = select(signed_heads).order_by(signed_heads.c.day)
        return [SignedHead(**row) for row in self._connection.execute(statement).mappings()]

    def add(self, head: SignedHead) -> None:
        """Store one."""
        self._connection.execute(insert(signed_heads).values(asdict(head)))


class SqlLegalHolds:
    """See services.record_ports.LegalHoldRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, hold: LegalHold) -> None:
        """Store a hold, new or changed."""
        upsert(self._connection, legal_holds, [asdict(hold)])

    def get(self, hold_id: str) -> LegalHold | None:
        """Give a hold."""
        found = self._read(select(legal_holds).where(legal_holds.c.hold_id == hold_id))
        return found[0] if found else None

    def on(self, kind: HoldSubject, subject_id: str) -> list[LegalHold]:
        """Give the holds on a subject that were not lifted."""
        is_on = and_(legal_holds.c.subject_kind == str(kind), legal_holds.c.subject_id == subject_id)
        return self._read(select(legal_holds).where(is_on, legal_holds.c.lifted_at.is_(None)))

    def active(self) -> list[LegalHold]:
        """Give all that were not lifted, newest first."""
        statement = select(legal_holds).where(legal_holds.c.lifted_at.is_(None))
        return self._read(statement.order_by(legal_holds.c.placed_at.desc(), legal_holds.c.hold_id))

    def holding(self, sha256: str) -> list[LegalHold]:
        """Give the holds that protect a piece, by itself or through an incident that it belongs to."""
        return self._read(select(legal_holds).where(_protects(literal(sha256))))

    def _read(self, statement: Select[*tuple[object, ...]]) -> list[LegalHold]:
        rows = [dict(row) for row in self._connection.execute(statement).mappings()]
        return [LegalHold(**row | {"subject_kind": HoldSubject(row["subject_kind"])}) for row in rows]


class SqlRecordRows:
    """See services.record_ports.RecordRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, table: RecordTable) -> Iterator[Row]:
        """Read a table in order of its key, in pieces."""
        columns = _TABLES[table.name].columns
        names = [column.name for column in columns]
        times = [column.name for column in columns if isinstance(column.type, UtcDateTime)]
        # As the database has them: a time that somebody wrote by hand may be no time any more.
        plainly = [type_coerce(column, Text).label(column.name) for column in columns]
        statement = select(*plainly).order_by(*(columns[name] for name in table.key))
        for rows in self._connection.execute(statement.execution_options(yield_per=_IN_PIECES)).partitions():
            for row in rows:
                plain = dict(zip(names, row, strict=True))
                for name in times:
                    plain[name] = _plain_time(plain[name])
                yield plain

    def due_for_erasure(self, now: datetime, params: RetentionParams, limit: int) -> list[str]:
        """Give pieces past their time: nothing open, no living order and no hold needs them."""
        statement = (
            select(evidence.c.sha256)
            .where(
                evidence.c.erased_at.is_(None),
                evidence.c.received_at <= max(params.last_kept(kind, now) for kind in EventKind),
                ~exists().where(_needed_by_incident(now, params)),
                ~exists().where(_needed_by_living_order()),
                ~exists().where(_needed_as_photo(now, params)),
                ~exists().where(_protects(evidence.c.sha256)),
            )
            .order_by(evidence.c.sha256)
            .limit(limit)
        )
        return list(self._connection.scalars(statement))

    def erased(self) -> list[str]:
        """Give the pieces whose bytes were erased."""
        return list(
            self._connection.scalars(select(evidence.c.sha256).where(evidence.c.erased_at.is_not(None)))
        )


def _plain_time(moment: str | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        return instant(moment)
    return moment.replace("+00:00", "Z") if isinstance(moment, str) else moment


def _last_kept(kind: ColumnElement[str], now: datetime, params: RetentionParams) -> ColumnElement[datetime]:
    kept = {str(each): literal(params.last_kept(each, now), UtcDateTime) for each in EventKind}
    return case(
        kept, value=kind, else_=literal(min(params.last_kept(each, now) for each in EventKind), UtcDateTime)
    )


def _needed_by_incident(now: datetime, params: RetentionParams) -> ColumnElement[bool]:
    is_open = incidents.c.state.in_([str(state) for state in OPEN_STATES])
    return and_(
        event_evidence.c.sha256 == evidence.c.sha256,
        events.c.event_id == event_evidence.c.event_id,
        incidents.c.id == events.c.incident_id,
        or_(is_open, incidents.c.last_seen_at > _last_kept(incidents.c.kind, now, params)),
    )


def _needed_by_living_order() -> ColumnElement[bool]:
    return and_(
        event_evidence.c.sha256 == evidence.c.sha256,
        events.c.event_id == event_evidence.c.event_id,
        work_orders.c.incident_id == events.c.incident_id,
        work_orders.c.state.in_(_LIVING),
    )


def _needed_as_photo(now: datetime, params: RetentionParams) -> ColumnElement[bool]:
    """A picture that a person added is kept for the period of its class, and while its order lives."""
    last_kept = _last_kept(photos.c.kept_as, now, params)
    order_needs_it = exists().where(
        photos.c.subject_kind == "work_order",
        work_orders.c.id == photos.c.subject_id,
        or_(work_orders.c.state.in_(_LIVING), work_orders.c.updated_at > last_kept),
    )
    return and_(photos.c.sha256 == evidence.c.sha256, or_(photos.c.added_at > last_kept, order_needs_it))


def _protects(sha256: ColumnElement[str]) -> ColumnElement[bool]:
    """A hold that was not lifted, on the piece or on an incident whose events or work orders have it."""
    its_incidents = (
        select(events.c.incident_id)
        .join_from(events, event_evidence, event_evidence.c.event_id == events.c.event_id)
        .where(event_evidence.c.sha256 == sha256)
    )
    incidents_of_orders = (
        select(work_orders.c.incident_id)
        .join_from(work_orders, photos, photos.c.subject_id == work_orders.c.id)
        .where(photos.c.subject_kind == "work_order", photos.c.sha256 == sha256)
    )
    by_itself = and_(
        legal_holds.c.subject_kind == str(HoldSubject.EVIDENCE), legal_holds.c.subject_id == sha256
    )
    by_incident = and_(
        legal_holds.c.subject_kind == str(HoldSubject.INCIDENT),
        legal_holds.c.subject_id.in_(its_incidents.union(incidents_of_orders)),
    )
    return and_(legal_holds.c.lifted_at.is_(None), or_(by_itself, by_incident))
