"""Work orders for people: the list with filters, counts for the board, one with all that belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, exists, func, or_, select

from map_server.adapters.db.repositories.photos import SqlPhotos
from map_server.adapters.db.repositories.work_orders import SqlWorkOrders, tasks_of, work_order_from_row
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.events import events
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.work_orders import (
    work_order_steps,
    work_order_tasks,
    work_orders,
)
from map_server.adapters.db.ward_areas import within
from map_server.domain.incident import IncidentState, Judgement
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import CAMERA_MAY_CLOSE, LIVING, TaskState, WorkOrder, WorkOrderState
from map_server.services.photo_ports import Photo
from map_server.services.work_order_ports import Detection
from wire_contract.vocabulary import EventKind

_PERSON = "person:"
_LIVING = [str(state) for state in LIVING]
_OPEN_TASK = [str(TaskState.OPEN), str(TaskState.ACCEPTED)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderFilter:
    """Which work orders are wanted; what is not given does not narrow.

    `unit_id` finds orders that a unit leads or has an open task in. `overdue_at` finds living ones whose time
    is up by then. `without_owner` is the no-owner queue.
    """

    states: tuple[WorkOrderState, ...] = ()
    unit_id: str | None = None
    kinds: tuple[str, ...] = ()
    compound_id: str | None = None
    level: UnitLevel | None = None
    incident_id: str | None = None
    overdue_at: datetime | None = None
    without_owner: bool = False
    handler: str | None = None
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step as people read it; `actor_name` is the person's name, else the actor."""

    action: str
    from_state: str | None
    to_state: str
    actor: str
    actor_name: str
    unit_id: str | None
    at: datetime
    reason: str
    task: int | None


@dataclass(frozen=True, slots=True)
class WorkOrderRecord:
    """One order with its steps, oldest first, and its pictures. `incident_number` for people."""

    order: WorkOrder
    steps: tuple[StepRecord, ...]
    photos: tuple[Photo, ...]
    incident_number: int | None
    recurs_of_number: int | None


