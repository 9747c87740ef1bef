"""Work orders as rows. A row of an order that lives holds its subject's seat in the unique index."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.work_orders import (
    work_order_merges,
    work_order_steps,
    work_order_tasks,
    work_orders,
)
from map_server.adapters.db.upsert import insert_many, upsert
from map_server.domain.errors import NotFound
from map_server.domain.incident import Severity
from map_server.domain.responsibility import CaseClass, EvidenceNeed, NoOwnerReason
from map_server.domain.site import SiteKind
from map_server.domain.sla import Pause, PauseReason, Stage
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import (
    JointAction,
    Location,
    Ownership,
    Task,
    TaskState,
    WorkOrder,
    WorkOrderState,
)
from map_server.services.work_order_ports import OrderBeforeMerge, Step
from wire_contract.vocabulary import EventKind

_EVENT_KINDS = frozenset(EventKind)


class SqlWorkOrders:
    """See services.work_order_ports.WorkOrderRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, work_order_id: str) -> WorkOrder:
        """Give a work order. Raises NotFound."""
        found = self._read(select(work_orders).where(work_orders.c.id == work_order_id))
        if not found:
            raise NotFound(f"there is no work order {work_order_id}")
        return found[0]

    def living_on(self, subject_key: str) -> WorkOrder | None:
        """Give the one work order that lives for an incident or a site."""
        found = self._read(select(work_orders).where(work_orders.c.open_subject == subject_key))
        return found[0] if found else None

    def last_closed_of(self, incident_id: str) -> WorkOrder | None:
        """Give the work order of an incident that was closed last."""
        is_closed = work_orders.c.state == str(WorkOrderState.CLOSED)
        statement = select(work_orders).where(work_orders.c.incident_id == incident_id, is_closed)
        found = self._read(statement.order_by(work_orders.c.number.desc()).limit(1))
        return found[0] if found else None

    def to_raise(self, now: datetime, limit: int) -> list[WorkOrder]:
        """Give living orders that have to go up a level by now."""
        statement = select(work_orders).where(work_orders.c.raise_at <= now)
        return self._read(statement.order_by(work_orders.c.raise_at).limit(limit))

    def put(self, order: WorkOrder) -> WorkOrder:
        """Store an order; give it with its number."""
        row = _to_row(order)
        if order.number:
            statement = update(work_orders).where(work_orders.c.number == order.number)
            self._connection.execute(statement.values(row))
        else:
            del row["number"]
            self._connection.execute(insert(work_orders).values(row))
        self._connection.execute(delete(work_order_tasks).where(_task_is_of(order.work_order_id)))
        insert_many(self._connection, work_order_tasks, [_task_row(order, task) for task in order.tasks])
        return self.get(order.work_order_id)

    def add_step(self, step: Step) -> None:
        """Append a step."""
        self._connection.execute(
            insert(work_order_steps).values(
                work_order_id=step.work_order_id,
                action=step.action,
                from_state=None if step.from_state is None else str(step.from_state),
                to_state=str(step.to_state),
                actor=step.actor,
                unit_id=step.unit_id,
                at=step.at,
                reason=step.reason,
                task=step.task,
                was_due_at=step.was_due_at,
            )
        )

    def remember(self, before: OrderBeforeMerge) -> None:
        """Keep what a merge must give back."""
        row = {
            "merge_id": before.merge_id,
            "work_order_id": before.work_order_id,
            "incident_id": before.incident_id,
            "state": None if before.state is None else str(before.state),
            "ended_at": before.ended_at,
        }
        upsert(self._connection, work_order_merges, [row])

    def before_merge(self, merge_id: str) -> list[OrderBeforeMerge]:
        """Give what a merge must give back."""
        statement = select(work_order_merges).where(work_order_merges.c.merge_id == merge_id)
        return [
            OrderBeforeMerge(
                row.merge_id,
                row.work_order_id,
                row.incident_id,
                None if row.state is None else WorkOrderState(row.state),
                row.ended_at,
            )
            for row in self._connection.execute(statement.order_by(work_order_merges.c.work_order_id))
        ]

    def _read(self, statement: Select[Any]) -> list[WorkOrder]:
        rows = self._connection.execute(statement).mappings().all()
        tasks = tasks_of(self._connection, [row["id"] for row in rows])
        return [work_order_from_row(row, tasks.get(row["id"], ())) for row in rows]


def tasks_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Task, ...]]:
    """Give the tasks of these orders, by order."""
    if not ids:
        return {}
    found: dict[str, tuple[Task, ...]] = {}
    statement = select(work_order_tasks).where(work_order_tasks.c.work_order_id.in_(ids))
    for row in connection.execute(statement.order_by(work_order_tasks.c.number)):
        task = Task(row.number, row.unit_id, row.what, TaskState(row.state), bool(row.is_lead))
        found[row.work_order_id] = (*found.get(row.work_order_id, ()), task)
    return found


