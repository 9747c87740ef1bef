"""What may happen to a work order: one table, one row per action. Nothing else decides it.

A row reads: the action may be taken in these states, by this sort of person, with these things given, and
leads to that state (None: it stays). `moved` in work_order_moves.py applies it.
"""

from dataclasses import dataclass
from enum import StrEnum

from map_server.domain.account import Role
from map_server.domain.errors import Forbidden
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import LIVING, WorkOrder, WorkOrderState

DEVICE_PREFIX = "device:"


class Action(StrEnum):
    """What is done to a work order."""

    FILE = "file"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    START = "start"
    HANDLE = "handle"
    BEGIN_CHECK = "begin_check"
    PASS = "pass"  # noqa: S105 - the check is passed
    FAIL = "fail"
    CLEAR = "clear"
    """The camera itself says that it has gone."""
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    ESCALATE = "escalate"
    VOID = "void"
    ADD_TASK = "add_task"
    ACCEPT_TASK = "accept_task"
    FINISH_TASK = "finish_task"
    RETURN_TASK = "return_task"
    CANCEL_TASK = "cancel_task"
    PLAN_JOINT_ACTION = "plan_joint_action"


class Who(StrEnum):
    """Who may take an action."""

    OFFICER = "officer"
    """A supervisor, or the server itself."""
    LEAD = "lead"
    """Somebody of the unit that leads; a supervisor may speak for it and is its handler then."""
    DEPARTMENT = "department"
    """Somebody of the unit whose task it is, or a supervisor for it."""
    CHECKER = "checker"
    """An auditor or supervisor with no hand in the work and of none of its units."""
    CAMERA = "camera"
    """The device that saw it, for kinds whose end a camera sees."""


class Need(StrEnum):
    """What must be given with an action."""

    REASON = "reason"
    UNIT = "unit"
    UNTIL = "until"
    """A time to come."""
    TASK = "task"
    PROOF = "proof"
    """The picture afterwards and the written account, where the rules ask for them."""
    OTHERS_DONE = "others_done"
    """Every other department has finished."""
    ALL_DONE = "all_done"
    FEEDBACK = "feedback"
    """Text and score, where several departments took part."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table; `to` None: the state stays, or follows from the order (resume)."""

    action: Action
    states: frozenset[WorkOrderState]
    who: Who
    to: WorkOrderState | None = None
    needs: frozenset[Need] = frozenset()


_S = WorkOrderState


def _row(
    action: Action,
    states: set[WorkOrderState] | frozenset[WorkOrderState],
    who: Who,
    to: WorkOrderState | None = None,
    *needs: Need,
) -> Rule:
    return Rule(action, frozenset(states), who, to, frozenset(needs))


_AT_WORK = frozenset({_S.DISPATCHED, _S.ACCEPTED, _S.IN_PROGRESS, _S.REWORK})
_TO_BE_GIVEN = frozenset({_S.FILED, _S.RETURNED, _S.DISPATCHED, _S.REWORK})
_OUT = LIVING - {_S.DRAFT}

# fmt: off
TABLE: tuple[Rule, ...] = (
    # the straight way
    _row(Action.FILE,        {_S.DRAFT},                             Who.OFFICER, _S.FILED),
    _row(Action.DISPATCH,    _TO_BE_GIVEN,                           Who.OFFICER, _S.DISPATCHED, Need.UNIT),
    _row(Action.ACCEPT,      {_S.DISPATCHED},                        Who.LEAD,    _S.ACCEPTED),
    _row(Action.START,       {_S.ACCEPTED, _S.REWORK},               Who.LEAD,    _S.IN_PROGRESS),
    _row(Action.HANDLE,      {_S.IN_PROGRESS},                       Who.LEAD,    _S.HANDLED,
         Need.PROOF, Need.OTHERS_DONE),
    _row(Action.BEGIN_CHECK, {_S.HANDLED},                           Who.CHECKER, _S.CHECKING),
    # the two ways to the end, and no third
    _row(Action.PASS,        {_S.CHECKING},                          Who.CHECKER, _S.CLOSED,
         Need.ALL_DONE, Need.FEEDBACK),
    _row(Action.CLEAR,       _OUT,                                   Who.CAMERA,  _S.CLOSED),
    # the ways back
    _row(Action.RETURN,      {_S.DISPATCHED, _S.ACCEPTED},           Who.LEAD,    _S.RETURNED, Need.REASON),
    _row(Action.FAIL,        {_S.CHECKING},                          Who.CHECKER, _S.REWORK, Need.REASON),
    # the clocks
    _row(Action.SUSPEND,     _AT_WORK | {_S.FILED, _S.RETURNED},     Who.OFFICER, _S.SUSPENDED,
         Need.REASON, Need.UNTIL),
    _row(Action.RESUME,      {_S.SUSPENDED},                         Who.OFFICER),
    _row(Action.EXTEND,      _AT_WORK | {_S.HANDLED, _S.CHECKING},   Who.OFFICER, None,
         Need.REASON, Need.UNTIL),
    _row(Action.ESCALATE,    _OUT,                                   Who.OFFICER, None, Need.REASON),
    _row(Action.VOID,        LIVING,                                 Who.OFFICER, _S.VOID, Need.REASON),
    # several departments
    _row(Action.ADD_TASK,    _AT_WORK,                               Who.OFFICER, None, Need.UNIT),
    _row(Action.ACCEPT_TASK, _AT_WORK,                               Who.DEPARTMENT, None, Need.TASK),
    _row(Action.FINISH_TASK, _AT_WORK,                               Who.DEPARTMENT, None, Need.TASK),
    _row(Action.RETURN_TASK, _AT_WORK,                               Who.DEPARTMENT, None,
         Need.TASK, Need.REASON),
    _row(Action.CANCEL_TASK, _AT_WORK,                               Who.OFFICER, None,
         Need.TASK, Need.REASON),
    _row(Action.PLAN_JOINT_ACTION, _AT_WORK,                         Who.OFFICER, None, Need.UNTIL),
)
# fmt: on
RULES = {rule.action: rule for rule in TABLE}
HANDLING = frozenset({Action.ACCEPT, Action.START, Action.HANDLE, Action.ACCEPT_TASK, Action.FINISH_TASK})
"""Whoever takes one of these has a hand in the work from then on."""

