"""Known answers, what auditors made of them, and what patrols found by themselves, as rows."""

from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.repositories.opinions import opinion_from
from map_server.adapters.db.tables.audits import audit_answers, gold_answers, gold_items, patrol_finds
from map_server.adapters.db.tables.devices import cameras
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.adapters.db.upsert import upsert
from map_server.domain.blind_audit import facts_of
from map_server.services.audit_ports import GoldAnswer, GoldItem, PatrolFind


class SqlGold:
    """See services.audit_ports.GoldRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, item: GoldItem) -> None:
        """Store a known answer, new or changed."""
        row = {
            "incident_id": item.incident_id,
            "opinion": facts_of(item.opinion),
            "known_by": item.known_by,
            "known_since": item.known_since,
            "reason": item.reason,
            "retired_at": item.retired_at,
        }
        upsert(self._connection, gold_items, [row])

    def get(self, incident_id: str) -> GoldItem | None:
        """Give a known answer."""
        statement = select(gold_items).where(gold_items.c.incident_id == incident_id)
        row = self._connection.execute(statement).mappings().first()
        return _item_from_row(row) if row else None

    def unanswered_by(self, account_id: str) -> list[GoldItem]:
        """Give what is in use, was not shown to this person, and was not first decided by this person."""
        shown = select(gold_answers.c.incident_id).where(gold_answers.c.account_id == account_id)
        decided = select(verdicts.c.incident_id).where(verdicts.c.decided_by == account_id)
        judged = select(audit_answers.c.incident_id).where(audit_answers.c.account_id == account_id)
        statement = select(gold_items).where(
            gold_items.c.retired_at.is_(None),
            gold_items.c.known_by != f"person:{account_id}",
            gold_items.c.incident_id.not_in(shown.union(decided, judged)),
        )
        rows = self._connection.execute(statement.order_by(gold_items.c.incident_id)).mappings()
        return [_item_from_row(row) for row in rows]

    def answer(self, alias: str) -> GoldAnswer | None:
        """Give an answer by the name under which the item was shown."""
        statement = select(gold_answers).where(gold_answers.c.alias == alias)
        row = self._connection.execute(statement).mappings().first()
        return GoldAnswer(**{**row, "opinion": opinion_from(row["opinion"])}) if row else None

    def add_answer(self, answer: GoldAnswer) -> None:
        """Store an answer."""
        row = {
            "alias": answer.alias,
            "incident_id": answer.incident_id,
            "account_id": answer.account_id,
            "opinion": facts_of(answer.opinion),
            "is_right": answer.is_right,
            "answered_at": answer.answered_at,
        }
        self._connection.execute(insert(gold_answers).values(row))

    def answers_given(self, account_id: str) -> int:
        """Count all answers of a person at the desk: verdicts, sealed ones, and on known items."""
        counts = (
            select(func.count()).where(verdicts.c.decided_by == account_id),
            select(func.count()).where(audit_answers.c.account_id == account_id),
            select(func.count()).where(gold_answers.c.account_id == account_id),
        )
        return sum(self._connection.scalar(count) or 0 for count in counts)


class SqlPatrolFinds:
    """See services.audit_ports.PatrolFindRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, find: PatrolFind) -> None:
        """Store a find."""
        self._connection.execute(insert(patrol_finds).values(asdict(find)))

    def camera_places(self) -> list[tuple[float, float]]:
        """Give lon, lat of all cameras whose place is known."""
        statement = select(cameras.c.lon, cameras.c.lat).where(cameras.c.lon.is_not(None))
        return [(row.lon, row.lat) for row in self._connection.execute(statement)]


def _item_from_row(row: RowMapping) -> GoldItem:
    return GoldItem(
        incident_id=row["incident_id"],
        opinion=opinion_from(row["opinion"]),
        known_by=row["known_by"],
        known_since=row["known_since"],
        reason=row["reason"],
        retired_at=row["retired_at"],
    )
