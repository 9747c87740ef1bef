"""Makes the ledger of a report: one row per work order, incident and camera, each with what holds of it.

The definitions stand in domain/report_figures.py; here they are sets. Nothing goes through Python row by row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from map_server.adapters.db.epoch import epoch_s
from map_server.adapters.db.tables.audits import audit_items
from map_server.adapters.db.tables.devices import cameras, devices
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.reports import ledger
from map_server.adapters.db.tables.sites import camera_days
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.adapters.db.tables.work_orders import work_order_steps, work_orders
from map_server.adapters.db.ward_areas import within
from map_server.domain.incident import IncidentState
from map_server.domain.report import ReportDefinition, ReportStage
from map_server.domain.report_figures import Mark, RowSubject
from map_server.domain.report_totals import Phase
from map_server.domain.verdict import Decision
from map_server.domain.work_order import WorkOrderState
from map_server.domain.work_order_rules import PAST, Action
from map_server.services.report_ports import Progress

STATES_OF = {
    Phase.WAITING: (WorkOrderState.FILED, WorkOrderState.DISPATCHED, WorkOrderState.RETURNED),
    Phase.TRAVEL: (WorkOrderState.ACCEPTED,),
    Phase.WORK: (WorkOrderState.IN_PROGRESS, WorkOrderState.REWORK),
    Phase.CHECKING: (WorkOrderState.HANDLED, WorkOrderState.CHECKING),
}
"""In which states an order's time belongs to a phase; time in the others belongs to none."""

_order, _step = work_orders.c, work_order_steps.c


