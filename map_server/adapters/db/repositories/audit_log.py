"""Appends to the audit log and reads it back in order."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from sqlalchemy import Connection, select, update

from map_server.adapters.db.tables.kernel import audit_head, audit_log
from map_server.adapters.db.upsert import insert_many
from map_server.domain.audit_log import AuditEntry, AuditHead

_COLUMNS = [field.name for field in fields(AuditEntry)]
_QUOTED = ", ".join(f'"{name}"' for name in _COLUMNS)
_IN_ORDER = f"SELECT {_QUOTED} FROM audit_log ORDER BY seq"  # noqa: S608 - names of our own columns
_IN_PIECES = 2000


class SqlAuditLog:
    """The chain inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> AuditHead:
        """Give the recorded newest link."""
        row = self._connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
        return AuditHead(row.seq, row.hash)

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Write entries and move the head."""
        rows = [{name: getattr(entry, name) for name in _COLUMNS} for entry in entries]
        insert_many(self._connection, audit_log, rows)
        newest = entries[-1]
        self._connection.execute(update(audit_head).values(seq=newest.seq, hash=newest.hash))

    def first(self) -> AuditEntry | None:
        """Give the oldest entry."""
        row = self._connection.exec_driver_sql(f"{_IN_ORDER} LIMIT 1").first()
        return None if row is None else AuditEntry(*row)

    def entries(self) -> Iterator[AuditEntry]:
        """Read the whole log in order of `seq`, in pieces."""
        # Plain SQL: all columns are text or whole numbers, and the check of a long log lives on this.
        result = self._connection.exec_driver_sql(_IN_ORDER, execution_options={"stream_results": True})
        for rows in result.partitions(_IN_PIECES):
            for row in rows:
                yield AuditEntry(*row)
