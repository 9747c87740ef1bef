"""Auditors decide one after the other, take decisions back, and never lose one to a colleague."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from map_server.adapters.db.queries.audit_queue import IS_UNDECIDED
from map_server.adapters.db.tables.incidents import incidents
from map_server.domain.account import Role
from map_server.domain.verdict import is_undecided
from tests.event_messages import HERE, message, metres_from
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from wire_contract.routes import EVENTS

AUDITS = "/api/v1/audits"


def report(server: RunningServer, count: int = 1, **fields: Any) -> list[str]:
    """Let a box report things far from each other; gives the incidents, oldest first."""
    device = server.device("box-1")
    for number in range(count):
        at, started_at = metres_from(HERE, 100.0 * number), NOON - timedelta(hours=count - number)
        answer = device.post(EVENTS, json=message(at=at, started_at=started_at, **fields))
        assert answer.status_code == 200, answer.text
    listed = server.person().get("/api/v1/incidents").json()["incidents"]
    return [incident["id"] for incident in reversed(listed)]


def decide(person: httpx.Client, incident_id: str, **opinion: Any) -> httpx.Response:
    return person.post(f"{AUDITS}/{incident_id}/verdict", json=opinion)


def queued(person: httpx.Client, **query: Any) -> list[str]:
    return [item["incident_id"] for item in person.get(AUDITS, params=query).json()["items"]]


def state_of(server: RunningServer, incident_id: str) -> tuple[str, str | None, str]:
    incident = server.person().get(f"/api/v1/incidents/{incident_id}").json()["incident"]
    return incident["state"], incident["judgement"], incident["kind"]


@pytest.mark.parametrize(
    ("opinion", "after"),
    [
        ({"decision": "confirm"}, ("confirmed", "confirmed", "garbage_drop")),
        ({"decision": "reject", "reason": "weather"}, ("rejected", "rejected", "garbage_drop")),
        (
            {"decision": "relabel", "kind": "illegal_structure"},
            ("confirmed", "confirmed", "illegal_structure"),
        ),
        ({"decision": "relabel", "label": "cardboard"}, ("confirmed", "confirmed", "garbage_drop")),
    ],
    ids=str,
)
def test_verdict_is_stored_and_leaves_the_queue(
    server: RunningServer, opinion: dict[str, str], after: tuple[str, str, str]
) -> None:
    (incident_id,) = report(server)
    auditor = server.person(Role.AUDITOR)

    answer = decide(auditor, incident_id, **opinion)

    assert answer.status_code == 201, answer.text
    assert state_of(server, incident_id) == after
    assert queued(auditor) == []


def test_undo_brings_the_incident_back_as_it_was(server: RunningServer) -> None:
    (incident_id,) = report(server)
    auditor = server.person(Role.AUDITOR)
    verdict = decide(auditor, incident_id, decision="relabel", kind="blocked_fire_lane").json()

    answer = auditor.post(f"{AUDITS}/{verdict['verdict_id']}/undo")

    assert answer.status_code == 200
    assert answer.json()["undone_at"] is not None
    assert state_of(server, incident_id) == ("open", None, "garbage_drop")
    assert queued(auditor) == [incident_id]
    assert auditor.post(f"{AUDITS}/{verdict['verdict_id']}/undo").status_code == 409


def test_second_auditor_is_told_and_nothing_is_overwritten(server: RunningServer) -> None:
    (incident_id,) = report(server)
    first, second = server.person(Role.AUDITOR), server.person(Role.AUDITOR)
    seen = first.get(AUDITS).json()["items"][0]["version"]

    decide(first, incident_id, decision="confirm", version=seen)
    answer = decide(second, incident_id, decision="reject", reason="passing", version=seen)

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:lilong:problem:version-conflict"
    assert state_of(server, incident_id)[0] == "confirmed"


def test_what_is_decided_is_not_decided_over(server: RunningServer) -> None:
    (incident_id,) = report(server)
    first, second = server.person(Role.AUDITOR), server.person(Role.AUDITOR)
    now = decide(first, incident_id, decision="confirm").json()["version"]

    answer = decide(second, incident_id, decision="reject", reason="passing", version=now)

    assert answer.status_code == 409
    assert "take that decision back first" in answer.json()["detail"]
    assert state_of(server, incident_id)[0] == "confirmed"


def test_report_of_a_device_meanwhile_does_not_cost_the_verdict(server: RunningServer) -> None:
    (incident_id,) = report(server)
    auditor = server.person(Role.AUDITOR)
    seen = auditor.get(AUDITS).json()["items"][0]["version"]
    event = server.person().get(f"/api/v1/incidents/{incident_id}").json()["events"][0]
    server.device("box-1").post(
        EVENTS, json=message("updated", event_id=event["event_id"], sequence=1, score=0.99)
    )

    answer = decide(auditor, incident_id, decision="confirm", version=seen)

    assert answer.status_code == 201, answer.text


def test_unsure_waits_for_somebody_else(server: RunningServer) -> None:
    (incident_id,) = report(server)
    first, second = server.person(Role.AUDITOR), server.person(Role.AUDITOR)

    decide(first, incident_id, decision="unsure")

    assert queued(first) == []
    (item,) = second.get(AUDITS).json()["items"]
    assert item["unsure_by"] == ["auditor"]
    assert queued(second, second_opinion=True) == [incident_id]
    assert second.get(f"{AUDITS}/progress").json()["second_opinion"] == 1
    assert state_of(server, incident_id)[0] == "open"


def test_queue_has_the_urgent_first_then_the_oldest(server: RunningServer) -> None:
    bags = report(server, 3)
    lane = message(at=metres_from(HERE, 5000), kind="blocked_fire_lane")
    health = message(at=metres_from(HERE, 9000), kind="camera_health", started_at=NOON - timedelta(days=9))
    gone = message(at=metres_from(HERE, 7000), started_at=NOON - timedelta(days=8))
    device = server.device("box-2")
    for each in (
        lane,
        health,
        gone,
        gone | {"phase": "closed", "sequence": 1, "closed_at": gone["raised_at"]},
    ):
        device.post(EVENTS, json=each | {"device_id": "box-2"})

    items = server.person(Role.AUDITOR).get(AUDITS).json()["items"]

    assert [item["kind"] for item in items] == [
        "blocked_fire_lane",
        *["garbage_drop"] * 4,
        "camera_health",  # about the box, not the ward
    ]
    assert [item["incident_id"] for item in items[1:4]] == bags
    assert items[4]["state"] == "cleared"  # gone before anyone looked: judged after what is still there


def test_queue_can_be_narrowed_to_a_kind(server: RunningServer) -> None:
    report(server, 2)
    auditor = server.person(Role.AUDITOR)
    assert queued(auditor, kind="illegal_structure") == []
    assert len(queued(auditor, kind="garbage_drop", limit=1)) == 1


def test_progress_counts_the_day_of_the_ward(server: RunningServer) -> None:
    ids = report(server, 4)
    auditor = server.person(Role.AUDITOR)
    for number, incident_id in enumerate(ids[:3]):
        decide(auditor, incident_id, decision="confirm")
        server.clock.advance(600 if number < 2 else 0)

    progress = auditor.get(f"{AUDITS}/progress").json()

    assert (progress["waiting"], progress["decided_today"], progress["decided_today_by_me"]) == (1, 3, 3)
    assert progress["rate_per_hour"] == pytest.approx(6)  # two in the twenty minutes after the first
    server.clock.advance(13 * 3600)  # past midnight in Shanghai
    assert auditor.get(f"{AUDITS}/progress").json()["decided_today"] == 0


def test_colleagues_decision_is_taken_back_by_a_supervisor_only(server: RunningServer) -> None:
    (incident_id,) = report(server)
    verdict = decide(server.person(Role.AUDITOR), incident_id, decision="confirm").json()
    undo = f"{AUDITS}/{verdict['verdict_id']}/undo"

    assert server.person(Role.AUDITOR).post(undo).status_code == 403
    assert server.person(Role.SUPERVISOR).post(undo).status_code == 200


def test_older_decision_is_not_taken_back_from_under_a_newer_one(server: RunningServer) -> None:
    (incident_id,) = report(server)
    first, second = server.person(Role.AUDITOR), server.person(Role.AUDITOR)
    unsure = decide(first, incident_id, decision="unsure").json()
    decide(second, incident_id, decision="confirm")

    answer = first.post(f"{AUDITS}/{unsure['verdict_id']}/undo")

    assert answer.status_code == 409
    assert state_of(server, incident_id)[0] == "confirmed"


@pytest.mark.parametrize(
    ("opinion", "field"),
    [
        ({"decision": "reject"}, "reason"),
        ({"decision": "relabel"}, "kind"),
        ({"decision": "maybe"}, "body/decision"),
        ({"decision": "reject", "reason": "because"}, "body/reason"),
    ],
    ids=str,
)
def test_half_a_verdict_is_refused_with_its_field(
    server: RunningServer, opinion: dict[str, str], field: str
) -> None:
    (incident_id,) = report(server)
    answer = decide(server.person(Role.AUDITOR), incident_id, **opinion)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == field
    assert state_of(server, incident_id)[0] == "open"


def test_verdict_on_nothing_is_not_found(server: RunningServer) -> None:
    auditor = server.person(Role.AUDITOR)
    assert decide(auditor, "nothing", decision="confirm").status_code == 404
    assert auditor.post(f"{AUDITS}/nothing/undo").status_code == 404


def test_each_verdict_is_a_link_of_the_audit_chain(server: RunningServer) -> None:
    (incident_id,) = report(server)
    auditor = server.person(Role.AUDITOR)
    verdict = decide(auditor, incident_id, decision="reject", reason="weather", note="puddle").json()
    auditor.post(f"{AUDITS}/{verdict['verdict_id']}/undo")

    history = server.person().get(f"/api/v1/incidents/{incident_id}").json()["history"]

    assert [entry["action"] for entry in history] == [
        "incident_opened",
        "incident_rejected",
        "verdict_taken_back",
    ]
    rejected = history[1]
    assert (rejected["reason"], rejected["actor_name"]) == ("weather", "auditor")
    assert verdict["verdict_id"] in rejected["after"]


def test_query_and_rule_agree_on_what_waits(server: RunningServer) -> None:
    ids = report(server, 4)
    auditor = server.person(Role.AUDITOR)
    decide(auditor, ids[0], decision="confirm")
    decide(auditor, ids[1], decision="reject", reason="weather")
    with server.services.engine.connect() as connection:
        waiting = set(connection.scalars(select(incidents.c.id).where(IS_UNDECIDED)))
    assert waiting == {each.incident_id for each in server.services.live.by_id(ids) if is_undecided(each)}