PAST = {
    Action.FILE: "work_order_filed",
    Action.DISPATCH: "work_order_dispatched",
    Action.ACCEPT: "work_order_accepted",
    Action.RETURN: "work_order_returned",
    Action.START: "work_order_started",
    Action.HANDLE: "work_order_handled",
    Action.BEGIN_CHECK: "work_order_check_begun",
    Action.PASS: "work_order_closed",
    Action.FAIL: "work_order_check_failed",
    Action.CLEAR: "work_order_closed_by_camera",
    Action.SUSPEND: "work_order_suspended",
    Action.RESUME: "work_order_resumed",
    Action.EXTEND: "work_order_extended",
    Action.ESCALATE: "work_order_escalated",
    Action.VOID: "work_order_voided",
    Action.ADD_TASK: "work_order_task_added",
    Action.ACCEPT_TASK: "work_order_task_accepted",
    Action.FINISH_TASK: "work_order_task_finished",
    Action.RETURN_TASK: "work_order_task_returned",
    Action.CANCEL_TASK: "work_order_task_cancelled",
    Action.PLAN_JOINT_ACTION: "work_order_joint_action_planned",
}
"""How the audit log and `work_order_steps` name what was done."""


@dataclass(frozen=True, slots=True)
class WorkActor:
    """Who acts: a person with a role and perhaps a unit, a device, or the server.

    `name` as in the audit log. `is_server` with a person's name: the server does what follows from what that
    person did elsewhere, such as a verdict.
    """

    name: str
    role: Role | None = None
    unit_id: str | None = None
    is_server: bool = False

    @property
    def is_officer(self) -> bool:
        """Whether they may decide for others."""
        return self.is_server or (self.role is not None and self.role.covers(Role.SUPERVISOR))


THE_SERVER = WorkActor("system", is_server=True)


def because_of(name: str) -> WorkActor:
    """The server, doing what follows from an act of somebody."""
    return WorkActor(name, is_server=True)


def refusal(
    rule: Rule, order: WorkOrder, actor: WorkActor, task_number: int | None = None
) -> Forbidden | None:
    """Give the error when this person may not take the action; None where they may."""
    match rule.who:
        case Who.OFFICER:
            return None if actor.is_officer else Forbidden("Only a supervisor may do this.")
        case Who.LEAD:
            return _of_unit(actor, order.lead_unit_id)
        case Who.DEPARTMENT:
            task = order.task(task_number)
            return _of_unit(actor, task.unit_id if task else None)
        case Who.CHECKER:
            return _not_independent(order, actor)
        case Who.CAMERA:
            is_camera = actor.name.startswith(DEVICE_PREFIX)
            return (
                None if is_camera and order.camera_may_close else Forbidden("A person must check this one.")
            )


def _of_unit(actor: WorkActor, unit_id: str | None) -> Forbidden | None:
    if actor.role is None:
        return Forbidden("Only people may do this.")
    if actor.is_officer or (unit_id is not None and actor.unit_id == unit_id):
        return None
    return Forbidden("Only the unit that was asked may do this, or a supervisor for it.")


def _not_independent(order: WorkOrder, actor: WorkActor) -> Forbidden | None:
    if actor.role is None or not actor.role.covers(Role.AUDITOR):
        return Forbidden("Only an auditor or a supervisor may check.")
    if actor.name in order.handlers:
        return Forbidden("Who had a hand in the work may not check it; ask a colleague.")
    if actor.unit_id is not None and actor.unit_id in order.departments:
        return Forbidden("Somebody of the unit that did the work may not check it.")
    return None


def allowed_actions(order: WorkOrder, actor: WorkActor) -> tuple[Action, ...]:
    """Give the actions that this person may take now, in the order of the table; for pages."""
    return tuple(
        rule.action
        for rule in TABLE
        if order.state in rule.states
        and (
            any(
                refusal(rule, order, actor, task.number) is None
                for task in order.tasks
                if task.is_open and not task.is_lead
            )
            if Need.TASK in rule.needs
            else refusal(rule, order, actor) is None
        )
        and not _is_spent(rule.action, order)
    )


def _is_spent(action: Action, order: WorkOrder) -> bool:
    """Whether the action had its only time."""
    if action is Action.EXTEND:
        return order.stage in order.extended_stages
    if action is Action.ESCALATE:
        return order.level is UnitLevel.SUBDISTRICT
    if action is Action.PLAN_JOINT_ACTION:
        return not order.is_joint
    return False
