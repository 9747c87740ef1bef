"""Merges of incidents as rows, with the states they must give back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.incidents import incident_merges
from map_server.domain.incident import IncidentState, Judgement
from map_server.services.incident_ports import Merge, StateBefore


class SqlMerges:
    """See services.incident_ports.MergeRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, merge: Merge) -> None:
        """Store a merge."""
        self._connection.execute(insert(incident_merges), _to_row(merge))

    def into(self, survivor_id: str) -> list[Merge]:
        """Give the merges into an incident that are not undone, newest first."""
        statement = (
            select(incident_merges)
            .where(incident_merges.c.survivor_id == survivor_id, incident_merges.c.undone_at.is_(None))
            .order_by(incident_merges.c.id.desc())
        )
        return [_from_row(row) for row in self._connection.execute(statement).mappings()]

    def mark_undone(self, merge_id: str, at: datetime) -> None:
        """Remember that a merge was taken back."""
        statement = update(incident_merges).where(incident_merges.c.id == merge_id).values(undone_at=at)
        self._connection.execute(statement)


def _to_row(merge: Merge) -> dict[str, Any]:
    return {
        "id": merge.merge_id,
        "survivor_id": merge.survivor_id,
        "absorbed_id": merge.absorbed_id,
        "event_ids": list(merge.event_ids),
        "survivor_before": _state_to_json(merge.survivor_before),
        "survivor_after": _state_to_json(merge.survivor_after),
        "absorbed_before": _state_to_json(merge.absorbed_before),
        "merged_at": merge.merged_at,
        "undone_at": merge.undone_at,
    }


def _from_row(row: RowMapping) -> Merge:
    return Merge(
        merge_id=row["id"],
        survivor_id=row["survivor_id"],
        absorbed_id=row["absorbed_id"],
        event_ids=tuple(row["event_ids"]),
        survivor_before=_state_from_json(row["survivor_before"]),
        survivor_after=_state_from_json(row["survivor_after"]),
        absorbed_before=_state_from_json(row["absorbed_before"]),
        merged_at=row["merged_at"],
        undone_at=row["undone_at"],
    )


def _state_to_json(before: StateBefore) -> dict[str, str | int | None]:
    return {
        "state": str(before.state),
        "judgement": None if before.judgement is None else str(before.judgement),
        "cleared_at": None if before.cleared_at is None else before.cleared_at.isoformat(),
        "reopened_count": before.reopened_count,
    }


def _state_from_json(value: Mapping[str, Any]) -> StateBefore:
    return StateBefore(
        state=IncidentState(value["state"]),
        judgement=None if value["judgement"] is None else Judgement(value["judgement"]),
        cleared_at=None if value["cleared_at"] is None else datetime.fromisoformat(value["cleared_at"]),
        reopened_count=value["reopened_count"],
    )
