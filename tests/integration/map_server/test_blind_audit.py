"""Two auditors judge without knowing of each other; known items look like any other; the gate follows."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from map_server.domain.account import Role
from map_server.domain.audit_log import AuditEntry
from map_server.domain.audit_policy import AuditPolicy
from map_server.domain.audit_sample import SamplingParams
from tests.event_messages import HERE, message, metres_from
from tests.fakes.clock import NOON
from tests.integration.map_server.test_audit_desk import AUDITS, decide, queued, report, state_of
from tests.running_server import RunningServer, databases, fresh_database, running_server
from wire_contract.routes import EVENTS
from wire_contract.vocabulary import EventKind

TWICE = AuditPolicy(SamplingParams(second_share=1.0, gold_share=0.0))
KNOWN = AuditPolicy(SamplingParams(second_share=0.0, gold_share=1.0))


@pytest.fixture(params=databases())
def twice(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on which everything goes to a second auditor."""
    with (
        fresh_database(request.param) as url,
        running_server(tmp_path / "data", url, audit_policy=TWICE) as running,
    ):
        yield running


@pytest.fixture
def known(tmp_path: Path) -> Iterator[RunningServer]:
    """A server on which every turn is a known item, while there are any."""
    with running_server(tmp_path / "data", audit_policy=KNOWN) as running:
        yield running


