"""Applies an action to a work order: checks its row of the table, then changes what the action changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from map_server.domain.errors import Conflict, FieldError, InvalidInput
from map_server.domain.sla import Pause, PauseReason
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import (
    JointAction,
    Task,
    TaskState,
    WorkOrder,
    WorkOrderState,
)
from map_server.domain.work_order_rules import HANDLING, RULES, Action, Need, Rule, WorkActor, refusal

MAX_TEXT_CHARACTERS = 500
SCORES = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An action with what is given to it; what an action does not need is ignored.

    `unit_id` and `assistant_unit_ids` are for dispatch and new tasks, `until` for suspension, extension and
    the joint action, `photos` for handling, `feedback` and `score` (1 to 5) for passing a check. `note` says
    what to do or what was done.
    """

    action: Action
    reason: str = ""
    note: str = ""
    unit_id: str | None = None
    assistant_unit_ids: tuple[str, ...] | None = None
    task_number: int | None = None
    until: datetime | None = None
    photos: tuple[str, ...] = ()
    feedback: str = ""
    score: int | None = None

    def __post_init__(self) -> None:
        for name in ("reason", "note", "feedback"):
            if len(getattr(self, name)) > MAX_TEXT_CHARACTERS:
                raise wrong(name, f"use at most {MAX_TEXT_CHARACTERS} characters")


def moved(order: WorkOrder, command: Command, actor: WorkActor, now: datetime) -> WorkOrder:
    """Give the order after the action. Its `due_at` is for the caller to compute, who knows the calendar.

    Raises:
        Conflict: the state, or what others have not finished yet, does not allow it.
        Forbidden: this person may not.
        InvalidInput: something that the action needs is missing.
    """
    rule = RULES[command.action]
    if order.state not in rule.states:
        raise Conflict(f"work order {order.number} is {order.state}; that does not allow {command.action}")
    if Need.TASK in rule.needs:
        _expect_task(order, command)
    if refused := refusal(rule, order, actor, command.task_number):
        raise refused
    for need in rule.needs:
        if check := _CHECKS.get(need):
            check(order, command, now)
    changed = _CHANGES[command.action](order, command, now)
    return _settled(order, changed, rule, actor, now)


def _settled(before: WorkOrder, after: WorkOrder, rule: Rule, actor: WorkActor, now: datetime) -> WorkOrder:
    """Set what follows for every action: state, handlers, the stage's clock, version."""
    after = replace(after, state=rule.to or after.state, updated_at=now, version=before.version + 1)
    if rule.action in HANDLING:
        after = replace(after, handlers=before.handlers | {actor.name})
    if not after.is_living:
        return replace(after, ended_at=now)
    if WorkOrderState.SUSPENDED in (before.state, after.state):
        return after
    is_new_turn = after.stage is not before.stage or rule.action in (Action.DISPATCH, Action.RETURN)
    if is_new_turn or rule.action is Action.FAIL:
        after = replace(after, stage_began_at=now, pauses=(), extended_until=None)
    return after


def _expect_task(order: WorkOrder, command: Command) -> None:
    task = order.task(command.task_number)
    if task is None:
        raise wrong("task_number", "Name one of its tasks.")
    if task.is_lead:
        raise Conflict("The lead's part goes with the work order itself; accept, return or handle that.")
    if not task.is_open:
        raise Conflict("This task is finished or called off already.")


def _expect_reason(order: WorkOrder, command: Command, now: datetime) -> None:
    if not command.reason.strip():
        raise wrong("reason", "Give a reason.")


def _expect_unit(order: WorkOrder, command: Command, now: datetime) -> None:
    is_task = command.action is Action.ADD_TASK
    unit_id = command.unit_id or (None if is_task else order.owner.unit_id)
    if unit_id is None:
        raise wrong("unit_id", "Name a unit; the rules know no owner here.")
    if is_task and unit_id in order.departments:
        raise Conflict("This unit takes part already.")
    if not is_task and unit_id != order.owner.unit_id and not command.reason.strip():
        raise wrong("reason", "Give a reason for a unit other than the rules name.")


def _expect_until(order: WorkOrder, command: Command, now: datetime) -> None:
    if command.until is None or command.until <= now:
        raise wrong("until", "Name a time to come.")
    if command.action is Action.EXTEND:
        if order.stage in order.extended_stages:
            raise Conflict("This stage was extended once already; that is all there is.")
        if order.due_at is not None and command.until <= order.due_at:
            raise wrong("until", "An extension ends later than the due time.")
    if command.action is Action.PLAN_JOINT_ACTION and not order.is_joint:
        raise Conflict("Only one department takes part; add a task for another one first.")


def _expect_proof(order: WorkOrder, command: Command, now: datetime) -> None:
    if order.needs_after_photo and not command.photos:
        raise wrong("photos", "Add a picture of the place as it is now.")
    if order.needs_written_account and not command.note.strip():
        raise wrong("note", "Write down what was done or measured.")


def _expect_others_done(order: WorkOrder, command: Command, now: datetime) -> None:
    if any(task.is_open and not task.is_lead for task in order.tasks):
        raise Conflict("Other departments have not finished their tasks.")


def _expect_all_done(order: WorkOrder, command: Command, now: datetime) -> None:
    if any(task.is_open for task in order.tasks):
        raise Conflict("A department has not finished its task.")


def _expect_feedback(order: WorkOrder, command: Command, now: datetime) -> None:
    if command.score is not None and command.score not in SCORES:
        raise wrong("score", "Give 1 to 5.")
    if not order.is_joint:
        return
    if not command.feedback.strip():
        raise wrong("feedback", "Several departments took part: say how it went.")
    if command.score is None:
        raise wrong("score", "Several departments took part: give 1 to 5.")