def _task_is_of(work_order_id: str) -> Any:
    return work_order_tasks.c.work_order_id == work_order_id


def _task_row(order: WorkOrder, task: Task) -> dict[str, Any]:
    return {
        "work_order_id": order.work_order_id,
        "number": task.number,
        "unit_id": task.unit_id,
        "what": task.what,
        "state": str(task.state),
        "is_lead": int(task.is_lead),
    }


_PLAIN = (
    *("number", "version", "incident_id", "site_id", "recurs_of", "lead_unit_id", "coordinator_unit_id"),
    *(
        "stage_began_at",
        "due_at",
        "raise_at",
        "created_at",
        "filed_at",
        "handled_at",
        "ended_at",
        "updated_at",
    ),
    *("account", "feedback", "score", "rework_count", "return_count"),
)
"""Columns that hold the field of the same name as it is."""


def _to_row(order: WorkOrder) -> dict[str, Any]:
    lon, lat = order.location.point or (None, None)
    joint = order.joint_action
    return {
        **{name: getattr(order, name) for name in _PLAIN},
        "id": order.work_order_id,
        "open_subject": order.subject_key if order.is_living else None,
        "kind": str(order.kind),
        "severity": str(order.severity),
        "state": str(order.state),
        "level": str(order.level),
        "lon": lon,
        "lat": lat,
        "compound_id": order.location.compound_id,
        "grid_id": order.location.grid_id,
        "owner": _owner_to_json(order.owner),
        "owner_unit_id": order.owner.unit_id,
        "handlers": sorted(order.handlers),
        "clock": _clock_to_json(order),
        "joint_action": None if joint is None else {"at": joint.at.isoformat(), "note": joint.note},
        "after_photos": list(order.after_photos),
    }


def work_order_from_row(row: RowMapping, tasks: Iterable[Task]) -> WorkOrder:
    """Read a work order from a row of its table."""
    clock, joint = row["clock"], row["joint_action"]
    point = None if row["lon"] is None else (row["lon"], row["lat"])
    return WorkOrder(
        **{name: row[name] for name in _PLAIN},
        work_order_id=row["id"],
        kind=case_class(row["kind"]),
        severity=Severity(row["severity"]),
        state=WorkOrderState(row["state"]),
        level=UnitLevel(row["level"]),
        location=Location(point=point, compound_id=row["compound_id"], grid_id=row["grid_id"]),
        owner=_owner_from_json(row["owner"]),
        tasks=tuple(tasks),
        handlers=frozenset(row["handlers"]),
        pauses=tuple(
            Pause(PauseReason(why), datetime.fromisoformat(begin), _moment(end))
            for why, begin, end in clock["pauses"]
        ),
        extended_until=_moment(clock["extended_until"]),
        extended_stages=frozenset(Stage(stage) for stage in clock["extended_stages"]),
        suspended_until=_moment(clock["suspended_until"]),
        resumes_to=None if clock["resumes_to"] is None else WorkOrderState(clock["resumes_to"]),
        joint_action=None
        if joint is None
        else JointAction(datetime.fromisoformat(joint["at"]), joint["note"]),
        after_photos=tuple(row["after_photos"]),
    )


def case_class(word: str) -> CaseClass:
    """Read a kind of event or of site."""
    return EventKind(word) if word in _EVENT_KINDS else SiteKind(word)


def _owner_to_json(owner: Ownership) -> dict[str, Any]:
    return {
        "rule_id": owner.rule_id,
        "rule_version": owner.rule_version,
        "unit_id": owner.unit_id,
        "assistant_unit_ids": list(owner.assistant_unit_ids),
        "sla_id": owner.sla_id,
        "sla_version": owner.sla_version,
        "evidence_needed": [str(need) for need in owner.evidence_needed],
        "why_none": None if owner.why_none is None else str(owner.why_none),
    }


def _owner_from_json(value: Mapping[str, Any]) -> Ownership:
    return Ownership(
        rule_id=value["rule_id"],
        rule_version=value["rule_version"],
        unit_id=value["unit_id"],
        assistant_unit_ids=tuple(value["assistant_unit_ids"]),
        sla_id=value["sla_id"],
        sla_version=value["sla_version"],
        evidence_needed=tuple(EvidenceNeed(need) for need in value["evidence_needed"]),
        why_none=None if value["why_none"] is None else NoOwnerReason(value["why_none"]),
    )


def _clock_to_json(order: WorkOrder) -> dict[str, Any]:
    return {
        "pauses": [[str(one.reason), one.from_at.isoformat(), _text(one.until_at)] for one in order.pauses],
        "extended_until": _text(order.extended_until),
        "extended_stages": sorted(str(stage) for stage in order.extended_stages),
        "suspended_until": _text(order.suspended_until),
        "resumes_to": None if order.resumes_to is None else str(order.resumes_to),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
