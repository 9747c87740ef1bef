"""Devices deliver events over HTTP: one effect each, whatever happens on the way."""

import json
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Table, func, select, text

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.tables.events import event_messages, events
from map_server.adapters.db.tables.incidents import incidents
from tests.event_messages import HERE, message, metres_from, new_event_id
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from wire_contract.routes import DEVICE_HEADER, EVENTS, MAX_BATCH_BYTES


def results_of(answer: httpx.Response) -> list[dict[str, object]]:
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def count(server: RunningServer, table: Table) -> int:
    with server.services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_one_message_becomes_one_event_and_one_open_incident(server: RunningServer) -> None:
    sent = message()

    (result,) = results_of(server.device().post(EVENTS, json=sent))

    assert result["status"] == "stored"
    assert result["event_id"] == sent["event_id"]
    (incident,) = server.person().get("/api/v1/incidents").json()["incidents"]
    assert (incident["state"], incident["kind"], incident["event_count"]) == ("open", "garbage_drop", 1)
    assert (incident["fix"]["lon"], incident["fix"]["lat"]) == HERE


def test_a_message_sent_again_is_a_duplicate_and_changes_nothing(server: RunningServer) -> None:
    device, sent = server.device(), message()
    device.post(EVENTS, json=sent)
    cursor = server.services.live.cursor()

    (again,) = results_of(device.post(EVENTS, json=sent))
    twice = results_of(device.post(EVENTS, json=[sent, sent]))

    assert again["status"] == "duplicate"
    assert [result["status"] for result in twice] == ["duplicate", "duplicate"]
    assert server.services.live.cursor() == cursor
    assert count(server, events) == count(server, event_messages) == count(server, incidents) == 1


def test_the_same_message_twice_in_one_batch_is_stored_once(server: RunningServer) -> None:
    sent = message()

    results = results_of(server.device().post(EVENTS, json=[sent, sent]))

    assert [result["status"] for result in results] == ["stored", "duplicate"]
    assert count(server, incidents) == 1


def test_an_event_goes_from_opened_to_closed_under_one_id(server: RunningServer) -> None:
    device, event_id = server.device(), new_event_id()

    device.post(EVENTS, json=message("opened", event_id=event_id))
    device.post(EVENTS, json=message("updated", event_id=event_id, score=0.95))
    device.post(EVENTS, json=message("closed", event_id=event_id))

    (incident,) = server.person().get("/api/v1/incidents").json()["incidents"]
    assert (incident["state"], incident["judgement"], incident["score"]) == ("cleared", None, 0.95)
    assert count(server, events) == 1
    assert count(server, event_messages) == 3


def test_messages_without_sequence_that_arrive_in_the_wrong_order_end_in_the_same_state(
    server: RunningServer,
) -> None:
    device, event_id = server.device(), new_event_id()

    late = [message(phase, event_id=event_id) for phase in ("closed", "opened", "updated")]
    results = results_of(device.post(EVENTS, json=late))

    assert [result["status"] for result in results] == ["stored"] * 3
    (incident,) = server.person().get("/api/v1/incidents").json()["incidents"]
    assert (incident["state"], incident["event_count"], incident["open_event_count"]) == ("cleared", 1, 0)


def test_a_batch_gives_each_message_its_own_result_in_order(server: RunningServer) -> None:
    good, other = message(), message(at=metres_from(HERE, 100))
    broken = message(score=1.5)
    foreign = message(device_id="box-2")

    results = results_of(server.device().post(EVENTS, json=[good, broken, foreign, other]))

    assert [result["status"] for result in results] == ["stored", "refused", "refused", "stored"]
    assert "score" in str(results[1]["problem"])
    assert "box-2" in str(results[2]["problem"])
    assert [result["event_id"] for result in results] == [
        m["event_id"] for m in (good, broken, foreign, other)
    ]
    assert count(server, events) == 2


@pytest.mark.parametrize(
    ("started_at", "hint"),
    [
        (datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC), "not set"),  # no clock battery, no network yet
        (NOON + timedelta(hours=3), "ahead"),
        (NOON + timedelta(days=3650), "ahead"),
    ],
)
def test_a_device_with_a_wrong_clock_is_told_so_and_nothing_is_stored(
    server: RunningServer, started_at: datetime, hint: str
) -> None:
    good = message()

    results = results_of(server.device().post(EVENTS, json=[message(started_at=started_at), good]))

    assert results[0]["status"] == "refused"
    assert "clock" in str(results[0]["problem"])
    assert hint in str(results[0]["problem"])
    assert results[1]["status"] == "stored"
    assert count(server, events) == 1


def test_an_event_id_of_another_kind_or_device_is_refused(server: RunningServer) -> None:
    box_1, box_2, sent = server.device("box-1"), server.device("box-2"), message()
    box_1.post(EVENTS, json=sent)

    (other_kind,) = results_of(box_1.post(EVENTS, json=sent | {"kind": "blocked_fire_lane"}))
    (other_device,) = results_of(box_2.post(EVENTS, json=sent | {"device_id": "box-2"}))

    assert other_kind["status"] == other_device["status"] == "refused"
    assert count(server, event_messages) == 1