class SqlWorkOrderList:
    """Reads without a transaction that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: WorkOrderFilter, before_number: int | None, limit: int) -> list[WorkOrder]:
        """Give orders by falling number; `before_number` goes on after an earlier page."""
        statement = select(work_orders).where(*_conditions(wanted)).order_by(work_orders.c.number.desc())
        if before_number is not None:
            statement = statement.where(work_orders.c.number < before_number)
        return self._orders(statement.limit(limit))

    def most_pressing(self, wanted: WorkOrderFilter, limit: int) -> list[WorkOrder]:
        """Give orders by due time, the most overdue first, those without one last; for the board."""
        is_free = work_orders.c.due_at.is_(None)
        order = (is_free, work_orders.c.due_at, work_orders.c.number.desc())
        return self._orders(select(work_orders).where(*_conditions(wanted)).order_by(*order).limit(limit))

    def lately_ended(self, wanted: WorkOrderFilter, limit: int) -> list[WorkOrder]:
        """Give orders by falling end."""
        order = (work_orders.c.ended_at.desc(), work_orders.c.number.desc())
        return self._orders(select(work_orders).where(*_conditions(wanted)).order_by(*order).limit(limit))

    def counts(self, wanted: WorkOrderFilter) -> dict[WorkOrderState, int]:
        """Count orders by state."""
        statement = select(work_orders.c.state, func.count()).where(*_conditions(wanted))
        with self._engine.connect() as connection:
            rows = connection.execute(statement.group_by(work_orders.c.state)).all()
        return {WorkOrderState(state): count for state, count in rows}

    def count(self, wanted: WorkOrderFilter) -> int:
        """Count orders."""
        with self._engine.connect() as connection:
            statement = select(func.count()).select_from(work_orders).where(*_conditions(wanted))
            return connection.scalar(statement) or 0

    def of_incident(self, incident_id: str) -> list[WorkOrder]:
        """Give all orders of an incident, newest first."""
        return self.page(WorkOrderFilter(incident_id=incident_id), None, 50)

    def one(self, work_order_id: str) -> WorkOrderRecord:
        """Give one order with its steps and pictures. Raises NotFound."""
        with self._engine.connect() as connection:
            repository = SqlWorkOrders(connection)
            order = repository.get(work_order_id)
            return WorkOrderRecord(
                order=order,
                steps=tuple(_steps(connection, work_order_id)),
                photos=tuple(SqlPhotos(connection).of("work_order", work_order_id)),
                incident_number=_number(connection, incidents, order.incident_id),
                recurs_of_number=_number(connection, work_orders, order.recurs_of),
            )

    def _orders(self, statement: Select[Any]) -> list[WorkOrder]:
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
            tasks = tasks_of(connection, [row["id"] for row in rows])
        return [work_order_from_row(row, tasks.get(row["id"], ())) for row in rows]


class SqlFilingCandidates:
    """See services.work_order_ports.FilingCandidates."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def confirmed(self, limit: int) -> list[str]:
        """Give confirmed incidents without a living order."""
        lasting = [str(kind) for kind in EventKind if kind not in CAMERA_MAY_CLOSE]
        is_there = or_(
            incidents.c.state == str(IncidentState.CONFIRMED),
            and_(
                incidents.c.state == str(IncidentState.CLEARED),
                incidents.c.judgement == str(Judgement.CONFIRMED),
                incidents.c.kind.in_(lasting),
            ),
        )
        statement = select(incidents.c.id).where(is_there, ~_has_order())
        with self._engine.connect() as connection:
            return list(connection.scalars(statement.order_by(incidents.c.number).limit(limit)))

    def unjudged(self) -> Iterator[Detection]:
        """Give who detected what is open and was never judged."""
        statement = (
            select(incidents.c.id, incidents.c.kind, events.c.camera_id, events.c.model)
            .join_from(incidents, events, events.c.incident_id == incidents.c.id)
            .where(
                incidents.c.state == str(IncidentState.OPEN),
                incidents.c.judgement.is_(None),
                ~_has_order(),
            )
            .order_by(incidents.c.number)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        for row in rows:
            yield Detection(row.id, EventKind(row.kind), row.camera_id, row.model[0] if row.model else None)


def _has_order() -> ColumnElement[bool]:
    """Whether an incident has or had an order: what a person voided is not filed again by the server."""
    return exists().where(work_orders.c.incident_id == incidents.c.id)


def _conditions(wanted: WorkOrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [within(wanted.reach, work_orders)]
    if wanted.states:
        conditions.append(work_orders.c.state.in_([str(state) for state in wanted.states]))
    if wanted.kinds:
        conditions.append(work_orders.c.kind.in_(wanted.kinds))
    for column, value in (
        (work_orders.c.compound_id, wanted.compound_id),
        (work_orders.c.incident_id, wanted.incident_id),
        (work_orders.c.level, None if wanted.level is None else str(wanted.level)),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.unit_id is not None:
        conditions.append(_concerns(wanted.unit_id))
    if wanted.overdue_at is not None:
        conditions += [work_orders.c.due_at <= wanted.overdue_at, work_orders.c.state.in_(_LIVING)]
    if wanted.without_owner:
        conditions += [_is_to_be_given(), work_orders.c.owner_unit_id.is_(None)]
    if wanted.handler is not None:
        conditions.append(_took_part(wanted.handler))
    return conditions


def _is_to_be_given() -> ColumnElement[bool]:
    waiting = [str(WorkOrderState.FILED), str(WorkOrderState.RETURNED)]
    return and_(work_orders.c.state.in_(waiting), work_orders.c.lead_unit_id.is_(None))


def _concerns(unit_id: str) -> ColumnElement[bool]:
    has_task = exists().where(
        work_order_tasks.c.work_order_id == work_orders.c.id,
        work_order_tasks.c.unit_id == unit_id,
        work_order_tasks.c.state.in_(_OPEN_TASK),
    )
    return or_(work_orders.c.lead_unit_id == unit_id, has_task)


def _took_part(actor: str) -> ColumnElement[bool]:
    return exists().where(
        work_order_steps.c.work_order_id == work_orders.c.id, work_order_steps.c.actor == actor
    )


def _steps(connection: Connection, work_order_id: str) -> Iterator[StepRecord]:
    statement = select(work_order_steps).where(work_order_steps.c.work_order_id == work_order_id)
    rows = connection.execute(statement.order_by(work_order_steps.c.seq)).all()
    people = {row.actor.removeprefix(_PERSON) for row in rows if row.actor.startswith(_PERSON)}
    named = select(accounts.c.account_id, accounts.c.display_name).where(accounts.c.account_id.in_(people))
    names = {f"{_PERSON}{account_id}": name for account_id, name in connection.execute(named)}
    for row in rows:
        yield StepRecord(
            action=row.action,
            from_state=row.from_state,
            to_state=row.to_state,
            actor=row.actor,
            actor_name=names.get(row.actor, row.actor.removeprefix("device:")),
            unit_id=row.unit_id,
            at=row.at,
            reason=row.reason,
            task=row.task,
        )


def _number(connection: Connection, table: Table, subject_id: str | None) -> int | None:
    if subject_id is None:
        return None
    return connection.scalar(select(table.c.number).where(table.c.id == subject_id))
