"""Requests that are sent again: after a lost answer, in parallel, with another body, after a crash."""

import threading

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select, update

from map_server.adapters.db.tables.idempotency import idempotency_keys
from map_server.adapters.db.tables.work_orders import work_order_steps
from map_server.domain.account import Role
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.idempotency import EXEMPT, takes_key
from map_server.services.idempotency import KEPT_FOR
from tests.event_messages import message
from tests.running_server import RunningServer
from wire_contract.routes import API_PREFIX, EVENTS

WORK_ORDERS = "/api/v1/work-orders"


@pytest.fixture
def incident_id(server: RunningServer) -> str:
    server.device("box-1").post(EVENTS, json=message())
    return str(server.person().get("/api/v1/incidents").json()["incidents"][0]["id"])


def draft(person: httpx.Client, incident_id: str, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return person.post(WORK_ORDERS, json={"incident_id": incident_id}, headers=headers)


def steps(server: RunningServer) -> int:
    with server.services.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(work_order_steps)) or 0


def test_same_request_again_gets_the_same_answer_and_has_no_second_effect(
    server: RunningServer, incident_id: str
) -> None:
    officer = server.person(Role.SUPERVISOR)

    first, again = draft(officer, incident_id, "k1"), draft(officer, incident_id, "k1")

    assert first.status_code == again.status_code == 201
    assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert steps(server) == 1


def test_key_with_another_body_is_refused(server: RunningServer, incident_id: str) -> None:
    officer = server.person(Role.SUPERVISOR)
    draft(officer, incident_id, "k1")

    answer = draft(officer, "another", "k1")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:lilong:problem:key-reused")


def test_key_of_somebody_else_is_his_own(server: RunningServer, incident_id: str) -> None:
    draft(server.person(Role.SUPERVISOR), incident_id, "k1")

    assert draft(server.person(Role.SUPERVISOR), incident_id, "k1").status_code == 409, "drafted already"
    stranger = server.stranger(**{"Idempotency-Key": "k1"})
    assert stranger.post(WORK_ORDERS, json={"incident_id": incident_id}).status_code == 401


def test_refused_request_is_judged_anew(server: RunningServer, incident_id: str) -> None:
    officer = server.person(Role.SUPERVISOR)
    assert draft(officer, "nothing", "k1").status_code == 404
    assert draft(officer, incident_id, "k1").status_code == 201, "nothing had been done under that key"


@pytest.mark.parametrize("key", ["", "with blank", "x" * 129])
def test_senseless_key_is_refused(server: RunningServer, incident_id: str, key: str) -> None:
    assert draft(server.person(Role.SUPERVISOR), incident_id, key).status_code == 422


def test_parallel_repetitions_have_one_effect(server: RunningServer, incident_id: str) -> None:
    officer, barrier = server.person(Role.SUPERVISOR), threading.Barrier(8)
    answers: list[int] = []

    def send() -> None:
        barrier.wait()
        answers.append(draft(officer, incident_id, "k1").status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert steps(server) == 1
    assert draft(officer, incident_id, "k1").status_code == 201, "asked once more, each gets the answer"


def test_crash_between_commit_and_answer_does_not_double_the_effect(
    server: RunningServer, incident_id: str
) -> None:
    """The effect and its key are one transaction; of the answer nothing was kept."""
    officer = server.person(Role.SUPERVISOR)
    draft(officer, incident_id, "k1")
    with server.services.engine.begin() as connection:
        connection.execute(update(idempotency_keys).values(status=None, headers=None, body=None))

    answer = draft(officer, incident_id, "k1")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:lilong:problem:answer-lost")
    assert steps(server) == 1


def test_answer_that_is_a_secret_is_not_kept(server: RunningServer) -> None:
    admin, path = server.person(), "/api/v1/devices/box-9/enrolment"

    first, again = (admin.post(path, headers={"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 409)
    with server.services.engine.connect() as connection:
        assert connection.scalars(select(idempotency_keys.c.body)).all() == [None]


def test_answers_are_forgotten_in_time(server: RunningServer, incident_id: str) -> None:
    officer = server.person(Role.SUPERVISOR)
    draft(officer, incident_id, "k1")
    assert server.services.answers.forget_old() == 0
    server.clock.advance(KEPT_FOR.total_seconds() + 1)
    assert server.services.answers.forget_old() == 1


class TestPreconditions:
    def test_change_must_say_what_it_was_decided_on(self, server: RunningServer, incident_id: str) -> None:
        officer = server.person(Role.SUPERVISOR)
        order = draft(officer, incident_id, "k1").json()
        path, body = f"{WORK_ORDERS}/{order['id']}/transitions", {"action": "file"}

        missing = officer.post(path, json=body)
        assert (missing.status_code, missing.json()["type"]) == (
            428,
            "urn:lilong:problem:precondition-required",
        )
        for stale in ('"7"', "nonsense", 'W/"1"'):
            answer = officer.post(path, json=body, headers={"If-Match": stale})
            assert (answer.status_code, answer.json()["type"]) == (412, "urn:lilong:problem:version-conflict")
        done = officer.post(path, json=body, headers={"If-Match": '"1"'})
        assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
        assert officer.get(f"{WORK_ORDERS}/{order['id']}").headers["ETag"] == '"2"'

    def test_star_takes_whatever_is_there(self, server: RunningServer, incident_id: str) -> None:
        officer = server.person(Role.SUPERVISOR)
        order = draft(officer, incident_id, "k1").json()
        path = f"{WORK_ORDERS}/{order['id']}/transitions"
        assert officer.post(path, json={"action": "file"}, headers={"If-Match": "*"}).status_code == 200


def test_refusals_are_said_in_the_readers_language(server: RunningServer, incident_id: str) -> None:
    officer = server.person(Role.SUPERVISOR)
    order = draft(officer, incident_id, "k1").json()
    path, body = f"{WORK_ORDERS}/{order['id']}/transitions", {"action": "void"}
    told = {
        language: officer.post(path, json=body, headers={"If-Match": '"1"', **accept}).json()["errors"][0]
        for language, accept in (("en", {}), ("zh", {"Accept-Language": "zh-CN"}))
    }
    assert told == {
        "en": {"path": "reason", "message": "Give a reason."},
        "zh": {"path": "reason", "message": "请填写原因。"},
    }


def test_every_post_of_the_api_takes_a_key_or_is_exempt_with_a_reason(server: RunningServer) -> None:
    document = create_app(server.services).openapi()
    posts = {path: item["post"] for path, item in document["paths"].items() if "post" in item}
    taking = {
        path
        for path, operation in posts.items()
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    }
    assert set(posts) - taking == set(EXEMPT)
    assert all(EXEMPT.values())
    assert all(takes_key("POST", path) == (path in taking) for path in posts)


def test_forms_of_pages_are_outside_the_api(server: RunningServer) -> None:
    """Browsers send no such header with a form; a version or a one-time token guards those."""
    routes = [each for each in create_app(server.services).routes if isinstance(each, APIRoute)]
    forms = {each.path for each in routes if "POST" in each.methods and not each.include_in_schema}
    assert not any(path.startswith(API_PREFIX) for path in forms)
