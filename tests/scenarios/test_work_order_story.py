"""Work orders follow what cameras see, what auditors say and what the clock does; told without a server."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest

from map_server.adapters.db.queries.work_orders import SqlFilingCandidates, SqlWorkOrderList, WorkOrderFilter
from map_server.domain.fusion import FusionParams
from map_server.domain.incident import Incident, confirmed
from map_server.domain.place import Whereabouts
from map_server.domain.site_index import SiteIndex
from map_server.domain.work_order import WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command
from map_server.domain.work_order_rules import Action, WorkActor
from map_server.services.idempotency import Answer, AnswerLost, Claim, claimed
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest
from map_server.services.kept_answers import KeptAnswers
from map_server.services.work_order_flow import WorkOrderFlow
from map_server.services.work_order_watch import WorkOrderWatch
from map_server.services.work_orders_of_incidents import WorkOrdersOfIncidents
from tests.event_messages import HERE, metres_from
from tests.fakes.owners import FixedOwners
from tests.small_ward import SmallWard
from tests.work_order_people import FOREMAN, OFFICER
from wire_contract.vocabulary import EventKind

S = WorkOrderState


@dataclass
class Gate:
    """A `Gate` that a test opens."""

    is_open: bool = False

    def may_file(self, kind: EventKind, camera_id: str, model_id: str | None) -> bool:
        return self.is_open


@dataclass
class Desk:
    """A ward whose incidents have work orders; `confirm` is an auditor's verdict."""

    ward: SmallWard
    flow: WorkOrderFlow
    follower: WorkOrdersOfIncidents
    watch: WorkOrderWatch
    orders: SqlWorkOrderList
    gate: Gate

    def sees(self, camera: str, east_m: float = 0.0, kind: EventKind = EventKind.GARBAGE_DROP) -> Incident:
        return self.ward.incident_of(self.ward.sees(camera, metres_from(HERE, east_m), kind=kind))

    def confirm(self, incident: Incident) -> WorkOrder:
        with self.ward.begin() as work:
            before = work.incidents.get(incident.incident_id)
            after = replace(confirmed(before), version=before.version + 1)
            work.incidents.put([after])
            self.follower.changed(work, before, after, "person:auditor")
            work.commit()
        return self.of(incident)

    def of(self, incident: Incident) -> WorkOrder:
        """The newest order of an incident."""
        return self.orders.of_incident(incident.incident_id)[0]

    def act(self, order: WorkOrder, action: Action, actor: WorkActor = OFFICER, **given: str) -> WorkOrder:
        with self.ward.begin() as work:
            command = Command(action=action, **given)  # type: ignore[arg-type]
            known = work.work_orders.get(order.work_order_id)
            after = self.flow.act(work, known, command, actor, self.ward.clock.now())
            work.commit()
        return after

    def all(self) -> list[WorkOrder]:
        """All orders but for their bookkeeping."""
        listed = self.orders.page(WorkOrderFilter(), None, 100)
        return [replace(order, version=0, updated_at=order.created_at) for order in listed]

    def merge(self, keep: Incident, drop: Incident) -> Callable[[], object]:
        """Merge two incidents; give what splits them again."""
        self.ward.officer.merge(keep.incident_id, drop.incident_id, OFFICER.name)
        with self.ward.begin.reading() as work:
            event_ids = work.merges.into(keep.incident_id)[0].event_ids
        return lambda: self.ward.officer.split(keep.incident_id, event_ids, OFFICER.name)


@pytest.fixture
def desk(ward: SmallWard) -> Desk:
    numbers, clock, begin = count(1), ward.clock, ward.begin

    def new_id() -> str:
        return f"10000000-0000-7000-8000-{next(numbers):012d}"

    flow = WorkOrderFlow(FixedOwners(), lambda point: Whereabouts(), new_id)
    follower = WorkOrdersOfIncidents(flow, clock)
    ward.ingest = Ingest(begin, clock, new_id, lambda: SiteIndex(()), FusionParams(), follower)
    ward.officer = Incidents(begin, clock, new_id, follower)
    engine, gate = begin._engine, Gate()
    watch = WorkOrderWatch(begin, begin.reading, clock, flow, SqlFilingCandidates(engine), gate)
    return Desk(ward, flow, follower, watch, SqlWorkOrderList(engine), gate)


class TestMergeAndSplit:
    def test_of_two_orders_one_lives_and_the_split_gives_both_back_exactly(self, desk: Desk) -> None:
        keep, drop = desk.sees("east"), desk.sees("west", 30)
        desk.confirm(keep)
        order = desk.act(desk.confirm(drop), Action.DISPATCH)
        desk.act(order, Action.ACCEPT, FOREMAN)
        before = desk.all()

        split = desk.merge(keep, drop)
        assert [order.state for order in desk.all()] == [S.VOID, S.FILED]
        desk.ward.wait(timedelta(minutes=10))
        split()

        assert desk.all() == before

    def test_only_order_moves_to_the_survivor_and_back(self, desk: Desk) -> None:
        drop, keep = desk.sees("east"), desk.sees("west", 30)
        desk.confirm(drop)
        before = desk.all()

        split = desk.merge(keep, drop)
        assert desk.of(keep).state is S.FILED
        split()

        assert desk.all() == before

    def test_work_that_went_on_after_the_merge_is_not_undone(self, desk: Desk) -> None:
        drop, keep = desk.sees("east"), desk.sees("west", 30)
        order = desk.confirm(drop)
        split = desk.merge(keep, drop)
        desk.act(order, Action.DISPATCH)

        split()

        assert (desk.of(drop).work_order_id, desk.of(drop).state) == (order.work_order_id, S.DISPATCHED)


