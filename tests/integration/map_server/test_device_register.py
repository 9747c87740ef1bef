"""Many devices at once: a list is taken whole or not at all, tokens are shown once and work once."""

import csv
import io

import httpx
from sqlalchemy import select

from map_server.adapters.db.tables.devices import enrolments
from map_server.domain.account import Role
from tests.running_server import RunningServer
from wire_contract.routes import ENROLMENT

IMPORT = "/api/v1/devices/import"
TOKENS = "/api/v1/devices/enrolments"
NATIONAL = "31011500001320000001"


def imported(admin: httpx.Client, text: str) -> httpx.Response:
    return admin.post(IMPORT, content=text.encode(), headers={"Content-Type": "text/csv"})


def actions(server: RunningServer) -> list[str]:
    with server.services.read() as work:
        return [e.action for e in work.audit_log.entries() if e.subject_kind == "device"]


def test_list_adds_changes_and_leaves_alone(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    assert imported(admin, "id,name\nbox-1,East\nbox-2,West\n").json() == {
        "added": ["box-1", "box-2"],
        "changed": [],
        "unchanged": 0,
    }
    again = imported(admin, "id,name\nbox-1,East\nbox-2,West gate\nbox-3,North\n").json()
    assert again == {"added": ["box-3"], "changed": ["box-2"], "unchanged": 1}
    assert actions(server) == ["device_registered"] * 3 + ["device_changed"]
    assert admin.get("/api/v1/devices/box-2").json()["name"] == "West gate"


def test_one_wrong_line_and_nothing_is_taken_and_each_fault_is_named(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    assert imported(admin, f"id,national_id\nold,{NATIONAL}\n").status_code == 200

    answer = imported(
        admin,
        "id,compound,national_id\n"
        "good,,\n"
        "good,,\n"  # twice
        "lost,Nowhere,\n"  # no such compound
        "bad name!,,\n"
        "short,,123\n"
        f"thief,,{NATIONAL}\n",  # the id of another device
    )

    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [each["path"] for each in errors] == ["line 3", "line 4", "line 5", "line 6", "device thief"]
    assert "line 2 too" in errors[0]["message"]
    assert admin.get("/api/v1/devices/good").status_code == 404
    assert actions(server) == ["device_registered"]


def test_tokens_for_all_that_have_none_are_shown_once_and_work_once(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    server.device("box-0")  # has exchanged its token
    imported(admin, "id\nbox-1\nbox-2\n")

    answer = admin.post(TOKENS, json={})

    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["box-1", "box-2"]
    with server.services.engine.connect() as connection:
        kept = " ".join(connection.scalars(select(enrolments.c.token_hash)))
    box = server.stranger()
    for row in rows:
        token = row["one_time_token"]
        assert token not in kept
        body = {"device_id": row["id"], "one_time_token": token}
        assert [box.post(ENROLMENT, json=body).status_code for _ in range(2)] == [200, 410]
    assert admin.post(TOKENS, json={}).status_code == 422  # nobody is left


def test_tokens_are_made_for_all_or_for_none(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    imported(admin, "id\nbox-1\n")
    assert admin.post(TOKENS, json={"device_ids": ["box-1", "stranger"]}).status_code == 404
    assert "enrolment_issued" not in actions(server)
