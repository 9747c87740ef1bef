"""People, units and a fresh work order for tests of its rules."""

from datetime import timedelta

from map_server.domain.account import Role
from map_server.domain.incident import Severity
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.work_order import Location, Ownership, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command, moved
from map_server.domain.work_order_rules import Action, WorkActor
from tests.fakes.clock import NOON
from tests.fakes.owners import CLEANING, FIRE_OFFICE, PROPERTY
from wire_contract.vocabulary import EventKind

OFFICER = WorkActor("person:officer", Role.SUPERVISOR)
FOREMAN = WorkActor("person:foreman", Role.PATROL, CLEANING)
COLLEAGUE = WorkActor("person:colleague", Role.AUDITOR, CLEANING)
"""An auditor who works for the very unit that handles."""
JANITOR = WorkActor("person:janitor", Role.PATROL, PROPERTY)
FIREMAN = WorkActor("person:fireman", Role.AUDITOR, FIRE_OFFICE)
CHECKER = WorkActor("person:checker", Role.AUDITOR)
CAMERA = WorkActor("device:box-1")
PEOPLE = (OFFICER, FOREMAN, COLLEAGUE, JANITOR, FIREMAN, CHECKER)

LATER = NOON + timedelta(hours=5)


def draft(
    kind: EventKind = EventKind.GARBAGE_DROP,
    *evidence: EvidenceNeed,
    assistants: tuple[str, ...] = (),
    unit_id: str | None = CLEANING,
) -> WorkOrder:
    return WorkOrder(
        work_order_id="wo",
        kind=kind,
        severity=Severity.NORMAL,
        state=WorkOrderState.DRAFT,
        location=Location(),
        owner=Ownership(unit_id=unit_id, assistant_unit_ids=assistants, evidence_needed=evidence),
        created_at=NOON,
        updated_at=NOON,
        incident_id="incident",
        number=12,
    )


STRAIGHT_WAY: tuple[tuple[Action, WorkActor], ...] = (
    (Action.FILE, OFFICER),
    (Action.DISPATCH, OFFICER),
    (Action.ACCEPT, FOREMAN),
    (Action.START, FOREMAN),
    (Action.HANDLE, FOREMAN),
    (Action.BEGIN_CHECK, CHECKER),
    (Action.PASS, CHECKER),
)


def order_in(state: WorkOrderState, order: WorkOrder | None = None) -> WorkOrder:
    """Take the straight way as far as a state; returned, rework and suspended branch off from it."""
    order = order or draft()
    branches = {
        WorkOrderState.RETURNED: (WorkOrderState.DISPATCHED, Action.RETURN, FOREMAN),
        WorkOrderState.REWORK: (WorkOrderState.CHECKING, Action.FAIL, CHECKER),
        WorkOrderState.SUSPENDED: (WorkOrderState.ACCEPTED, Action.SUSPEND, OFFICER),
        WorkOrderState.VOID: (WorkOrderState.FILED, Action.VOID, OFFICER),
    }
    if state in branches:
        before, action, actor = branches[state]
        command = Command(action=action, reason="because", until=LATER)
        return moved(order_in(before, order), command, actor, NOON)
    for action, actor in STRAIGHT_WAY:
        if order.state is state:
            return order
        command = Command(action=action, photos=("a" * 64,), note="swept", feedback="good", score=5)
        order = moved(order, command, actor, NOON)
    assert order.state is state
    return order
