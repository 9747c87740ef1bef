"""What may be done to a work order, by whom, and what is missing: each row of the table, and each refusal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from map_server.domain.errors import Conflict, DomainError, Forbidden, InvalidInput, VersionConflict
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import ENDED, STAGE_OF, Task, TaskState, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command, moved
from map_server.domain.work_order_rules import (
    PAST,
    RULES,
    TABLE,
    THE_SERVER,
    Action,
    WorkActor,
    allowed_actions,
)
from tests.fakes.owners import CLEANING, FIRE_OFFICE, PROPERTY
from tests.work_order_people import (
    CAMERA,
    CHECKER,
    COLLEAGUE,
    FIREMAN,
    FOREMAN,
    JANITOR,
    LATER,
    OFFICER,
    draft,
    order_in,
)
from wire_contract.vocabulary import EventKind

S = WorkOrderState


def act(order: WorkOrder, action: Action, actor: WorkActor, **given: object) -> WorkOrder:
    return moved(order, Command(action=action, **given), actor, LATER)  # type: ignore[arg-type]


EVERYTHING = {
    "reason": "because",
    "note": "swept",
    "photos": ("a" * 64,),
    "until": LATER + timedelta(hours=9),
    "feedback": "good",
    "score": 4,
}


class TestTable:
    def test_every_action_has_its_row_and_its_name(self) -> None:
        assert {rule.action for rule in TABLE} == set(Action) == set(PAST)
        assert len(TABLE) == len(RULES), "one row per action"

    @pytest.mark.parametrize("state", S)
    @pytest.mark.parametrize("action", Action)
    def test_what_the_table_does_not_allow_is_refused(self, action: Action, state: S) -> None:
        order = order_in(state)
        if state in RULES[action].states:
            return
        with pytest.raises(Conflict, match=f"12 is {state}"):
            act(order, action, OFFICER, **EVERYTHING, task_number=1, unit_id=PROPERTY)

    @pytest.mark.parametrize(
        ("state", "action", "actor", "after"),
        [
            (S.DRAFT, Action.FILE, OFFICER, S.FILED),
            (S.DRAFT, Action.FILE, THE_SERVER, S.FILED),  # a confirmed detection files itself
            (S.FILED, Action.DISPATCH, OFFICER, S.DISPATCHED),
            (S.RETURNED, Action.DISPATCH, OFFICER, S.DISPATCHED),
            (S.REWORK, Action.DISPATCH, OFFICER, S.DISPATCHED),  # to somebody who does it better
            (S.DISPATCHED, Action.ACCEPT, FOREMAN, S.ACCEPTED),
            (S.DISPATCHED, Action.ACCEPT, OFFICER, S.ACCEPTED),  # the foreman said so by phone
            (S.DISPATCHED, Action.RETURN, FOREMAN, S.RETURNED),
            (S.ACCEPTED, Action.RETURN, FOREMAN, S.RETURNED),
            (S.ACCEPTED, Action.START, FOREMAN, S.IN_PROGRESS),
            (S.REWORK, Action.START, FOREMAN, S.IN_PROGRESS),
            (S.IN_PROGRESS, Action.HANDLE, FOREMAN, S.HANDLED),
            (S.HANDLED, Action.BEGIN_CHECK, CHECKER, S.CHECKING),
            (S.CHECKING, Action.PASS, CHECKER, S.CLOSED),
            (S.CHECKING, Action.PASS, OFFICER, S.CLOSED),  # had no hand in it
            (S.CHECKING, Action.FAIL, CHECKER, S.REWORK),
            (S.DISPATCHED, Action.CLEAR, CAMERA, S.CLOSED),
            (S.SUSPENDED, Action.CLEAR, CAMERA, S.CLOSED),
            (S.FILED, Action.SUSPEND, OFFICER, S.SUSPENDED),
            (S.SUSPENDED, Action.RESUME, OFFICER, S.ACCEPTED),
            (S.DRAFT, Action.VOID, OFFICER, S.VOID),
            (S.CHECKING, Action.VOID, OFFICER, S.VOID),
        ],
    )
    def test_row_leads_to_its_state(self, state: S, action: Action, actor: WorkActor, after: S) -> None:
        before = order_in(state)

        order = act(before, action, actor, **EVERYTHING)

        assert order.state is after
        assert order.version == before.version + 1
        assert (order.ended_at is not None) == (after in ENDED)

    @pytest.mark.parametrize(
        ("state", "action", "actor"),
        [
            (S.DRAFT, Action.FILE, FOREMAN),
            (S.FILED, Action.DISPATCH, CHECKER),
            (S.DISPATCHED, Action.ACCEPT, JANITOR),  # not his unit
            (S.DISPATCHED, Action.ACCEPT, CHECKER),
            (S.DISPATCHED, Action.ACCEPT, THE_SERVER),  # only people take work on
            (S.DISPATCHED, Action.RETURN, JANITOR),
            (S.IN_PROGRESS, Action.HANDLE, CAMERA),
            (S.HANDLED, Action.BEGIN_CHECK, FOREMAN),  # the handler himself
            (S.HANDLED, Action.BEGIN_CHECK, COLLEAGUE),  # an auditor, but of the unit that did it
            (S.HANDLED, Action.BEGIN_CHECK, JANITOR),  # no auditor
            (S.HANDLED, Action.BEGIN_CHECK, THE_SERVER),
            (S.CHECKING, Action.PASS, FOREMAN),
            (S.CHECKING, Action.PASS, COLLEAGUE),
            (S.CHECKING, Action.PASS, THE_SERVER),
            (S.CHECKING, Action.CLEAR, CHECKER),
            (S.FILED, Action.VOID, CHECKER),
            (S.FILED, Action.ESCALATE, FOREMAN),
        ],
    )
    def test_who_may_not_is_refused(self, state: S, action: Action, actor: WorkActor) -> None:
        order = order_in(state)

        with pytest.raises(Forbidden):
            act(order, action, actor, **EVERYTHING)

        assert action not in allowed_actions(order, actor), "and the page does not offer it"

    @pytest.mark.parametrize(
        ("state", "action", "actor", "missing"),
        [
            (S.DISPATCHED, Action.RETURN, FOREMAN, "reason"),
            (S.CHECKING, Action.FAIL, CHECKER, "reason"),
            (S.FILED, Action.SUSPEND, OFFICER, "reason"),
            (S.FILED, Action.SUSPEND, OFFICER, "until"),
            (S.ACCEPTED, Action.EXTEND, OFFICER, "reason"),
            (S.ACCEPTED, Action.EXTEND, OFFICER, "until"),
            (S.FILED, Action.ESCALATE, OFFICER, "reason"),
            (S.FILED, Action.VOID, OFFICER, "reason"),
        ],
    )
    def test_what_is_missing_is_named(self, state: S, action: Action, actor: WorkActor, missing: str) -> None:
        given = {name: value for name, value in EVERYTHING.items() if name != missing}

        with pytest.raises(InvalidInput) as refused:
            act(order_in(state), action, actor, **given)

        assert [field.path for field in refused.value.fields] == [missing]

    @pytest.mark.parametrize("state", S)
    def test_page_offers_only_what_would_be_taken(self, state: S) -> None:
        for actor in (OFFICER, FOREMAN, COLLEAGUE, JANITOR, CHECKER):
            order = order_in(state)
            for action in allowed_actions(order, actor):
                act(order, action, actor, **EVERYTHING, unit_id=PROPERTY, task_number=1)


class TestChecker:
    def test_officer_who_spoke_for_the_unit_may_not_check(self) -> None:
        order = act(order_in(S.DISPATCHED), Action.ACCEPT, OFFICER)
        order = act(act(order, Action.START, FOREMAN), Action.HANDLE, FOREMAN)

        with pytest.raises(Forbidden, match="had a hand"):
            act(order, Action.BEGIN_CHECK, OFFICER)

    def test_who_merely_returned_it_may_check_the_others(self) -> None:
        order = act(order_in(S.DISPATCHED), Action.RETURN, FIREMAN_OF_LEAD, reason="not ours")
        order = act(order, Action.DISPATCH, OFFICER, unit_id=PROPERTY, reason="theirs")
        for action in (Action.ACCEPT, Action.START, Action.HANDLE):
            order = act(order, action, JANITOR, photos=("a" * 64,))

        assert act(order, Action.BEGIN_CHECK, FIREMAN_OF_LEAD).state is S.CHECKING

    def test_hand_in_the_work_is_not_forgotten_when_another_unit_takes_over(self) -> None:
        order = act(order_in(S.REWORK), Action.DISPATCH, OFFICER, unit_id=PROPERTY, reason="twice bad")
        for action in (Action.ACCEPT, Action.START, Action.HANDLE):
            order = act(order, action, JANITOR, photos=("a" * 64,))
        promoted = replace(FOREMAN, role=COLLEAGUE.role, unit_id=None)

        with pytest.raises(Forbidden, match="had a hand"):
            act(order, Action.BEGIN_CHECK, promoted)


FIREMAN_OF_LEAD = replace(FIREMAN, unit_id=CLEANING)


class TestCamera:
    @pytest.mark.parametrize(
        ("kind", "may_close"),
        [
            (EventKind.GARBAGE_DROP, True),
            (EventKind.BLOCKED_FIRE_LANE, True),
            (EventKind.CAMERA_HEALTH, True),
            (EventKind.ILLEGAL_STRUCTURE, False),
        ],
    )
    def test_its_word_closes_some_kinds_and_never_a_structure(self, kind: EventKind, may_close: bool) -> None:
        order = order_in(S.IN_PROGRESS, draft(kind))
        if may_close:
            closed = act(order, Action.CLEAR, CAMERA)
            assert closed.state is S.CLOSED
            assert not any(task.is_open for task in closed.tasks)
        else:
            with pytest.raises(Forbidden, match="A person must check"):
                act(order, Action.CLEAR, CAMERA)

    def test_it_does_not_close_a_joint_case_that_owes_feedback(self) -> None:
        with pytest.raises(Forbidden):
            act(order_in(S.DISPATCHED, draft(assistants=(PROPERTY,))), Action.CLEAR, CAMERA)


class TestOwner:
    def test_dispatch_follows_the_rules_unless_told_otherwise(self) -> None:
        order = act(order_in(S.FILED, draft(assistants=(PROPERTY,))), Action.DISPATCH, OFFICER)

        assert order.lead_unit_id == CLEANING
        assert order.departments == (CLEANING, PROPERTY)

    def test_another_unit_than_the_rules_name_needs_a_reason(self) -> None:
        with pytest.raises(InvalidInput, match="reason"):
            act(order_in(S.FILED), Action.DISPATCH, OFFICER, unit_id=PROPERTY)

        order = act(order_in(S.FILED), Action.DISPATCH, OFFICER, unit_id=PROPERTY, reason="agreed by phone")
        assert order.lead_unit_id == PROPERTY

    def test_without_owner_it_waits_in_the_queue_until_a_person_names_one(self) -> None:
        order = act(draft(unit_id=None), Action.FILE, OFFICER)
        assert order.has_no_owner

        with pytest.raises(InvalidInput, match="unit_id"):
            act(order, Action.DISPATCH, OFFICER)
        given = act(order, Action.DISPATCH, OFFICER, unit_id=PROPERTY, reason="nearest")

        assert not given.has_no_owner

    def test_returned_it_goes_to_another_and_the_first_part_is_on_record(self) -> None:
        order = act(order_in(S.ACCEPTED), Action.RETURN, FOREMAN, reason="private ground")
        assert (order.lead_unit_id, order.return_count) == (None, 1)

        order = act(order, Action.DISPATCH, OFFICER, unit_id=PROPERTY, reason="theirs")

        assert [(task.unit_id, task.state) for task in order.tasks] == [
            (CLEANING, TaskState.RETURNED),
            (PROPERTY, TaskState.OPEN),
        ]
        assert order.departments == (PROPERTY,)


class TestProof:
    def test_picture_is_asked_for_where_the_rules_say_so(self) -> None:
        order = order_in(S.IN_PROGRESS, draft(EventKind.GARBAGE_DROP, EvidenceNeed.AFTER_PHOTO))

        with pytest.raises(InvalidInput, match="photos"):
            act(order, Action.HANDLE, FOREMAN)

        assert act(order, Action.HANDLE, FOREMAN, photos=("b" * 64,)).after_photos == ("b" * 64,)
        assert act(order_in(S.IN_PROGRESS), Action.HANDLE, FOREMAN).state is S.HANDLED

    @pytest.mark.parametrize("need", [EvidenceNeed.WRITTEN_RECORD, EvidenceNeed.MEASUREMENT])
    def test_account_is_asked_for_where_the_rules_say_so(self, need: EvidenceNeed) -> None:
        order = order_in(S.IN_PROGRESS, draft(EventKind.GARBAGE_DROP, need))

        with pytest.raises(InvalidInput, match="note"):
            act(order, Action.HANDLE, FOREMAN)

        assert act(order, Action.HANDLE, FOREMAN, note="4.2 m free").account == "4.2 m free"


class TestDepartments:
    def joint(self) -> WorkOrder:
        return order_in(S.IN_PROGRESS, draft(assistants=(PROPERTY, FIRE_OFFICE)))

    def test_case_is_not_handled_while_another_department_works(self) -> None:
        order = self.joint()
        with pytest.raises(Conflict, match="Other departments"):
            act(order, Action.HANDLE, FOREMAN)

        order = act(order, Action.FINISH_TASK, JANITOR, task_number=2)
        order = act(order, Action.CANCEL_TASK, OFFICER, task_number=3, reason="not needed")

        assert act(order, Action.HANDLE, FOREMAN).state is S.HANDLED

    def test_department_does_only_its_own_task(self) -> None:
        with pytest.raises(Forbidden):
            act(self.joint(), Action.FINISH_TASK, JANITOR, task_number=3)
        with pytest.raises(Conflict, match="goes with the work order"):
            act(self.joint(), Action.FINISH_TASK, FOREMAN, task_number=1)
        with pytest.raises(InvalidInput, match="task_number"):
            act(self.joint(), Action.FINISH_TASK, FOREMAN, task_number=9)

    def test_who_finished_a_task_may_not_check_the_case(self) -> None:
        order = act(self.joint(), Action.FINISH_TASK, JANITOR, task_number=2)
        order = act(order, Action.FINISH_TASK, FIREMAN, task_number=3)
        order = act(order, Action.HANDLE, FOREMAN)

        with pytest.raises(Forbidden):
            act(order, Action.BEGIN_CHECK, FIREMAN)

    def test_it_closes_with_feedback_and_score(self) -> None:
        order = act(self.joint(), Action.FINISH_TASK, JANITOR, task_number=2)
        order = act(order, Action.FINISH_TASK, FIREMAN, task_number=3)
        order = act(act(order, Action.HANDLE, FOREMAN), Action.BEGIN_CHECK, CHECKER)

        for given, missing in (({"score": 4}, "feedback"), ({"feedback": "good"}, "score")):
            with pytest.raises(InvalidInput, match=missing):
                act(order, Action.PASS, CHECKER, **given)
        closed = act(order, Action.PASS, CHECKER, feedback="all came", score=5)

        assert (closed.state, closed.feedback, closed.score) == (S.CLOSED, "all came", 5)

    def test_joint_action_needs_a_second_department(self) -> None:
        alone = order_in(S.ACCEPTED)
        with pytest.raises(Conflict, match="Only one department"):
            act(alone, Action.PLAN_JOINT_ACTION, OFFICER, **EVERYTHING)

        order = act(alone, Action.ADD_TASK, OFFICER, unit_id=FIRE_OFFICE, note="tow the car")
        order = act(order, Action.PLAN_JOINT_ACTION, OFFICER, **EVERYTHING)

        assert order.tasks[-1] == Task(2, FIRE_OFFICE, "tow the car")
        assert order.joint_action is not None

    def test_unit_takes_part_once(self) -> None:
        with pytest.raises(Conflict, match="takes part already"):
            act(self.joint(), Action.ADD_TASK, OFFICER, unit_id=PROPERTY)


class TestClocks:
    def test_each_stage_begins_its_own_clock(self) -> None:
        order = order_in(S.DISPATCHED)
        accepted = act(order, Action.ACCEPT, FOREMAN)
        assert accepted.stage_began_at == LATER
        started = moved(accepted, Command(action=Action.START), FOREMAN, LATER + timedelta(hours=1))
        assert started.stage_began_at == LATER, "starting is part of handling"

    def test_rework_has_the_whole_time_again(self) -> None:
        assert order_in(S.REWORK).rework_count == 1
        assert act(order_in(S.CHECKING), Action.FAIL, CHECKER, reason="still there").stage_began_at == LATER

    def test_suspended_clock_stands_still_and_goes_on(self) -> None:
        before = order_in(S.ACCEPTED)
        order = act(before, Action.SUSPEND, OFFICER, reason="rain", until=LATER + timedelta(days=1))
        assert (order.suspended_until, order.stage) == (LATER + timedelta(days=1), None)

        resumed = moved(order, Command(action=Action.RESUME), OFFICER, LATER + timedelta(hours=3))

        (pause,) = resumed.pauses
        assert (pause.from_at, pause.until_at) == (LATER, LATER + timedelta(hours=3))
        assert (resumed.state, resumed.stage_began_at) == (S.ACCEPTED, before.stage_began_at)

    def test_a_stage_is_extended_once(self) -> None:
        order = act(order_in(S.ACCEPTED), Action.EXTEND, OFFICER, **EVERYTHING)
        assert order.extended_until == EVERYTHING["until"]

        with pytest.raises(Conflict, match="once already"):
            act(order, Action.EXTEND, OFFICER, **EVERYTHING)

        assert Action.EXTEND not in allowed_actions(order, OFFICER)

    def test_an_extension_ends_later_than_the_due_time(self) -> None:
        order = replace(order_in(S.ACCEPTED), due_at=LATER + timedelta(days=3))
        with pytest.raises(InvalidInput, match="later than the due time"):
            act(order, Action.EXTEND, OFFICER, **EVERYTHING)

    def test_an_extension_is_not_used_up_while_suspended(self) -> None:
        until = LATER + timedelta(hours=9)
        order = act(order_in(S.ACCEPTED), Action.EXTEND, OFFICER, **EVERYTHING)
        order = act(order, Action.SUSPEND, OFFICER, reason="rain", until=LATER + timedelta(days=1))
        order = moved(order, Command(action=Action.RESUME), OFFICER, LATER + timedelta(hours=2))
        assert order.extended_until == until + timedelta(hours=2)

    def test_every_state_that_waits_has_a_clock_or_an_end(self) -> None:
        assert set(S) - set(STAGE_OF) == {S.DRAFT, S.SUSPENDED, S.CLOSED, S.VOID}


def test_escalation_climbs_each_level_once() -> None:
    order, levels = order_in(S.FILED), []
    for _ in range(2):
        order = act(order, Action.ESCALATE, THE_SERVER, reason="overdue")
        levels.append(order.level)

    assert levels == [UnitLevel.JOINT_STATION, UnitLevel.SUBDISTRICT]
    with pytest.raises(Conflict, match="no level above"):
        act(order, Action.ESCALATE, THE_SERVER, reason="overdue")


def test_decision_on_an_older_version_is_refused() -> None:
    with pytest.raises(VersionConflict, match="version 1, you saw 7"):
        draft().expect_version(7)


def test_long_texts_are_refused() -> None:
    with pytest.raises(DomainError, match="reason"):
        Command(action=Action.VOID, reason="x" * 501)
