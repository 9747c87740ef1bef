"""The handbook's records as rows; old versions stay."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from map_server.adapters.db.tables.handbook import handbook_records
from map_server.adapters.db.upsert import insert_many
from map_server.adapters.handbook_records import MODELS
from map_server.domain.audit_log import JsonObject
from map_server.domain.handbook import Handbook, HandbookRecord, RecordKey, RecordKind, RecordValue
from map_server.domain.sla import Sla

_c = handbook_records.c


class SqlHandbook:
    """See services.responsibility_ports.HandbookRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def revision(self) -> int:
        """Give the number of the newest change."""
        newest = select(func.max(_c.came_in), func.max(_c.ended_in))
        return max(number or 0 for number in self._connection.execute(newest).one())

    def current(self) -> Handbook:
        """Give the records in force now."""
        rows = self._connection.execute(select(handbook_records).where(_c.ended_in.is_(None))).mappings()
        records = {}
        for row in rows:
            key = RecordKey(RecordKind(row["kind"]), row["record_id"])
            value = _value(key.kind, row["content"], row["version"])
            records[key] = HandbookRecord(key, row["version"], row["content"], value)
        return Handbook(records, self.revision())

    def put(self, records: Sequence[HandbookRecord], source: str) -> None:
        """Store new versions in place of the current ones."""
        revision = self.revision() + 1
        self._end([record.key for record in records], revision)
        rows = [
            {
                "kind": str(record.key.kind),
                "record_id": record.key.record_id,
                "version": record.version,
                "content": record.content,
                "came_in": revision,
                "source": source,
            }
            for record in records
        ]
        insert_many(self._connection, handbook_records, rows)

    def retire(self, keys: Sequence[RecordKey]) -> None:
        """Take records out of the current ones."""
        if keys:
            self._end(keys, self.revision() + 1)

    def versions(self) -> Mapping[RecordKey, int]:
        """Give the newest version of every record that ever was."""
        newest = select(_c.kind, _c.record_id, func.max(_c.version)).group_by(_c.kind, _c.record_id)
        return {
            RecordKey(RecordKind(kind), name): top for kind, name, top in self._connection.execute(newest)
        }

    def sla(self, sla_id: str, version: int) -> Sla | None:
        """Give one version of an SLA."""
        wanted = select(_c.content).where(
            _c.kind == str(RecordKind.SLA), _c.record_id == sla_id, _c.version == version
        )
        content = self._connection.scalar(wanted)
        value = None if content is None else _value(RecordKind.SLA, content, version)
        assert value is None or isinstance(value, Sla)
        return value

    def _end(self, keys: Sequence[RecordKey], revision: int) -> None:
        for first in range(0, len(keys), 100):
            named: list[ColumnElement[bool]] = [
                and_(_c.kind == str(key.kind), _c.record_id == key.record_id)
                for key in keys[first : first + 100]
            ]
            ended = update(handbook_records).where(_c.ended_in.is_(None), or_(*named))
            self._connection.execute(ended.values(ended_in=revision))


def _value(kind: RecordKind, content: JsonObject, version: int) -> RecordValue:
    return MODELS[kind].model_validate(content).value(version)
