"""Appends to the audit log and reads it back in order."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select, update

from map_server.adapters.db.tables.kernel import audit_head, audit_log
from map_server.adapters.db.upsert import insert_many
from map_server.domain.audit_log import AuditEntry, AuditHead

_COLUMNS = [column.name for column in audit_log.columns]


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

    def entries(self) -> Iterator[AuditEntry]:
        """Read the whole log in order of `seq`, in pieces."""
        statement = select(audit_log).order_by(audit_log.c.seq).execution_options(yield_per=2000)
        for row in self._connection.execute(statement).mappings():
            yield AuditEntry(**row)