class TestCamera:
    def test_it_closes_what_it_saw_go_and_what_comes_again_is_a_new_order(self, desk: Desk) -> None:
        report = desk.ward.sees("east")
        incident = desk.ward.incident_of(report)
        first = desk.confirm(incident)

        desk.ward.sees_it_gone(report)
        assert desk.of(incident).state is S.CLOSED
        desk.ward.sees("east")

        second = desk.of(incident)
        assert (second.state, second.recurs_of) == (S.FILED, first.work_order_id)

    def test_structure_waits_for_a_person(self, desk: Desk) -> None:
        report = desk.ward.sees("roof", kind=EventKind.ILLEGAL_STRUCTURE)
        incident = desk.ward.incident_of(report)
        desk.confirm(incident)

        desk.ward.sees_it_gone(report)

        assert desk.of(incident).state is S.FILED


class TestSweep:
    def test_unanswered_order_climbs_each_level_once(self, desk: Desk) -> None:
        incident, levels = desk.sees("east"), []
        desk.confirm(incident)
        for minutes in (29, 2, 0, 60, 30, 600):  # the third sweep is one after a restart
            desk.ward.wait(timedelta(minutes=minutes))
            desk.watch.sweep()
            levels.append(str(desk.of(incident).level))

        station, centre = "joint_station", "subdistrict"
        assert levels == ["compound", station, station, station, centre, centre]
        steps = desk.orders.one(desk.of(incident).work_order_id).steps
        assert [step.reason for step in steps if step.action == "work_order_escalated"] == ["overdue"] * 2

    def test_gate_files_what_nobody_judged_once(self, desk: Desk) -> None:
        incident = desk.sees("east")
        assert desk.watch.sweep().filed == 0, "shut"

        desk.gate.is_open = True

        assert [desk.watch.sweep().filed for _ in range(2)] == [1, 0]
        assert desk.of(incident).state is S.FILED

    def test_what_an_officer_voided_stays_void(self, desk: Desk) -> None:
        desk.act(desk.confirm(desk.sees("east")), Action.VOID, reason="the owner came back")
        assert desk.watch.sweep().filed == 0

    def test_every_step_is_one_entry_of_the_log(self, desk: Desk) -> None:
        order = desk.act(desk.confirm(desk.sees("east")), Action.DISPATCH)
        desk.act(order, Action.RETURN, FOREMAN, reason="private ground")

        with desk.ward.begin.reading() as work:
            entries = [each for each in work.audit_log.entries() if each.subject_kind == "work_order"]

        steps = desk.orders.one(order.work_order_id).steps
        assert [(each.action, each.actor, each.reason) for each in entries] == [
            (step.action, step.actor, step.reason) for step in steps
        ]
        assert [step.reason for step in steps][-2:] == ["private ground", "refused"]


class TestRepeatedRequests:
    CLAIM = ("person:officer", "key", "d" * 64, "/api/v1/work-orders")

    def work(self, desk: Desk, claim: Claim) -> None:
        with claimed(claim), desk.ward.begin() as work:
            work.note("something_done", "thing", "1", "system")
            work.commit()

    def test_effect_and_key_are_one_transaction(self, desk: Desk) -> None:
        """As after a crash between the commit and the answer: the repetition is told, and has no effect."""
        answers = KeptAnswers(desk.ward.begin, desk.ward.begin.reading, desk.ward.clock)
        first, again = Claim(*self.CLAIM), Claim(*self.CLAIM)
        self.work(desk, first)

        with pytest.raises(AnswerLost):
            answers.find(again)
        with pytest.raises(AnswerLost):
            self.work(desk, again)

        with desk.ward.begin.reading() as work:
            assert [each.action for each in work.audit_log.entries()] == ["something_done"]

    def test_effect_that_fails_leaves_no_key(self, desk: Desk) -> None:
        claim = Claim(*self.CLAIM)
        with claimed(claim), desk.ward.begin() as work:
            work.note("something_done", "thing", "1", "system")  # and no commit
        assert not claim.is_written
        self.work(desk, claim)
        assert claim.is_written

    def test_answer_is_kept_and_forgotten_in_time(self, desk: Desk) -> None:
        answers = KeptAnswers(desk.ward.begin, desk.ward.begin.reading, desk.ward.clock)
        claim, answer = Claim(*self.CLAIM), Answer(201, {"etag": '"1"'}, b"{}")
        self.work(desk, claim)
        answers.keep(claim, answer)
        assert answers.find(claim) == answer

        desk.ward.wait(timedelta(days=4))

        assert answers.forget_old() == 1
        assert answers.find(claim) is None
