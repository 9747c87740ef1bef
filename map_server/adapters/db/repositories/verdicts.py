"""Verdicts as rows."""

from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.verdicts import verdicts
from map_server.domain.incident import IncidentState, Judgement
from map_server.domain.verdict import Decision, Opinion, RejectReason, Standing, Verdict
from wire_contract.vocabulary import EventKind


class SqlVerdicts:
    """See services.verdict_ports.VerdictRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, verdict: Verdict) -> None:
        """Store a new verdict."""
        self._connection.execute(insert(verdicts).values(_to_row(verdict)))

    def get(self, verdict_id: str) -> Verdict | None:
        """Give a verdict by its id."""
        statement = select(verdicts).where(verdicts.c.verdict_id == verdict_id)
        row = self._connection.execute(statement).mappings().first()
        return verdict_from_row(row) if row else None

    def latest_of(self, incident_id: str) -> Verdict | None:
        """Give the newest verdict on an incident that was not taken back."""
        is_standing = (verdicts.c.incident_id == incident_id) & verdicts.c.undone_at.is_(None)
        statement = select(verdicts).where(is_standing).order_by(verdicts.c.verdict_id.desc()).limit(1)
        row = self._connection.execute(statement).mappings().first()
        return verdict_from_row(row) if row else None

    def mark_undone(self, verdict: Verdict) -> None:
        """Remember that a verdict was taken back."""
        statement = update(verdicts).where(verdicts.c.verdict_id == verdict.verdict_id)
        self._connection.execute(statement.values(undone_at=verdict.undone_at, undone_by=verdict.undone_by))


def _to_row(verdict: Verdict) -> dict[str, Any]:
    opinion, before = verdict.opinion, verdict.before
    return {
        "verdict_id": verdict.verdict_id,
        "incident_id": verdict.incident_id,
        "decision": opinion.decision,
        "reason": opinion.reason,
        "kind": opinion.kind,
        "label": opinion.label,
        "note": opinion.note,
        "decided_by": verdict.decided_by,
        "decided_at": verdict.decided_at,
        "incident_version": verdict.incident_version,
        "incident_before": {"state": before.state, "judgement": before.judgement, "kind": before.kind},
        "undone_at": verdict.undone_at,
        "undone_by": verdict.undone_by,
    }


def verdict_from_row(row: RowMapping) -> Verdict:
    """Read a verdict from a row of its table."""
    before = row["incident_before"]
    return Verdict(
        verdict_id=row["verdict_id"],
        incident_id=row["incident_id"],
        opinion=Opinion(
            decision=Decision(row["decision"]),
            reason=RejectReason(row["reason"]) if row["reason"] else None,
            kind=EventKind(row["kind"]) if row["kind"] else None,
            label=row["label"],
            note=row["note"],
        ),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        incident_version=row["incident_version"],
        before=Standing(
            IncidentState(before["state"]),
            Judgement(before["judgement"]) if before["judgement"] else None,
            EventKind(before["kind"]),
        ),
        undone_at=row["undone_at"],
        undone_by=row["undone_by"],
    )
