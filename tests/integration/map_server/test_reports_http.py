"""Reports over HTTP: made with progress, frozen once, drilled into, taken as files, objected to."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from map_server.adapters.report_files.print_type import FACE_FILE
from map_server.domain.account import Role
from map_server.domain.audit_log import canonical_json
from map_server.domain.reach import Reach
from map_server.domain.report import ReportDefinition
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.services.report_ports import Reader
from map_server.services.report_schedule import ReportSchedule, ScheduleParams
from tests.fakes.clock import NOON
from tests.fakes.owners import CLEANING
from tests.running_server import databases, fresh_database
from tests.work_order_office import Office, office

REPORTS = "/api/v1/reports"
WAY = ("dispatch", "accept", "start", "handle", "begin_check", "pass")
TODAY = {"kind": "daily", "first": "2026-11-23"}
"""The day on which the server's clock begins."""
DAY_S = 86_400.0
ELSEWHERE: dict[str, Any] = {"camera_id": "cam-2", "at": (121.57, 31.25)}


@pytest.fixture(params=databases())
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with fresh_database(request.param) as url, office(tmp_path / "data", url) as opened:
        yield opened


def closed_order(ward: Office, **fields: Any) -> str:
    order_id = ward.confirmed_order(**fields)
    ward.work(order_id, *WAY)
    return order_id


def made(client: httpx.Client, **wish: Any) -> dict[str, Any]:
    """Ask for a report and wait until its run has ended."""
    answer = client.post(REPORTS, json=wish)
    assert answer.status_code == 202, answer.text
    run = answer.json()
    while run["state"] in {"waiting", "running"}:
        time.sleep(0.02)
        run = client.get(answer.headers["Location"]).json()
    return dict(run)


def pass_time(ward: Office, seconds: float) -> None:
    """Go on to another day; sessions end meanwhile, and people log in again."""
    ward.server.clock.advance(seconds)
    ward.officer = ward.server.person(Role.SUPERVISOR)
    ward.foreman = ward.server.person(Role.PATROL, CLEANING)
    ward.checker = ward.server.person(Role.AUDITOR)


def frozen_today(ward: Office) -> str:
    """Let the day end, and freeze its report; gives its id."""
    pass_time(ward, DAY_S)
    run = made(ward.officer, **TODAY, freeze=True)
    assert run["state"] == "done", run
    return str(run["report_id"])


def test_draft_tells_the_day_as_it_is_and_keeps_nothing(ward: Office) -> None:
    closed_order(ward)
    run = made(ward.checker, **TODAY)
    assert (run["state"], run["share"], run["report_id"]) == ("done", 1.0, None)
    draft = ward.checker.get(f"{REPORTS}/draft", params=TODAY).json()
    assert draft["headline"]["closed"] == 1
    rows = ward.checker.get(f"{REPORTS}/draft/figures/work_order.closed/rows", params=TODAY).json()
    assert rows["total"] == 1
    assert ward.officer.get(REPORTS).json()["reports"] == []


def test_frozen_report_never_changes_and_tells_its_hash(ward: Office) -> None:
    order_id = closed_order(ward)
    report_id = frozen_today(ward)
    first = ward.checker.get(f"{REPORTS}/{report_id}")
    body = first.json()
    assert hashlib.sha256(canonical_json(body["content"]).encode()).hexdigest() == body["sha256"]
    assert first.headers["ETag"] == f'"{body["sha256"]}"'

    closed_order(ward, **ELSEWHERE)  # later facts
    assert ward.checker.get(f"{REPORTS}/{report_id}").content == first.content
    rows = ward.checker.get(f"{REPORTS}/{report_id}/figures/work_order.closed/rows").json()
    assert [row["id"] for row in rows["rows"]] == [order_id]
    verified = ward.checker.get(f"{REPORTS}/{report_id}/verification").json()
    assert verified == {"is_whole": True, "is_content_whole": True, "are_rows_whole": True}


def test_rows_come_in_pieces(ward: Office) -> None:
    ids = [ward.confirmed_order(camera_id=f"cam-{n}", at=(121.55 + n / 100, 31.25)) for n in range(3)]
    report_id = frozen_today(ward)
    address = f"{REPORTS}/{report_id}/figures/work_order.filed/rows"
    first = ward.checker.get(address, params={"limit": 2}).json()
    second = ward.checker.get(address, params={"limit": 2, "after": first["next_after"]}).json()
    assert [row["id"] for row in first["rows"] + second["rows"]] == ids
    assert (first["total"], second["next_after"]) == (3, None)


@pytest.mark.parametrize(
    "key", ["work_order.nothing", "incident.closed", "closed", "work_order.closed@street:x"]
)
def test_figure_that_is_none_does_not_exist(ward: Office, key: str) -> None:
    report_id = frozen_today(ward)
    assert ward.checker.get(f"{REPORTS}/{report_id}/figures/{key}/rows").status_code == 404