def build_ledger(connection: Connection, definition: ReportDefinition, progress: Progress) -> None:
    """Fill the temporary table anew."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {ledger.name}")
    ledger.create(connection, checkfirst=False)
    progress(ReportStage.WORK_ORDERS)
    _insert(connection, _orders(definition))
    progress(ReportStage.STEPS)
    _add_steps(connection, definition)
    _insert(connection, _askings(definition))
    progress(ReportStage.INCIDENTS)
    _insert(connection, _incidents(definition))
    progress(ReportStage.CAMERAS)
    _insert(connection, _cameras(definition))


def _insert(connection: Connection, rows: Select[Any]) -> None:
    names = [column.name for column in rows.selected_columns]
    connection.execute(insert(ledger).from_select(names, rows))


def _marked(mark: Mark, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, int(mark)), else_=0)


def has(mark: Mark) -> ColumnElement[bool]:
    """Give the condition that a row of the ledger has a mark."""
    return ledger.c.marks.bitwise_and(int(mark)) != 0


def _orders(definition: ReportDefinition) -> Select[Any]:
    """Give the orders of the period, with what their own row tells."""
    begin, end = definition.period.begins_at, definition.period.ends_at
    is_void = _order.state == str(WorkOrderState.VOID)
    is_filed_now = _order.filed_at >= begin
    lives_on = or_(_order.ended_at.is_(None), _order.ended_at >= end)
    was_there = or_(_order.ended_at.is_(None), _order.ended_at >= begin)
    marks = (
        int(Mark.TO_CLOSE)
        + case((is_filed_now, int(Mark.FILED)), else_=int(Mark.CARRIED_OVER))
        + case((lives_on, int(Mark.OPEN_AT_END)), else_=int(Mark.CLOSED))
        + _marked(Mark.OVERDUE_AT_END, and_(lives_on, _due_at_the_end(end) <= end))
    )
    return (
        select(
            literal(str(RowSubject.WORK_ORDER)).label("subject"),
            _order.id.label("subject_id"),
            _unit_at(end).label("unit_id"),
            _order.number,
            _order.kind,
            func.coalesce(_order.compound_id, "").label("compound_id"),
            case((is_void, int(Mark.VOID)), else_=marks).label("marks"),
        )
        .where(
            _order.filed_at < end,
            or_(and_(not_(is_void), was_there), and_(is_void, is_filed_now)),
            within(definition.scope, work_orders),
        )
        .order_by(_order.number)
    )


def _unit_at(end: datetime) -> ColumnElement[str]:
    """Give the unit that led when the period ended, else the one that the rules proposed, else ""."""
    led = (
        select(_step.unit_id)
        .where(_step.work_order_id == _order.id, _step.task.is_(None), _step.at < end)
        .order_by(_step.seq.desc())
        .limit(1)
        .correlate(work_orders)
        .scalar_subquery()
    )
    return func.coalesce(led, _order.owner_unit_id, "")


def _due_at_the_end(end: datetime) -> ColumnElement[datetime]:
    """Give the due time that ran when the period ended: the first step after it tells, else the order."""
    told = (
        select(_step.was_due_at)
        .where(_step.work_order_id == _order.id, _step.at >= end)
        .order_by(_step.seq)
        .limit(1)
        .correlate(work_orders)
        .scalar_subquery()
    )
    present = case((_order.state != str(WorkOrderState.SUSPENDED), _order.due_at))
    return case((_order.updated_at >= end, told), else_=present)


def _add_steps(connection: Connection, definition: ReportDefinition) -> None:
    """Add what the steps of each order tell, up to the end of the period."""
    steps = _step_sums(definition)
    is_closed, is_timed = has(Mark.CLOSED), and_(has(Mark.CLOSED), steps.c.was_passed == 1)
    is_late, is_camera = steps.c.was_late == 1, steps.c.was_cleared == 1
    marks = ledger.c.marks.bitwise_or(
        steps.c.marks
        + _marked(Mark.ON_TIME, and_(is_closed, not_(is_late)))
        + _marked(Mark.CLOSED_LATE, and_(is_closed, is_late))
        + _marked(Mark.CLOSED_BY_CAMERA, and_(is_closed, is_camera))
        + _marked(Mark.TIMED, is_timed)
        + _marked(Mark.NO_OWNER, and_(has(Mark.OPEN_AT_END), ledger.c.unit_id == ""))
    )
    times = {f"{phase}_s": case((is_timed, steps.c[f"{phase}_s"])) for phase in STATES_OF}
    is_same = ledger.c.subject_id == steps.c.work_order_id
    connection.execute(update(ledger).where(is_same).values(marks=marks, **times))


def _step_sums(definition: ReportDefinition) -> Subquery:
    """Sum up the steps of the ledger's orders: marks of the period, and how long each phase took."""
    begin, end = definition.period.begins_at, definition.period.ends_at

    now = _step.at >= begin
    by_its_unit = and_(now, _step.unit_id == ledger.c.unit_id)
    marks = (
        _ever(Action.HANDLE, Action.FAIL, where=now) * int(Mark.HANDLED)
        + _ever(Action.FAIL, where=now) * int(Mark.REWORK)
        + _ever(Action.EXTEND, where=now) * int(Mark.EXTENDED)
        + _ever(Action.SUSPEND, where=now) * int(Mark.SUSPENDED)
        + _ever(Action.ESCALATE, where=now) * int(Mark.ESCALATED)
        + _ever(Action.DISPATCH, Action.RETURN, where=by_its_unit) * int(Mark.DISPATCHED)
        + _ever(Action.RETURN, where=by_its_unit) * int(Mark.RETURNED)
    )
    return (
        select(
            _step.work_order_id,
            marks.label("marks"),
            func.max(case((_step.was_due_at <= _step.at, 1), else_=0)).label("was_late"),
            _ever(Action.PASS).label("was_passed"),
            _ever(Action.CLEAR).label("was_cleared"),
            *(_seconds_in(phase).label(f"{phase}_s") for phase in STATES_OF),
        )
        .join_from(ledger, work_order_steps, _step.work_order_id == ledger.c.subject_id)
        .where(_step.at < end, ledger.c.marks != int(Mark.VOID))
        .group_by(_step.work_order_id)
        .subquery("step_sums")
    )