def test_missing_evidence_is_named_in_the_answer(server: RunningServer) -> None:
    sha256 = "ab" * 32
    still = {
        "sha256": sha256,
        "media_type": "image/jpeg",
        "role": "alarm",
        "captured_at": "2026-11-23T04:00:30Z",
        "redaction": "persons",
    }

    (result,) = results_of(server.device().post(EVENTS, json=message(evidence=[still])))

    assert result["missing_evidence"] == [sha256]


class TestWhoMaySend:
    def test_without_a_token_it_is_401(self, server: RunningServer) -> None:
        answer = server.stranger().post(EVENTS, json=message())

        assert_problem(answer, 401)

    def test_an_unknown_device_is_403(self, server: RunningServer) -> None:
        stranger = server.stranger(**{DEVICE_HEADER: "box-9", "Authorization": "Bearer " + "x" * 43})

        answer = stranger.post(EVENTS, json=message(device_id="box-9"))

        assert_problem(answer, 403)
        assert "enroll-device box-9" in answer.json()["detail"]

    def test_a_wrong_token_is_401(self, server: RunningServer) -> None:
        server.device("box-1")
        thief = server.stranger(**{DEVICE_HEADER: "box-1", "Authorization": "Bearer " + "x" * 43})

        assert_problem(thief.post(EVENTS, json=message()), 401)


class TestWhatIsNoBatch:
    @pytest.mark.parametrize("body", [b"", b"nonsense", b"[1", b"null", b'"text"', b"{}", b"3"])
    def test_what_is_no_message_is_422(self, server: RunningServer, body: bytes) -> None:
        assert_problem(server.device().post(EVENTS, content=body), 422)

    def test_an_array_of_other_things_is_refused_item_by_item(self, server: RunningServer) -> None:
        results = results_of(server.device().post(EVENTS, content=b'[1, null, {"event_id": "x"}]'))

        assert [result["status"] for result in results] == ["refused"] * 3

    def test_a_single_bad_message_names_the_fields(self, server: RunningServer) -> None:
        answer = server.device().post(EVENTS, json=message(score=2, zone_id=""))

        assert_problem(answer, 422)
        assert {error["path"] for error in answer.json()["errors"]} == {"score", "zone_id"}

    def test_an_empty_batch_is_no_fault(self, server: RunningServer) -> None:
        assert results_of(server.device().post(EVENTS, content=b"[]")) == []

    def test_more_than_a_hundred_messages_are_413(self, server: RunningServer) -> None:
        assert_problem(server.device().post(EVENTS, json=[message() for _ in range(101)]), 413)
        assert count(server, events) == 0

    def test_an_oversized_body_is_413_by_its_stated_length(self, server: RunningServer) -> None:
        assert_problem(server.device().post(EVENTS, content=b" " * (MAX_BATCH_BYTES + 1)), 413)

    def test_an_oversized_body_of_unknown_length_is_413_too(self, server: RunningServer) -> None:
        pieces = (b" " * 65536 for _ in range(MAX_BATCH_BYTES // 65536 + 2))

        assert_problem(server.device().post(EVENTS, content=pieces), 413)


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["instance"] == answer.request.url.path
    assert problem["type"].startswith("urn:lilong:problem:")
    assert problem["title"]
    assert problem["detail"]


def test_fifty_parallel_findings_of_one_thing_make_one_open_incident(server: RunningServer) -> None:
    """Ten boxes, each with five findings of its own, all of the same bag, all at once."""
    devices = [(f"box-{n}", server.device(f"box-{n}")) for n in range(10)]
    barrier = threading.Barrier(10)
    statuses: list[object] = []

    def deliver(name: str, device: httpx.Client) -> None:
        barrier.wait()
        for _ in range(5):
            statuses.extend(
                r["status"] for r in results_of(device.post(EVENTS, json=message(device_id=name)))
            )

    threads = [threading.Thread(target=deliver, args=pair) for pair in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == ["stored"] * 50
    (incident,) = server.person().get("/api/v1/incidents").json()["incidents"]
    assert incident["event_count"] == 50


def test_fifty_parallel_posts_of_one_message_have_one_effect(server: RunningServer) -> None:
    device = server.device()
    sent = json.dumps(message()).encode()
    barrier = threading.Barrier(10)
    statuses: list[object] = []

    def deliver() -> None:
        barrier.wait()
        for _ in range(5):
            statuses.extend(result["status"] for result in results_of(device.post(EVENTS, content=sent)))

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, statuses)) == ["duplicate"] * 49 + ["stored"]
    assert count(server, incidents) == count(server, events) == 1


def test_the_answer_leaves_after_the_commit(server: RunningServer) -> None:
    """While the very first byte of the answer is on its way, another connection sees the row."""
    sent = message()
    url = server.settings.database_url or sqlite_url(server.settings.database_path)
    other = open_engine(url)
    client = server.device()

    with client.stream("POST", EVENTS, json=sent) as answer, other.connect() as connection:
        assert answer.status_code == 200  # the head of the answer is here, its body is not read yet
        found = connection.execute(text("SELECT event_id FROM events")).scalars().all()

    other.dispose()
    assert found == [sent["event_id"]]