def test_late_fact_is_listed_beside_the_report(ward: Office) -> None:
    incident_id = ward.sees()
    verdict_id = ward.confirms(incident_id)
    report_id = frozen_today(ward)
    undone = ward.officer.post(f"/api/v1/audits/{verdict_id}/undo")
    assert undone.status_code == 200, undone.text

    corrections = ward.checker.get(f"{REPORTS}/{report_id}/corrections").json()["corrections"]

    (order,) = [each for each in corrections if (each["was"] or each["now"])["subject"] == "work_order"]
    assert "filed" in order["was"]["marks"]
    assert order["because"] == "work_order_voided"


FORMATS = [
    "html",
    "xlsx",
    "csv",
    pytest.param("pdf", marks=pytest.mark.skipif(not FACE_FILE.is_file(), reason="make")),
]


@pytest.mark.parametrize("wanted", FORMATS)
def test_file_taken_twice_is_the_same_file(ward: Office, wanted: str) -> None:
    closed_order(ward)
    report_id = frozen_today(ward)
    address = f"{REPORTS}/{report_id}/download"
    first = ward.checker.get(address, params={"format": wanted, "language": "zh"})
    assert first.status_code == 200, first.text
    assert "attachment" in first.headers["Content-Disposition"]
    pass_time(ward, 40 * DAY_S)
    closed_order(ward, **ELSEWHERE)
    ward.officer.post(REPORTS, json={"kind": "daily", "first": "2026-11-24", "freeze": True})
    assert ward.officer.get(address, params={"format": wanted, "language": "zh"}).content == first.content


def test_file_in_html_needs_nothing_else(ward: Office) -> None:
    text = ward.checker.get(f"{REPORTS}/{frozen_today(ward)}/download", params={"format": "html"}).text
    assert "<script" not in text
    assert "href=" not in text
    assert "src=" not in text


def test_period_is_frozen_once_and_only_when_it_is_over(ward: Office) -> None:
    running = ward.officer.post(REPORTS, json={**TODAY, "freeze": True})
    assert running.status_code == 409
    frozen_today(ward)
    again = ward.officer.post(REPORTS, json={**TODAY, "freeze": True})
    assert again.status_code == 409


def test_auditor_may_look_but_not_freeze_and_patrols_do_not_look(ward: Office) -> None:
    pass_time(ward, DAY_S)
    assert ward.checker.post(REPORTS, json={**TODAY, "freeze": True}).status_code == 403
    assert ward.foreman.get(REPORTS).status_code == 403
    assert ward.foreman.get("/reports", headers={"accept": "text/html"}).status_code == 403


def test_same_request_sent_again_makes_no_second_run(ward: Office) -> None:
    key = {"Idempotency-Key": "once"}
    first = ward.officer.post(REPORTS, json=TODAY, headers=key)
    again = ward.officer.post(REPORTS, json=TODAY, headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["run_id"] == first.json()["run_id"]


def test_run_of_somebody_else_is_not_shown(ward: Office) -> None:
    address = ward.officer.post(REPORTS, json=TODAY).headers["Location"]
    assert ward.checker.get(address).status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "custom", "first": "2026-11-01"},  # one date alone
        {"kind": "custom", "first": "2026-11-02", "last": "2026-11-01"},  # backwards
        {"kind": "custom", "first": "1999-11-02", "last": "2026-11-01"},  # a mistyped year
        {"kind": "yearly", "first": "2026-11-01"},
    ],
)
def test_period_that_is_none_is_refused(ward: Office, wish: dict[str, str]) -> None:
    assert ward.officer.post(REPORTS, json=wish).status_code == 422


def test_unit_objects_supervisor_decides_and_the_report_stays(ward: Office) -> None:
    order_id = ward.confirmed_order()
    ward.work(order_id, "dispatch")
    ward.server.clock.advance(3600)
    report_id = frozen_today(ward)
    before = ward.checker.get(f"{REPORTS}/{report_id}").content
    appeals = f"{REPORTS}/{report_id}/appeals"

    raised = ward.foreman.post(appeals, json={"work_order_id": order_id, "reason": "the lane was closed"})
    assert raised.status_code == 201, raised.text
    decision = f"{appeals}/{raised.json()['appeal_id']}/decision"
    accepted = {"decision": "accepted", "reason": "true"}
    assert ward.officer.post(decision, json=accepted).status_code == 428
    assert ward.officer.post(decision, json=accepted, headers={"If-Match": '"7"'}).status_code == 412
    assert ward.checker.post(decision, json=accepted, headers={"If-Match": '"1"'}).status_code == 403
    decided = ward.officer.post(decision, json=accepted, headers={"If-Match": raised.headers["ETag"]})
    assert (decided.status_code, decided.json()["decision"]) == (200, "accepted")

    corrections = ward.checker.get(f"{REPORTS}/{report_id}/corrections").json()["corrections"]
    assert [each["because"] for each in corrections if each["appeal_id"]] == ["appeal_accepted"]
    assert ward.checker.get(f"{REPORTS}/{report_id}").content == before