_CHECKS: dict[Need, Callable[[WorkOrder, Command, datetime], None]] = {
    Need.REASON: _expect_reason,
    Need.UNIT: _expect_unit,
    Need.UNTIL: _expect_until,
    Need.PROOF: _expect_proof,
    Need.OTHERS_DONE: _expect_others_done,
    Need.ALL_DONE: _expect_all_done,
    Need.FEEDBACK: _expect_feedback,
}


def _filed(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    return replace(order, filed_at=now)


def _dispatched(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    unit_id = command.unit_id or order.owner.unit_id
    assert unit_id is not None, "checked by the row's need"
    is_by_rule = unit_id == order.owner.unit_id
    chosen = command.assistant_unit_ids
    assistants = (order.owner.assistant_unit_ids if is_by_rule else ()) if chosen is None else chosen
    called_off = tuple(
        replace(task, state=TaskState.CANCELLED) if task.is_open else task for task in order.tasks
    )
    first = len(order.tasks) + 1
    others = [each for each in dict.fromkeys(assistants) if each != unit_id]
    lead = Task(first, unit_id, command.note, is_lead=True)
    helpers = tuple(Task(first + row, each) for row, each in enumerate(others, 1))
    return replace(order, lead_unit_id=unit_id, tasks=(*called_off, lead, *helpers))


def _accepted(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    return _with_lead(order, TaskState.ACCEPTED)


def _returned(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    given_back = _with_lead(order, TaskState.RETURNED)
    return replace(given_back, lead_unit_id=None, return_count=order.return_count + 1)


def _handled(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    photos = tuple(dict.fromkeys((*order.after_photos, *command.photos)))
    done = _with_lead(order, TaskState.DONE)
    return replace(done, handled_at=now, after_photos=photos, account=command.note.strip())


def _failed(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    return replace(_with_lead(order, TaskState.ACCEPTED), rework_count=order.rework_count + 1)


def _passed(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    return replace(order, feedback=command.feedback.strip(), score=command.score)


def _suspended(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    pause = Pause(PauseReason.SUSPENDED, now)
    return replace(
        order, resumes_to=order.state, suspended_until=command.until, pauses=(*order.pauses, pause)
    )


def _resumed(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    *earlier, last = order.pauses
    extended = order.extended_until
    return replace(
        order,
        state=order.resumes_to or WorkOrderState.FILED,
        resumes_to=None,
        suspended_until=None,
        pauses=(*earlier, replace(last, until_at=now)),
        extended_until=extended + (now - last.from_at) if extended else None,
    )


def _extended(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    assert order.stage is not None, "the states of the row have one"
    return replace(order, extended_until=command.until, extended_stages=order.extended_stages | {order.stage})


def _escalated(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    higher = [level for level in UnitLevel if level.rank > order.level.rank]
    if not higher:
        raise Conflict("The subdistrict centre has it already; there is no level above.")
    return replace(order, level=higher[0])


def _ended(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    called_off = tuple(
        replace(task, state=TaskState.CANCELLED) if task.is_open else task for task in order.tasks
    )
    return replace(order, tasks=called_off, resumes_to=None, suspended_until=None)


def _task_added(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    assert command.unit_id is not None, "checked by the row's need"
    return replace(order, tasks=(*order.tasks, Task(len(order.tasks) + 1, command.unit_id, command.note)))


def _task_to(state: TaskState) -> Callable[[WorkOrder, Command, datetime], WorkOrder]:
    def change(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
        photos = command.photos if state is TaskState.DONE else ()
        tasks = tuple(
            replace(task, state=state) if task.number == command.task_number else task for task in order.tasks
        )
        return replace(order, tasks=tasks, after_photos=tuple(dict.fromkeys((*order.after_photos, *photos))))

    return change


def _joint_action_planned(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    assert command.until is not None, "checked by the row's need"
    return replace(order, joint_action=JointAction(command.until, command.note))


def _unchanged(order: WorkOrder, command: Command, now: datetime) -> WorkOrder:
    return order


_CHANGES = MappingProxyType(
    {
        Action.FILE: _filed,
        Action.DISPATCH: _dispatched,
        Action.ACCEPT: _accepted,
        Action.RETURN: _returned,
        Action.START: _unchanged,
        Action.HANDLE: _handled,
        Action.BEGIN_CHECK: _unchanged,
        Action.PASS: _passed,
        Action.FAIL: _failed,
        Action.CLEAR: _ended,
        Action.SUSPEND: _suspended,
        Action.RESUME: _resumed,
        Action.EXTEND: _extended,
        Action.ESCALATE: _escalated,
        Action.VOID: _ended,
        Action.ADD_TASK: _task_added,
        Action.ACCEPT_TASK: _task_to(TaskState.ACCEPTED),
        Action.FINISH_TASK: _task_to(TaskState.DONE),
        Action.RETURN_TASK: _task_to(TaskState.RETURNED),
        Action.CANCEL_TASK: _task_to(TaskState.CANCELLED),
        Action.PLAN_JOINT_ACTION: _joint_action_planned,
    }
)


def _with_lead(order: WorkOrder, state: TaskState) -> WorkOrder:
    tasks = tuple(
        replace(task, state=state) if task.is_lead and task.counts else task for task in order.tasks
    )
    return replace(order, tasks=tasks)


def wrong(field: str, message: str) -> InvalidInput:
    """The error for one wrong or missing thing; pages translate the message."""
    return InvalidInput(f"{field}: {message}", (FieldError(field, message),))