def _ever(*actions: Action, where: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """Give 1 when one of the actions was taken under a condition, else 0."""
    is_done = _step.action.in_([PAST[action] for action in actions])
    return func.max(case((is_done if where is None else and_(is_done, where), 1), else_=0))


def _seconds_in(phase: Phase) -> ColumnElement[int]:
    """Sum up the time in a phase: every leaving adds its time, every entering takes its time away."""
    states = [str(state) for state in STATES_OF[phase]]
    leaves, enters = func.coalesce(_step.from_state.in_(states), false()), _step.to_state.in_(states)
    at = epoch_s(_step.at)
    return func.sum(case((and_(leaves, not_(enters)), at), (and_(enters, not_(leaves)), -at), else_=0))


def _askings(definition: ReportDefinition) -> Select[Any]:
    """Give a row for each further unit that was asked in the period: who gives back is who is charged."""
    asked = [PAST[Action.DISPATCH], PAST[Action.RETURN]]
    gave_back = func.max(case((_step.action == PAST[Action.RETURN], int(Mark.RETURNED)), else_=0))
    same = (ledger.c.subject, ledger.c.subject_id, ledger.c.number, ledger.c.kind, ledger.c.compound_id)
    return (
        select(*same, _step.unit_id, (int(Mark.DISPATCHED) + gave_back).label("marks"))
        .join_from(ledger, work_order_steps, _step.work_order_id == ledger.c.subject_id)
        .where(
            _step.action.in_(asked),
            _step.at >= definition.period.begins_at,
            _step.at < definition.period.ends_at,
            _step.unit_id != ledger.c.unit_id,
            ledger.c.marks != int(Mark.VOID),
        )
        .group_by(*same, _step.unit_id)
        .order_by(ledger.c.number, _step.unit_id)
    )


def _incidents(definition: ReportDefinition) -> Select[Any]:
    """Give the incidents that were found or judged in the period."""
    about, begin, end = incidents.c, definition.period.begins_at, definition.period.ends_at
    standing = _standing_verdicts(end)
    is_found = and_(about.first_seen_at >= begin, about.first_seen_at < end)
    is_judged = standing.c.decided_at >= begin
    seen_as = func.coalesce(audit_items.c.kind, about.kind)
    of_same_kind = or_(standing.c.kind.is_(None), standing.c.kind == seen_as)
    is_relabelled = standing.c.decision == str(Decision.RELABEL)
    is_right = or_(standing.c.decision == str(Decision.CONFIRM), and_(is_relabelled, of_same_kind))
    is_false = func.coalesce(standing.c.decision == str(Decision.REJECT), false())
    is_audited = and_(is_judged, audit_items.c.is_sampled)
    marks = (
        _marked(Mark.FOUND, is_found)
        + _marked(Mark.FOUND_STANDING, and_(is_found, not_(is_false)))
        + _marked(Mark.JUDGED, is_judged)
        + _marked(Mark.JUDGED_RIGHT, and_(is_judged, is_right))
        + _marked(Mark.AUDITED, is_audited)
        + _marked(Mark.AUDITED_RIGHT, and_(is_audited, is_right))
    )
    return (
        select(
            literal(str(RowSubject.INCIDENT)).label("subject"),
            about.id.label("subject_id"),
            literal("").label("unit_id"),
            about.number,
            about.kind,
            func.coalesce(about.compound_id, "").label("compound_id"),
            marks.label("marks"),
            case((is_audited, 1.0 / audit_items.c.probability)).label("weight"),
        )
        .join_from(incidents, standing, standing.c.incident_id == about.id, isouter=True)
        .outerjoin(audit_items, audit_items.c.incident_id == about.id)
        .where(
            about.state != str(IncidentState.MERGED),
            or_(is_found, is_judged),
            within(definition.scope, incidents),
        )
        .order_by(about.number)
    )


def _standing_verdicts(end: datetime) -> Subquery:
    """Give the last sure verdict on each incident before the end that was not taken back."""
    newest_first = func.row_number().over(
        partition_by=verdicts.c.incident_id,
        order_by=(verdicts.c.decided_at.desc(), verdicts.c.verdict_id.desc()),
    )
    each = (
        select(
            verdicts.c.incident_id,
            verdicts.c.decision,
            verdicts.c.kind,
            verdicts.c.decided_at,
            newest_first.label("place"),
        )
        .where(
            verdicts.c.undone_at.is_(None),
            verdicts.c.decision != str(Decision.UNSURE),
            verdicts.c.decided_at < end,
        )
        .subquery("sure_verdicts")
    )
    return select(each).where(each.c.place == 1).subquery("standing")


def _cameras(definition: ReportDefinition) -> Select[Any]:
    """Give the cameras that could judge in the period, and for how long."""
    day, eye, period = camera_days.c, cameras.c, definition.period
    # Camera by camera: its days lie side by side in an index, and a year has a million of them.
    observed_s = (
        select(func.sum(day.observed_s))
        .where(
            day.device_id == eye.device_id,
            day.camera_id == eye.camera_id,
            day.day >= period.first,
            day.day <= period.last,
        )
        .correlate(cameras)
        .scalar_subquery()
    )
    watched = (
        select(
            (eye.device_id + "/" + eye.camera_id).label("subject_id"),
            func.coalesce(devices.c.compound_id, "").label("compound_id"),
            observed_s.label("observed_s"),
        )
        .join_from(cameras, devices, devices.c.id == eye.device_id)
        .where(within(definition.scope, devices))
        .subquery("watched")
    )
    return (
        select(
            literal(str(RowSubject.CAMERA)).label("subject"),
            watched.c.subject_id,
            literal("").label("unit_id"),
            literal("").label("kind"),
            watched.c.compound_id,
            literal(int(Mark.OBSERVED)).label("marks"),
            cast(func.round(watched.c.observed_s), BigInteger).label("observed_s"),
        )
        .where(watched.c.observed_s > 0)
        .order_by(watched.c.subject_id)
    )