def test_other_weights_are_a_new_version_and_old_reports_keep_theirs(ward: Office) -> None:
    report_id = frozen_today(ward)
    weights = {"completion": 25, "punctuality": 25, "right_first_time": 25, "acceptance": 25}
    formulas = "/api/v1/score-formulas"
    assert (
        ward.officer.post(formulas, json={"weights": weights | {"acceptance": 1}, "reason": "x"}).status_code
        == 422
    )
    assert ward.checker.post(formulas, json={"weights": weights, "reason": "even"}).status_code == 403
    assert ward.officer.post(formulas, json={"weights": weights, "reason": "even"}).status_code == 201
    assert [each["version"] for each in ward.checker.get(formulas).json()] == [2, 1]
    assert ward.checker.get(f"{REPORTS}/{report_id}").json()["content"]["formula"]["version"] == 1


def test_people_of_single_areas_see_reports_of_theirs_alone(ward: Office) -> None:
    pass_time(ward, DAY_S)
    of_ward = made(ward.officer, **TODAY, freeze=True)["report_id"]
    here, there = (Reach.of_areas(compounds=(name,)) for name in ("here", "there"))
    chief, other = (ward.server.person(Role.SUPERVISOR, reach=reach) for reach in (here, there))
    of_area = made(chief, **TODAY, freeze=True)["report_id"]

    assert [each["report_id"] for each in chief.get(REPORTS).json()["reports"]] == [of_area]
    assert other.get(REPORTS).json()["reports"] == []
    for path in (
        "",
        "/corrections",
        "/verification",
        "/appeals",
        "/download?format=csv",
        "/figures/work_order.filed/rows",
    ):
        assert chief.get(f"{REPORTS}/{of_area}{path}").status_code == 200, path
        assert chief.get(f"{REPORTS}/{of_ward}{path}").status_code == 404, path
        assert other.get(f"{REPORTS}/{of_area}{path}").status_code == 404, path
    assert other.get(f"/reports/{of_area}", headers={"accept": "text/html"}).status_code == 404


def morning(ward: Office, days: float, hour: float = 6.5) -> None:
    """Go to an hour of the ward's day, so many days after the first."""
    noon_to_hour = timedelta(days=days, hours=hour - 12)
    pass_time(ward, (NOON + noon_to_hour - ward.server.clock.now()).total_seconds())


def told(ward: Office) -> list[str]:
    listed = ward.officer.get(REPORTS, params={"limit": 200}).json()["reports"]
    return sorted(f"{each['kind']} {each['first']}" for each in listed)


def test_reports_are_frozen_by_themselves_each_morning(ward: Office) -> None:
    """2026-11-23 is a Monday."""
    closed_order(ward)
    schedule = ward.server.services.reporting.schedule
    morning(ward, 1, hour=5.9)
    assert schedule.freeze_due() == []  # not before six
    morning(ward, 1)
    assert [frozen.report.definition.period.kind for frozen in schedule.freeze_due()] == [ReportKind.DAILY]
    assert schedule.freeze_due() == []
    morning(ward, 8)  # the server stood still for a week, and a month ended
    schedule.freeze_due()
    assert told(ward) == [
        *(f"daily 2026-11-{day}" for day in range(23, 31)),
        "monthly 2026-11-01",
        "weekly 2026-11-23",
    ]
    assert {each["frozen_by"] for each in ward.officer.get(REPORTS).json()["reports"]} == {"system"}


def test_days_before_the_first_entry_of_the_record_are_not_reported(ward: Office) -> None:
    morning(ward, 1)
    ward.server.services.reporting.schedule.freeze_due()
    assert told(ward) == ["daily 2026-11-23"]


def test_two_processes_freeze_nothing_twice(ward: Office) -> None:
    closed_order(ward)
    morning(ward, 8)
    services = ward.server.services
    schedules = [
        ReportSchedule(services.reporting.reports, services.read, services.clock, ScheduleParams())
        for _ in "123"
    ]
    made_by: list[int] = []
    threads = [
        threading.Thread(target=lambda each=each: made_by.append(len(each.freeze_due())))
        for each in schedules
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made_by) == len(told(ward)) == 10


def test_person_was_quicker_than_the_schedule(ward: Office) -> None:
    frozen_today(ward)
    morning(ward, 2)
    services = ward.server.services
    kinds = [each.report.definition.period.first.day for each in services.reporting.schedule.freeze_due()]
    assert kinds == [24]


def test_frozen_report_is_told_to_subscribers(ward: Office) -> None:
    frozen_today(ward)
    with ward.server.services.read() as work:
        (entry,) = [entry for entry in work.audit_log.entries() if entry.action == "report_frozen"]
    assert json.loads(entry.after or "{}")["kind"] == "daily"


def test_unit_charged_elsewhere_may_not_object(ward: Office) -> None:
    order_id = ward.confirmed_order()
    report_id = frozen_today(ward)
    reader = Reader("person:x", Role.PATROL, Reach(True), CLEANING + "-other")
    services = ward.server.services
    definition = ReportDefinition(ReportPeriod.holding(ReportKind.DAILY, NOON.date()))
    assert services.reporting.reports.frozen_of(definition) == report_id
    with pytest.raises(Exception, match="unit"):
        services.reporting.appeals.raise_one(report_id, order_id, "not ours", reader)
