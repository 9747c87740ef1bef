"""Records of phones in the field, the pictures that they name, and messages to teams, as rows."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.repositories.field_rows import (
    fix_from,
    photo_from_row,
    photo_to_row,
    record_from_row,
    record_to_row,
)
from map_server.adapters.db.tables.events import evidence
from map_server.adapters.db.tables.field import field_photos, field_records, team_messages
from map_server.adapters.db.upsert import upsert
from map_server.adapters.db.ward_areas import WardAreas
from map_server.domain.datum import LonLat
from map_server.domain.field_record import FieldPhoto, KeptRecord, RecordKind, TeamMessage, Verdict
from map_server.domain.reach import Spot
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import PhoneTime


class SqlFieldRecords:
    """See services.field_ports.FieldRepository."""

    def __init__(self, connection: Connection, areas: WardAreas) -> None:
        self._connection = connection
        self._areas = areas

    def get(self, record_id: str) -> KeptRecord | None:
        """Give a record."""
        row = self._first(select(field_records).where(field_records.c.record_id == record_id))
        return None if row is None else record_from_row(row, self.photos(record_id))

    def put(self, kept: KeptRecord) -> None:
        """Store a new record, or one that was looked at."""
        upsert(self._connection, field_records, [record_to_row(kept)])

    def before(self, phone_id: str, sequence: int) -> PhoneTime | None:
        """Give the time of the phone's record that comes next before a sequence."""
        own = select(field_records).where(
            field_records.c.phone_id == phone_id, field_records.c.sequence < sequence
        )
        row = self._first(own.order_by(field_records.c.sequence.desc()).limit(1))
        return None if row is None else record_from_row(row, []).record.time

    def beside(self, actor: str, made_at: datetime) -> list[TrackFix]:
        """Give the positions of a person's records next before and next after a moment."""
        made = field_records.c.made_at
        own = select(field_records.c.fix).where(
            field_records.c.actor == actor, field_records.c.fix.is_not(None)
        )
        two = (
            own.where(made <= made_at).order_by(made.desc()).limit(1),
            own.where(made > made_at).order_by(made).limit(1),
        )
        rows = [self._connection.scalar(statement) for statement in two]
        return [fix_from(row) for row in rows if row is not None]

    def seen(self, hashes: Collection[str], record_id: str) -> dict[str, str]:
        """Give those of these hashes that were known without this record, with what named them first."""
        known: dict[str, str] = {}
        for name in ("sha256", "source_sha256", "kept_sha256"):
            column = field_photos.c[name]
            named = select(column, field_photos.c.record_id).where(
                column.in_(hashes), field_photos.c.record_id != record_id
            )
            for sha256, other in self._connection.execute(named.order_by(field_photos.c.record_id)):
                known.setdefault(sha256, other)
        own = select(field_photos.c.kept_sha256).where(field_photos.c.record_id == record_id)
        held = select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))
        mine = set(self._connection.scalars(own))
        for sha256 in self._connection.scalars(held):
            if sha256 not in mine:
                known.setdefault(sha256, "evidence")
        return known

    def taken_route(self, actor: str, at: datetime) -> tuple[str, str] | None:
        """Give plan and team of the route that a person had taken last by then."""
        accepted = select(field_records.c.plan_id, field_records.c.team_id).where(
            field_records.c.actor == actor,
            field_records.c.kind == str(RecordKind.ACCEPT),
            field_records.c.made_at <= at,
        )
        row = self._connection.execute(accepted.order_by(field_records.c.made_at.desc()).limit(1)).first()
        return None if row is None else (row.plan_id, row.team_id)

    def vouched_stops(self, plan_ids: Collection[str]) -> frozenset[str]:
        """Give the stops of plans that have a result without doubt, or one that a supervisor let stand."""
        wanted = select(field_records.c.stop_id).where(
            field_records.c.plan_id.in_(plan_ids),
            field_records.c.kind == str(RecordKind.RESULT),
            field_records.c.stop_id.is_not(None),
            or_(~field_records.c.is_doubted, field_records.c.verdict == str(Verdict.ACCEPTED)),
            _counts(),
        )
        return frozenset(self._connection.scalars(wanted))

    def has_other_result(self, kept: KeptRecord) -> bool:
        """Whether another record that counts says how things stood at the same stop."""
        others = select(field_records.c.record_id).where(
            field_records.c.plan_id == kept.record.plan_id,
            field_records.c.stop_id == kept.record.stop_id,
            field_records.c.kind == str(RecordKind.RESULT),
            field_records.c.record_id != kept.record.record_id,
            _counts(),
        )
        return self._connection.execute(others.limit(1)).first() is not None

    def rejected(self, actor: str, since: datetime) -> frozenset[str]:
        """Give the records of a person that were rejected since a moment."""
        wanted = select(field_records.c.record_id).where(
            field_records.c.actor == actor,
            field_records.c.verdict == str(Verdict.REJECTED),
            field_records.c.reviewed_at >= since,
        )
        return frozenset(self._connection.scalars(wanted))

    def add_photos(self, photos: Sequence[FieldPhoto]) -> None:
        """Store which pictures a record names, or that they have come."""
        upsert(self._connection, field_photos, [photo_to_row(photo) for photo in photos])

    def photos(self, record_id: str) -> list[FieldPhoto]:
        """Give the pictures that a record names."""
        named = select(field_photos).where(field_photos.c.record_id == record_id)
        rows = self._connection.execute(named.order_by(field_photos.c.role.desc(), field_photos.c.sha256))
        return [photo_from_row(row) for row in rows.mappings()]

    def naming(self, actor: str, sha256: str) -> list[FieldPhoto]:
        """Give where a person's records name a picture."""
        named = (
            select(field_photos)
            .join(field_records, field_records.c.record_id == field_photos.c.record_id)
            .where(field_photos.c.sha256 == sha256, field_records.c.actor == actor)
        )
        return [photo_from_row(row) for row in self._connection.execute(named).mappings()]

    def spot_of(self, point: LonLat | None) -> Spot:
        """Tell in which compound and grid a place lies."""
        return self._areas.spots(self._connection, [point])[0]

    def add_message(self, message: TeamMessage) -> None:
        """Store a message to a team."""
        self._connection.execute(insert(team_messages).values(asdict(message)))

    def message(self, message_id: str) -> TeamMessage | None:
        """Give a message."""
        row = self._first(select(team_messages).where(team_messages.c.message_id == message_id))
        return None if row is None else TeamMessage(**row)

    def messages(self, plan_ids: Collection[str]) -> list[TeamMessage]:
        """Give the messages to the teams of plans, oldest first."""
        wanted = select(team_messages).where(team_messages.c.plan_id.in_(plan_ids))
        rows = self._connection.execute(wanted.order_by(team_messages.c.sent_at)).mappings()
        return [TeamMessage(**row) for row in rows]

    def seen_messages(self, message_ids: Collection[str]) -> dict[str, dict[str, datetime]]:
        """Give who read which message, and when by his phone's clock."""
        wanted = select(field_records.c.message_id, field_records.c.actor, field_records.c.made_at).where(
            field_records.c.kind == str(RecordKind.SEEN), field_records.c.message_id.in_(message_ids)
        )
        seen: dict[str, dict[str, datetime]] = {}
        for message_id, actor, made_at in self._connection.execute(wanted):
            seen.setdefault(message_id, {})[actor] = made_at
        return seen

    def _first(self, statement: Select[Any]) -> RowMapping | None:
        return self._connection.execute(statement).mappings().first()


def _counts() -> ColumnElement[bool]:
    return or_(field_records.c.verdict.is_(None), field_records.c.verdict != str(Verdict.REJECTED))
