"""Which evidence is named by events and which is held, as rows."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Connection, bindparam, select

from map_server.adapters.db.tables.events import event_evidence, events, evidence
from map_server.adapters.db.upsert import upsert
from map_server.domain.event import NamedEvidence
from map_server.domain.evidence import StoredEvidence

_HELD = select(evidence.c.sha256).where(evidence.c.sha256.in_(bindparam("sha256s", expanding=True)))


class SqlEvidence:
    """See services.incident_ports.EvidenceRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def held(self, sha256s: Collection[str]) -> set[str]:
        """Give those of these pieces that the server holds."""
        if not sha256s:
            return set()
        return set(self._connection.scalars(_HELD, {"sha256s": list(sha256s)}))

    def named_by(self, device_id: str, sha256: str) -> NamedEvidence | None:
        """Give how an event of this device names the piece, or None when none does."""
        statement = (
            select(event_evidence)
            .join(events, events.c.event_id == event_evidence.c.event_id)
            .where(event_evidence.c.sha256 == sha256, events.c.device_id == device_id)
            .limit(1)
        )
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            return None
        return NamedEvidence(row.sha256, row.media_type, row.role, row.captured_at, row.redaction)

    def get(self, sha256: str) -> StoredEvidence | None:
        """Give the record of a piece that is held."""
        row = (
            self._connection.execute(select(evidence).where(evidence.c.sha256 == sha256))
            .mappings()
            .one_or_none()
        )
        return None if row is None else StoredEvidence(**row)

    def all(self) -> list[StoredEvidence]:
        """Give the records of all pieces that are held, by hash."""
        rows = self._connection.execute(select(evidence).order_by(evidence.c.sha256)).mappings()
        return [StoredEvidence(**row) for row in rows]

    def add(self, piece: StoredEvidence) -> None:
        """Record a piece that is now held; twice is no fault."""
        upsert(self._connection, evidence, [asdict(piece)])
