"""June is frozen and July goes on: what may change, what may not, and who may say so."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from map_server.adapters.db.engine import WRITES
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.device import Camera
from map_server.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.report import FrozenReport, ReportCancelled, ReportDefinition, ReportStage
from map_server.domain.report_appeal import Decision
from map_server.domain.report_corrections import APPEAL_ACCEPTED, CorrectionList
from map_server.domain.report_figures import Dimension, Drill, FigureKey, Mark, RowSubject
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.report_score import FIRST_WEIGHTS, Merit
from map_server.domain.work_order import WorkOrderState
from map_server.services.report_ports import Reader, ReportFilter
from map_server.services.work_order_ports import Step
from tests.event_messages import HERE, metres_from
from tests.fakes.owners import CLEANING, PROPERTY
from tests.running_server import databases, fresh_database
from tests.work_order_office import Office, office
from wire_contract.vocabulary import CameraState

JUNE = ReportDefinition(ReportPeriod.holding(ReportKind.MONTHLY, date(2026, 6, 1)))
CHIEF = Reader("person:chief", Role.SUPERVISOR, WHOLE_WARD)
DEPUTY = Reader("person:deputy", Role.SUPERVISOR, WHOLE_WARD)
FOREMAN = Reader("person:foreman", Role.PATROL, WHOLE_WARD, CLEANING)
STRAIGHT = ("dispatch", "accept", "start", "handle", "begin_check", "pass")


@dataclass
class Ward:
    """An office with a calendar. Each order is about a thing of its own, far from the others."""

    office: Office
    things: int = 0

    def on(self, month: int, day: int, hour: int = 10) -> "Ward":
        """Let it be that hour of the ward."""
        self.office.server.clock.wall = datetime(2026, month, day, hour - 8, tzinfo=UTC)
        return self

    def order(self, *actions: str) -> str:
        """See and confirm a thing, and take its order so far; a minute passes before each action."""
        self.things += 1
        clock = self.office.server.clock
        order_id = self.office.confirmed_order(
            at=metres_from(HERE, 200.0 * self.things, 0.0), started_at=clock.wall - timedelta(minutes=5)
        )
        self.go_on(order_id, *actions)
        return order_id

    def go_on(self, order_id: str, *actions: str) -> None:
        for action in actions:
            self.office.server.clock.advance(60)
            self.office.work(order_id, action)

    @property
    def reporting(self):  # type: ignore[no-untyped-def]  # the group of services as the doors get it
        return self.office.server.services.reporting

    def freeze(self, definition: ReportDefinition = JUNE) -> FrozenReport:
        frozen: FrozenReport = self.reporting.reports.freeze(definition, CHIEF)
        return frozen

    def corrections(self, report: FrozenReport) -> CorrectionList:
        found: CorrectionList = self.reporting.reports.corrections(report.report_id, CHIEF)
        return found

    def begin(self) -> SqlUnitsOfWork:
        services = self.office.server.services
        return SqlUnitsOfWork(services.engine, services.clock, services.changes)


@pytest.fixture(params=databases())
def ward(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> Iterator[Ward]:
    shutil.copytree(empty_data, tmp_path / "data")
    with fresh_database(request.param) as url, office(tmp_path / "data", url) as opened:
        yield Ward(opened)


def closing_arrives_late(ward: Ward, order_id: str, at: datetime) -> None:
    """Write down a step that was taken while nothing could be sent: its time is June, its entry July."""
    with ward.begin()() as work:
        order = work.work_orders.get(order_id)
        closed = replace(
            order, state=WorkOrderState.CLOSED, ended_at=at, due_at=None, version=order.version + 1
        )
        work.work_orders.put(replace(closed, updated_at=ward.office.server.clock.now()))
        step = Step(
            work_order_id=order_id,
            action="work_order_closed",
            from_state=order.state,
            to_state=WorkOrderState.CLOSED,
            actor="person:late",
            unit_id=order.lead_unit_id,
            at=at,
        )
        work.work_orders.add_step(step)
        work.note("work_order_closed", "work_order", order_id, "person:late", "arrived late")
        work.commit()


def test_june_stays_byte_for_byte_whatever_july_brings(ward: Ward) -> None:
    ward.on(6, 10).order(*STRAIGHT)
    voided = ward.on(6, 28).order("dispatch")
    kept_on = ward.order("dispatch", "accept")
    arriving = ward.order(*STRAIGHT[:5])
    absorbed, survivor = ward.order(), ward.order()
    june = ward.on(7, 1).freeze()
    assert [june.report.figure(key).value for key in (FigureKey.FILED, FigureKey.CLOSED)] == [6, 1]

    ward.on(7, 3)
    answer = ward.office.act(ward.office.officer, voided, "void", reason="it was another's bag")
    assert answer.status_code == 200, answer.text
    incident_of = [ward.office.show(each)["work_order"]["incident_id"] for each in (survivor, absorbed)]
    ward.office.server.services.incidents.merge(*incident_of, "person:chief", "one heap")
    closing_arrives_late(ward, arriving, datetime(2026, 6, 29, 3, tzinfo=UTC))
    ward.go_on(kept_on, "start", "handle", "begin_check", "pass")  # July's work is no correction of June

    again = ward.reporting.reports.get(june.report_id, CHIEF)
    assert (again.content, again.sha256, again) == (june.content, june.sha256, june)
    assert ward.reporting.reports.verify(june.report_id, CHIEF).is_whole

    late = ward.corrections(june)
    told = {item.row.subject_id: item for item in late.items}
    assert set(told) == {voided, arriving, absorbed, incident_of[1]}
    assert Mark.OPEN_AT_END in told[voided].was.marks
    assert told[voided].now.marks == Mark.VOID
    assert told[voided].because == "work_order_voided"
    assert told[voided].known_at == ward.office.server.clock.wall.replace(hour=2, minute=0)
    assert Mark.CLOSED in told[arriving].now.marks
    assert Mark.CLOSED not in told[arriving].was.marks
    assert told[absorbed].because == "work_order_merged"
    assert told[incident_of[1]].now is None
    counts = {figure.key: figure.value for figure in late.headline_now}
    assert (counts[FigureKey.FILED], counts[FigureKey.CLOSED], counts[FigureKey.VOID]) == (4, 2, 2)
    assert late.as_of_seq > june.report.as_of_seq


def test_a_quiet_july_corrects_nothing(ward: Ward) -> None:
    left = ward.on(6, 30).order("dispatch", "accept")
    june = ward.on(7, 1).freeze()
    ward.on(7, 2).go_on(left, "start", "handle", "begin_check", "pass")
    ward.order("dispatch")
    assert ward.corrections(june).items == ()
    assert ward.corrections(june).headline_now == june.report.headline


def test_what_was_given_back_is_charged_to_who_gave_it_back(ward: Ward) -> None:
    order_id = ward.on(6, 10).order("dispatch")
    desk = ward.office
    for person, action, given in (
        (desk.foreman, "return", {"reason": "not ours"}),
        (desk.officer, "dispatch", {"unit_id": PROPERTY, "reason": "private ground"}),
    ):
        answer = desk.act(person, order_id, action, **given)
        assert answer.status_code == 200, answer.text
    report = ward.on(7, 1).reporting.reports.draft(JUNE, CHIEF)
    rows = {row.key: row for row in report.section(Dimension.UNIT).rows}
    counted = [
        (key, *(rows[key].figure(each).value for each in (FigureKey.TO_CLOSE, FigureKey.RETURNED)))
        for key in (CLEANING, PROPERTY)
    ]
    assert counted == [(CLEANING, 0, 1), (PROPERTY, 1, 0)]
    assert rows[PROPERTY].names.zh == "物业公司"


def test_camera_hours_are_those_of_heartbeats_and_unknown_without_any(ward: Ward) -> None:
    ward.on(6, 10)
    assert ward.reporting.reports.draft(JUNE, CHIEF).figure(FigureKey.CAMERA_HOURS).value is None
    with ward.begin()() as work:
        seen = Camera("box-1", "cam-1", CameraState.OK, ward.office.server.clock.wall)
        work.devices.put_cameras([seen])
        work.camera_days.add(date(2026, 6, 9), {("box-1", "cam-1"): 5400.0})
        work.camera_days.add(date(2026, 7, 1), {("box-1", "cam-1"): 3600.0})
        work.commit()
    hours = ward.reporting.reports.draft(JUNE, CHIEF).figure(FigureKey.CAMERA_HOURS)
    assert hours.value == 1.5
    (row,) = ward.reporting.reports.draft_rows(JUNE, hours.drill, CHIEF).rows
    assert (row.subject_id, row.observed_s) == ("box-1/cam-1", 5400)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reports SET content = '{}'",
        "DELETE FROM reports",
        "UPDATE report_rows SET marks = 0",
        "DELETE FROM report_rows",
        "INSERT INTO report_rows (report_id, ordinal, subject, subject_id, unit_id, kind, compound_id, marks)"
        " SELECT report_id, 999, 'work_order', 'made up', '', '', '', 4 FROM reports",
        "UPDATE score_formulas SET weights = '{}'",
    ],
)
def test_nobody_changes_what_is_frozen_not_even_in_the_database(ward: Ward, change: str) -> None:
    ward.on(6, 10).order(*STRAIGHT)
    june = ward.on(7, 1).freeze()
    ward.reporting.formulas.set(FIRST_WEIGHTS, "again", CHIEF)
    engine = ward.office.server.services.engine
    with (
        pytest.raises(DatabaseError, match="never changes"),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        connection.execute(text(change))
    assert ward.reporting.reports.get(june.report_id, CHIEF) == june
    assert ward.reporting.reports.verify(june.report_id, CHIEF).is_whole


def test_other_weights_make_a_new_version_and_leave_frozen_scores(ward: Ward) -> None:
    ward.on(6, 10).order(*STRAIGHT)
    ward.order("dispatch")
    june = ward.on(7, 1).freeze()
    weights = {Merit.COMPLETION: 100} | dict.fromkeys(set(Merit) - {Merit.COMPLETION}, 0)
    formula = ward.reporting.formulas.set(weights, "only what is done counts", CHIEF)
    assert [each.version for each in ward.reporting.formulas.all()] == [2, 1]
    draft = ward.reporting.reports.draft(JUNE, CHIEF)
    scores = [
        report.section(Dimension.UNIT).rows[0].figure(FigureKey.SCORE).value
        for report in (draft, ward.reporting.reports.get(june.report_id, CHIEF).report)
    ]
    assert (draft.formula, scores[0]) == (formula, 50.0)
    assert june.report.formula.version == 1
    assert scores[1] == june.report.section(Dimension.UNIT).rows[0].figure(FigureKey.SCORE).value > 50.0
    assert ward.corrections(june).items == ()
    with pytest.raises(Forbidden):
        ward.reporting.formulas.set(weights, "I like it", FOREMAN)


def test_an_accepted_appeal_stands_in_the_corrections_alone(ward: Ward) -> None:
    order_id = ward.on(6, 10).order("dispatch")
    ward.on(6, 10, 20).go_on(order_id, *STRAIGHT[1:])  # accepted hours after its time
    june = ward.on(7, 1).freeze()
    assert june.report.figure(FigureKey.CLOSED_LATE).value == 1
    appeals = ward.reporting.appeals

    appeal = appeals.raise_one(june.report_id, order_id, "the gate was locked ", FOREMAN)
    assert (appeal.unit_id, appeal.reason, ward.corrections(june).items) == (
        CLEANING,
        "the gate was locked",
        (),
    )
    assert appeals.open(CHIEF) == [appeal]
    with pytest.raises(Conflict):
        appeals.raise_one(june.report_id, order_id, "once more", FOREMAN)
    with pytest.raises(Forbidden):
        appeals.decide(appeal.appeal_id, Decision.ACCEPTED, "yes", FOREMAN)
    with pytest.raises(VersionConflict):
        appeals.decide(appeal.appeal_id, Decision.ACCEPTED, "yes", CHIEF, version=7)
    ward.on(7, 4)
    appeals.decide(appeal.appeal_id, Decision.ACCEPTED, "the record of the gate says so", CHIEF)
    with pytest.raises(Conflict):
        appeals.decide(appeal.appeal_id, Decision.REFUSED, "no", CHIEF)

    (item,) = ward.corrections(june).items
    assert (item.row.subject_id, item.now, item.because) == (order_id, None, APPEAL_ACCEPTED)
    assert (item.known_at, item.appeal_id) == (ward.office.server.clock.wall, appeal.appeal_id)
    assert ward.reporting.reports.get(june.report_id, CHIEF) == june
    assert appeals.open(CHIEF) == []


def test_who_has_nothing_to_object_to_is_told_so(ward: Ward) -> None:
    good = ward.on(6, 10).order(*STRAIGHT)
    bad = ward.order("dispatch")
    june = ward.on(7, 1).freeze()
    appeals = ward.reporting.appeals
    with pytest.raises(InvalidInput, match="no points"):
        appeals.raise_one(june.report_id, good, "it was hard", FOREMAN)
    for reader in (replace(FOREMAN, unit_id=PROPERTY), replace(FOREMAN, unit_id=None)):
        with pytest.raises(Forbidden):
            appeals.raise_one(june.report_id, bad, "it was hard", reader)
    written_down = appeals.raise_one(june.report_id, bad, "they rang", CHIEF, CLEANING)
    with pytest.raises(Forbidden, match="else"):
        appeals.decide(written_down.appeal_id, Decision.ACCEPTED, "they did", CHIEF)
    refused = appeals.decide(written_down.appeal_id, Decision.REFUSED, "no record of it", DEPUTY)
    assert (refused.decision, refused.decided_by) == (Decision.REFUSED, "person:deputy")
    assert ward.corrections(june).items == ()


def test_only_a_period_that_is_over_is_frozen_and_only_once_by_a_supervisor(ward: Ward) -> None:
    with pytest.raises(Conflict, match="2026-06-30"):
        ward.on(6, 30, 23).freeze()
    with pytest.raises(Forbidden):
        ward.on(7, 1).reporting.reports.freeze(JUNE, FOREMAN)
    june = ward.freeze()
    with pytest.raises(Conflict, match="frozen already"):
        ward.freeze()
    assert [each.report_id for each in ward.reporting.reports.page(ReportFilter(), CHIEF)] == [june.report_id]
    assert ward.reporting.reports.frozen_of(JUNE) == june.report_id
    with ward.begin()() as work:
        (entry,) = [each for each in work.audit_log.entries() if each.subject_kind == "report"]
    assert (entry.action, entry.subject_id, entry.actor) == ("report_frozen", june.report_id, CHIEF.name)
    assert june.sha256 in (entry.after or "")


def test_a_report_called_off_halfway_leaves_nothing(ward: Ward) -> None:
    ward.on(6, 10).order("dispatch")
    ward.on(7, 1)
    told: list[ReportStage] = []

    def stop_at_figures(stage: ReportStage) -> None:
        told.append(stage)
        if stage is ReportStage.FIGURES:
            raise ReportCancelled("called off")

    with pytest.raises(ReportCancelled):
        ward.reporting.reports.freeze(JUNE, CHIEF, stop_at_figures)
    assert told == [
        *(ReportStage.WORK_ORDERS, ReportStage.STEPS, ReportStage.INCIDENTS),
        *(ReportStage.CAMERAS, ReportStage.FIGURES),
    ]
    assert ward.reporting.reports.page(ReportFilter(), CHIEF) == []
    assert ward.freeze().report.figure(FigureKey.FILED).value == 1


def test_people_of_an_area_see_reports_about_it_alone(ward: Ward) -> None:
    june = ward.on(7, 1).freeze()
    own_area = Reach.of_areas(compounds=("C-01",))
    own = ward.freeze(ReportDefinition(JUNE.period, own_area))
    neighbour = Reader("person:n", Role.SUPERVISOR, own_area)
    reports = ward.reporting.reports
    assert [each.report_id for each in reports.page(ReportFilter(), neighbour)] == [own.report_id]
    assert len(reports.page(ReportFilter(kind=ReportKind.MONTHLY, since=date(2026, 6, 30)), CHIEF)) == 2
    assert reports.page(ReportFilter(until=date(2026, 5, 31)), CHIEF) == []
    drill = Drill(RowSubject.WORK_ORDER, Mark.FILED)
    for refused in (
        lambda: reports.get(june.report_id, neighbour),
        lambda: reports.rows(june.report_id, drill, neighbour),
        lambda: reports.corrections(june.report_id, neighbour),
        lambda: ward.reporting.appeals.of_report(june.report_id, neighbour),
    ):
        with pytest.raises(NotFound):
            refused()
    with pytest.raises(Forbidden):
        reports.draft(JUNE, neighbour)
    assert reports.get(own.report_id, neighbour).report.definition.scope == own_area
