"""What people decided about a plan by hand, and what changed in it since the one before, as rows."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Connection, delete, insert, select

from map_server.adapters.db.tables.patrols import patrol_changes, patrol_hand_rules
from map_server.adapters.db.upsert import upsert
from map_server.domain.hand_rule import HandAction, HandRule
from map_server.domain.patrol import SubjectKind
from map_server.domain.plan_changes import ChangeKind, StopChange


class SqlPatrolDecisions:
    """See services.plan_ports.PatrolDecisionRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_rule(self, rule: HandRule) -> None:
        """Store a decision in place of an earlier one about the same subject."""
        row = {field.name: getattr(rule, field.name) for field in fields(rule)}
        row |= {"subject_kind": str(rule.subject_kind), "action": str(rule.action)}
        upsert(self._connection, patrol_hand_rules, [row])

    def remove_rule(self, rule: HandRule) -> None:
        """Take a decision back."""
        table = patrol_hand_rules.c
        self._connection.execute(
            delete(patrol_hand_rules).where(
                table.plan_id == rule.plan_id,
                table.subject_kind == str(rule.subject_kind),
                table.subject_id == rule.subject_id,
            )
        )

    def rules(self, plan_id: str) -> list[HandRule]:
        """Give the decisions about a plan, oldest first."""
        wanted = select(patrol_hand_rules).where(patrol_hand_rules.c.plan_id == plan_id)
        ordered = wanted.order_by(patrol_hand_rules.c.made_at, patrol_hand_rules.c.subject_id)
        return [
            HandRule(
                **{
                    **row,
                    "subject_kind": SubjectKind(row["subject_kind"]),
                    "action": HandAction(row["action"]),
                }
            )
            for row in self._connection.execute(ordered).mappings()
        ]

    def put_changes(self, plan_id: str, changes: Sequence[StopChange]) -> None:
        """Make these the only changes of a plan."""
        self._connection.execute(delete(patrol_changes).where(patrol_changes.c.plan_id == plan_id))
        rows = [
            {"plan_id": plan_id, "number": number}
            | {field.name: getattr(change, field.name) for field in fields(change)}
            | {"kind": str(change.kind)}
            for number, change in enumerate(changes)
        ]
        if rows:
            self._connection.execute(insert(patrol_changes), rows)

    def changes(self, plan_id: str) -> list[StopChange]:
        """Give what changed in a plan at its last revision."""
        wanted = select(patrol_changes).where(patrol_changes.c.plan_id == plan_id)
        rows = self._connection.execute(wanted.order_by(patrol_changes.c.number)).mappings()
        names = [field.name for field in fields(StopChange)]
        return [
            StopChange(**{**{name: row[name] for name in names}, "kind": ChangeKind(row["kind"])})
            for row in rows
        ]