class TestBlindSecondLook:
    def test_nothing_counts_before_both_have_answered(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        first, second = twice.person(Role.AUDITOR), twice.person(Role.AUDITOR)

        answer = decide(first, incident_id, decision="confirm")

        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "open"
        assert state_of(twice, incident_id) == ("open", None, "garbage_drop")
        assert queued(first) == []
        assert queued(second) == [incident_id]

        settled = decide(second, incident_id, decision="confirm")

        assert settled.json()["state"] == "confirmed"
        assert state_of(twice, incident_id)[0] == "confirmed"

    def test_the_second_auditor_reads_the_first_ones_answer_nowhere(self, twice: RunningServer) -> None:
        """Every GET route of the OpenAPI document and every page, as an administrator, who may open each of
        them. The answer's words, its note and its id are nowhere, and what the first one's
        answer could change is as it was.
        """
        (incident_id,) = report(twice)
        first, second = twice.person(Role.AUDITOR), twice.person(Role.ADMIN)
        before = everything_readable(twice, second, incident_id)
        secret = f"note-{secrets.token_hex(8)}"

        told = decide(first, incident_id, decision="reject", reason="light_or_shadow", note=secret)

        after = everything_readable(twice, second, incident_id)
        assert len(after) > 25
        for path, (status, text) in after.items():
            assert secret not in text, path
            assert told.json()["verdict_id"] not in text, path
            assert status == before[path][0], path
            for word in ("incident_rejected", "audit_answer", "light_or_shadow"):
                assert text.count(word) == before[path][1].count(word), (path, word)
        for path in (f"/api/v1/incidents/{incident_id}", f"/incidents/{incident_id}/panel", "/api/v1/audits"):
            assert after[path] == before[path], path

    def test_the_live_feed_says_nothing_of_a_sealed_answer(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        cursor = twice.services.live.cursor()
        decide(twice.person(Role.AUDITOR), incident_id, decision="confirm")
        kinds = ("incident", "device", "patrol", "work_order")
        assert twice.services.live.changes_since(cursor, kinds, 10) == []

    def test_the_log_holds_a_commitment_that_the_opened_answer_fulfils(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        first, second = twice.person(Role.AUDITOR), twice.person(Role.AUDITOR)
        decide(first, incident_id, decision="reject", reason="weather")
        sealed = [entry for entry in log(twice) if entry.action == "audit_answer_sealed"]
        assert len(sealed) == 1
        assert "reject" not in (sealed[0].after or "")
        decide(second, incident_id, decision="reject", reason="weather")
        with twice.services.read() as work:
            for answer in work.sealed_answers.on(incident_id):
                entries = [entry for entry in log(twice) if answer.answer_id in (entry.after or "")]
                assert answer.commitment in (entries[0].after or "")
                assert answer.salt in (entries[-1].after or "")

    def test_where_two_differ_a_third_decides_as_blind_as_they_were(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        one, two, three = (twice.person(Role.AUDITOR) for _ in range(3))
        decide(one, incident_id, decision="confirm")
        answer = decide(two, incident_id, decision="reject", reason="passing")
        assert answer.json()["state"] == "open"
        assert queued(three) == [incident_id]

        decide(three, incident_id, decision="reject", reason="weather")

        assert state_of(twice, incident_id)[:2] == ("rejected", "rejected")

    def test_nobody_answers_twice(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        first = twice.person(Role.AUDITOR)
        twice.person(Role.AUDITOR)
        decide(first, incident_id, decision="confirm")
        assert decide(first, incident_id, decision="confirm").status_code == 409

    def test_a_sealed_answer_is_taken_back_and_given_anew(self, twice: RunningServer) -> None:
        (incident_id,) = report(twice)
        first = twice.person(Role.AUDITOR)
        twice.person(Role.AUDITOR)
        given = decide(first, incident_id, decision="confirm").json()

        undone = first.post(f"{AUDITS}/{given['verdict_id']}/undo")

        assert undone.status_code == 200, undone.text
        assert undone.json()["undone_at"] is not None
        assert queued(first) == [incident_id]
        assert decide(first, incident_id, decision="unsure").status_code == 201

    def test_an_answer_that_nobody_doubles_in_time_counts_alone(self, twice: RunningServer) -> None:
        (bag,) = report(twice)
        lane = message(at=metres_from(HERE, 5000), kind="blocked_fire_lane", device_id="box-2")
        twice.device("box-2").post(EVENTS, json=lane)
        urgent = next(each for each in queued(twice.person(Role.AUDITOR)) if each != bag)
        first = twice.person(Role.AUDITOR)
        for incident_id in (bag, urgent):
            decide(first, incident_id, decision="confirm")

        twice.clock.advance(31 * 60)
        assert twice.services.audit_desk.release_waiting() == 1  # what is urgent does not wait long
        assert state_of(twice, urgent)[0] == "confirmed"
        assert state_of(twice, bag)[0] == "open"
        twice.clock.advance(24 * 3600)
        assert twice.services.audit_desk.release_waiting() == 1
        assert state_of(twice, bag)[0] == "confirmed"

    def test_where_nobody_else_could_look_the_answer_counts_at_once(self, twice: RunningServer) -> None:
        device = twice.device("box-1")
        device.post(EVENTS, json=message(at=HERE, started_at=NOON - timedelta(hours=1)))
        alone = twice.person(Role.AUDITOR)
        (incident_id,) = queued(alone)
        assert decide(alone, incident_id, decision="confirm").json()["state"] == "confirmed"

    def test_agreement_is_counted_from_opened_items_alone(self, twice: RunningServer) -> None:
        ids = report(twice, 3)
        first, second = twice.person(Role.AUDITOR), twice.person(Role.SUPERVISOR)
        for incident_id in ids:
            decide(first, incident_id, decision="confirm")
        for incident_id in ids[:2]:
            decide(second, incident_id, decision="confirm")

        figures = twice.person().get(f"{AUDITS}/statistics").json()

        (pair,) = figures["pairs"]
        assert (pair["items"], pair["same"], pair["kappa"]) == (2, 2, None)
        (stratum,) = figures["strata"]
        assert (stratum["drawn"], stratum["judged"], stratum["right"]) == (3, 2, 2)


class TestKnownItems:
    def test_one_is_shown_like_a_new_incident_and_tells_afterwards(self, known: RunningServer) -> None:
        ids = report(known, 2)
        supervisor, auditor = known.person(Role.SUPERVISOR), known.person(Role.AUDITOR)
        decide(supervisor, ids[0], decision="reject", reason="weather")
        answer = supervisor.post(
            f"{AUDITS}/known-items",
            json={"incident_id": ids[0], "decision": "reject", "reason": "weather", "because": "seen there"},
        )
        assert answer.status_code == 201, answer.text
        known.clock.advance(12 * 3600)

        items = auditor.get(AUDITS).json()["items"]

        (alias,) = {item["incident_id"] for item in items} - set(ids)
        shown = next(item for item in items if item["incident_id"] == alias)
        assert (shown["state"], shown["kind"], shown["version"]) == ("open", "garbage_drop", 1)
        page = auditor.get(f"/audit/items/{alias}").text
        assert ids[0] not in page
        assert "decided already" not in page

        verdict = decide(auditor, alias, decision="confirm", version=1)

        assert (verdict.status_code, verdict.json()["was_right"]) == (201, False)
        assert alias not in queued(auditor)
        assert auditor.post(f"{AUDITS}/{alias}/undo").status_code == 409
        assert decide(auditor, alias, decision="reject", reason="weather").status_code == 409
        (record,) = [
            each
            for each in known.person().get(f"{AUDITS}/statistics").json()["auditors"]
            if each["known_items"]
        ]
        assert (record["known_items"], record["known_right"], record["accuracy"]) == (1, 0, 0.0)

    def test_the_queue_stays_the_same_however_often_it_is_asked_for(self, known: RunningServer) -> None:
        ids = report(known, 4)
        supervisor, auditor = known.person(Role.SUPERVISOR), known.person(Role.AUDITOR)
        for incident_id in ids[:2]:
            decide(supervisor, incident_id, decision="confirm")
            supervisor.post(f"{AUDITS}/known-items", json={"incident_id": incident_id, "decision": "confirm"})
        assert queued(auditor) == queued(auditor)
        assert len(queued(auditor)) == 4

    def test_who_knows_the_answer_is_not_asked(self, known: RunningServer) -> None:
        ids = report(known, 2)
        supervisor = known.person(Role.SUPERVISOR)
        decide(supervisor, ids[0], decision="confirm")
        supervisor.post(f"{AUDITS}/known-items", json={"incident_id": ids[0], "decision": "confirm"})
        assert queued(supervisor) == [ids[1]]

    def test_what_waits_cannot_become_one(self, known: RunningServer) -> None:
        (incident_id,) = report(known)
        answer = known.person(Role.SUPERVISOR).post(
            f"{AUDITS}/known-items", json={"incident_id": incident_id, "decision": "confirm"}
        )
        assert answer.status_code == 409


class TestGate:
    def test_it_opens_by_audits_and_closes_with_a_new_model(self, server: RunningServer) -> None:
        gate = server.services.audit.gate
        model = {"id": "lilong", "sha256": "5" * 64}
        ids = report(server, 40, model=model)
        auditor = server.person(Role.AUDITOR)
        asked = (EventKind.GARBAGE_DROP, "cam-1", "lilong")
        assert not gate.may_file(*asked)
        for incident_id in ids:
            decide(auditor, incident_id, decision="confirm")
        server.clock.advance(31)
        assert gate.may_file(*asked)
        assert not gate.may_file(EventKind.GARBAGE_DROP, "cam-2", "lilong")

        report(server, 1, model=model | {"sha256": "6" * 64}, zone_id="yard")
        server.clock.advance(31)

        assert not gate.may_file(*asked)

    def test_where_it_is_open_only_the_sample_waits_for_a_person(self, tmp_path: Path) -> None:
        few = AuditPolicy(SamplingParams(first_items=40, rate=0.05, second_share=0.0, gold_share=0.0))
        with running_server(tmp_path / "data", audit_policy=few) as server:
            auditor = server.person(Role.AUDITOR)
            for incident_id in report(server, 40):
                decide(auditor, incident_id, decision="confirm")
            server.clock.advance(3600)
            device = server.device("box-1")
            for number in range(60):
                at = metres_from(HERE, 100.0 * number, 9000.0)
                device.post(EVENTS, json=message(at=at, started_at=NOON + timedelta(hours=1)))
            waiting = auditor.get(f"{AUDITS}/progress").json()["waiting"]
            assert waiting == len(queued(auditor, limit=100))
            assert waiting < 15  # 60 at a rate of 0.05


def test_policy_is_versioned_and_its_seed_is_told_to_nobody(server: RunningServer) -> None:
    admin = server.person()
    now = admin.get(f"{AUDITS}/policy").json()
    assert "seed" not in now
    changed = {**now, "sampling": {**now["sampling"], "rate": 0.2}}

    stored = admin.put(f"{AUDITS}/policy", json=changed)

    assert (stored.status_code, stored.json()["version"]) == (200, 2)
    assert admin.put(f"{AUDITS}/policy", json=changed).status_code == 409
    wrong = {**stored.json(), "sampling": {**now["sampling"], "rate": 0}}
    assert admin.put(f"{AUDITS}/policy", json=wrong).status_code == 422
    assert server.person(Role.SUPERVISOR).put(f"{AUDITS}/policy", json=changed).status_code == 403


def test_finds_of_patrols_are_matched_with_what_cameras_had(server: RunningServer) -> None:
    (incident_id,) = report(server)
    auditor = server.person(Role.AUDITOR)
    decide(auditor, incident_id, decision="confirm")
    patrol = server.person(Role.PATROL)
    east, north = metres_from(HERE, 5.0)
    find = {"kind": "garbage_drop", "lon": east, "lat": north, "error_m": 8, "found_at": NOON.isoformat()}

    answer = patrol.post("/api/v1/patrol-finds", json=find)

    assert answer.status_code == 201, answer.text
    assert answer.json()["is_in_view"] is False, "no camera's place is known yet"
    with server.services.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT incident_id FROM patrol_finds").one()
    assert row[0] == incident_id
    assert patrol.post("/api/v1/patrol-finds", json=find | {"error_m": 500}).status_code == 422


def log(server: RunningServer) -> list[AuditEntry]:
    with server.services.read() as work:
        return list(work.audit_log.entries())


def everything_readable(
    server: RunningServer, person: httpx.Client, incident_id: str
) -> dict[str, tuple[int, str]]:
    """What every GET route of the OpenAPI document answers, and every page."""
    event_id = person.get(f"/api/v1/incidents/{incident_id}").json()["events"][0]["event_id"]
    known = {
        "incident_id": incident_id,
        "device_id": "box-1",
        "event_id": event_id,
        "name": "compounds",
        "sha256": "0" * 64,
    }
    schema = person.get("/openapi.json").json()
    paths = [path for path, methods in schema["paths"].items() if "get" in methods]
    pages = ["/", "/audit", "/audit/statistics", "/record", "/devices", "/people", "/patrols", "/work-orders"]
    pages += ["/audit/items/{incident_id}", "/incidents/{incident_id}/panel", "/record/heads.jsonl"]
    readable = {}
    for path in [*paths, *pages]:
        if path.endswith("/stream"):
            continue  # held by a test of its own
        filled = path
        for name, value in known.items():
            filled = filled.replace(f"{{{name}}}", value)
        if "{" in filled:
            filled = filled.partition("{")[0] + "nothing"
        answer = person.get(filled, params={"zoom": 16, "bbox": "121,31,122,32", "limit": 50})
        if answer.status_code == 422:
            answer = person.get(filled)
        content = answer.content.decode("utf-8", "replace")
        readable[filled] = (answer.status_code, content)
    return readable
