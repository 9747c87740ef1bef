"""Sites and the handbook through the door: who may see and do what, what is answered, and the pages."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from map_server.domain.account import Role
from tests.event_messages import message
from tests.running_server import RunningServer, running_server
from tests.sample_ward import SAMPLE_WARD
from tests.work_order_office import photo
from wire_contract.routes import EVENTS

DEFERRED = "/api/v1/sites/SP-001"


@pytest.fixture
def ward(tmp_path: Path, loaded_ward: Path) -> Iterator[RunningServer]:
    shutil.copytree(loaded_ward, tmp_path / "data")
    with running_server(tmp_path / "data") as running:
        yield running


def test_look_with_photo_then_approval_by_somebody_else(ward: RunningServer) -> None:
    patrol, supervisor = ward.person(Role.PATROL), ward.person(Role.SUPERVISOR)
    picture = photo()
    kept = patrol.put(f"{DEFERRED}/photos/{hashlib.sha256(picture).hexdigest()}", content=picture)
    assert kept.status_code == 200, kept.text
    sha256 = kept.json()["sha256"]
    look = patrol.post(f"{DEFERRED}/inspections", json={"result": "clear", "photos": [sha256]})
    assert look.status_code == 201, look.text
    before = supervisor.get(DEFERRED).json()
    assert (before["site"]["state"], before["may_become"]) == ("deferred", ["cleared"])
    assert before["inspections"][0]["photos"] == [sha256]
    wish = {"state": "cleared", "reason": "seen on the photo", "version": before["version"]}
    assert patrol.post(f"{DEFERRED}/state", json=wish).status_code == 403
    done = supervisor.post(f"{DEFERRED}/state", json=wish)
    assert done.status_code == 200, done.text
    assert done.json()["site"]["state"] == "cleared"
    assert supervisor.post(f"{DEFERRED}/state", json=wish).status_code == 409
    assert (
        supervisor.get(f"/api/v1/evidence/{sha256}").content
        == patrol.get(f"/api/v1/evidence/{sha256}").content
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"result": "clear"}, "photos: this group of sites needs a photo"),
        ({"result": "not_reached"}, "note: say what is wrong"),
        ({"result": "clear", "photos": ["ab" * 32], "inspected_at": "2026-11-23T11:00:00"}, "timezone"),
    ],
)
def test_look_that_is_not_whole_says_what_is_missing(
    ward: RunningServer, body: dict[str, object], said: str
) -> None:
    answer = ward.person(Role.PATROL).post(f"{DEFERRED}/inspections", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_structure_where_no_site_is_becomes_a_suspect_on_the_register(ward: RunningServer) -> None:
    box = ward.device("box-1")
    fix = {"lon": 121.5500, "lat": 31.2550, "error_m": 1.5, "ellipse": None, "surveyed": True}
    body = message(kind="illegal_structure", fix={key: fix[key] for key in ("lon", "lat", "error_m")})
    assert box.post(EVENTS, json=body).json()["results"][0]["status"] == "stored"
    ward.services.site_watch.catch_up()
    patrol = ward.person(Role.PATROL)
    (number,) = (one["number"] for one in patrol.get("/api/v1/incidents").json()["incidents"])
    suspect = patrol.get(f"/api/v1/sites/SU-{number}").json()
    assert (suspect["site"]["state"], suspect["task"]["ended_at"]) == ("suspect", None)
    assert suspect["observations"][0]["number"] == number


class TestHandbook:
    def test_owner_and_due_times(self, ward: RunningServer) -> None:
        patrol = ward.person(Role.PATROL)
        query = {
            "case_class": "blocked_fire_lane",
            "lon": 121.5523,
            "lat": 31.2466,
            "at": "2026-11-23T12:00:00+08:00",
        }
        owner = patrol.get("/api/v1/responsibilities/owner", params=query).json()
        assert owner["lead_unit_id"].startswith("PC-")
        assert owner["due_at"]["accept"] == "2026-11-23T04:15:00Z"
        assert owner["no_owner"] is None

    def test_file_with_a_fault_is_refused_with_its_line_and_only_by_the_administrator(
        self, ward: RunningServer
    ) -> None:
        lines = (SAMPLE_WARD / "responsibilities.json").read_text(encoding="utf-8").splitlines()
        at = next(n for n, line in enumerate(lines) if '"id": "camera-ward"' in line)
        lines[at] = lines[at].replace('"lead": "TECH"', '"lead": "NOBODY"')
        text = "\n".join(lines)
        headers, params = {"Content-Type": "application/json"}, {"name": "mine.json"}
        path = "/api/v1/responsibilities"
        supervisor, admin = ward.person(Role.SUPERVISOR), ward.person(Role.ADMIN)
        assert supervisor.post(path, content=text, headers=headers, params=params).status_code == 403
        refused = admin.post(path, content=text, headers=headers, params=params)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["path"] == f"mine.json:{at + 1}"
        checked = admin.post(f"{path}/check", content=text, headers=headers, params=params)
        assert "there is no unit NOBODY" in checked.json()["faults"][0]["message"]
        assert admin.get(path).json()["revision"] == 1

    def test_file_of_an_administrator_is_loaded(self, ward: RunningServer) -> None:
        year = {"year": 2028, "status": "announced", "source": "a notice", "holidays": []}
        admin = ward.person(Role.ADMIN)
        loaded = admin.post("/api/v1/responsibilities", content=json.dumps({"years": [year]}))
        assert loaded.json()["fates"] == [{"kind": "holidays", "record_id": "2028", "fate": "added"}]
        assert [one["year"] for one in admin.get("/api/v1/calendar").json()["years"]] == [
            2025,
            2026,
            2027,
            2028,
        ]

    def test_gap_is_shown_at_the_head_of_the_page(self, ward: RunningServer) -> None:
        document = json.loads((SAMPLE_WARD / "responsibilities.json").read_text(encoding="utf-8"))
        document["rules"] = [one for one in document["rules"] if one["id"] != "garbage-ward"]
        admin = ward.person(Role.ADMIN)
        assert admin.post("/api/v1/responsibilities", content=json.dumps(document)).status_code == 200
        page = admin.get("/handbook?lang=en").text
        assert "Left garbage: nobody is responsible at any time" in page
        assert "data-no-findings" not in page
        findings = admin.get("/api/v1/responsibilities/check").json()["findings"]
        assert {one["fault"] for one in findings} == {"gap"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", [Role.PATROL, Role.ADMIN])
def test_pages_open_in_both_languages(ward: RunningServer, role: Role, language: str) -> None:
    person = ward.person(role)
    for path in (
        "/sites",
        "/sites?due=true",
        "/sites?kind=structure_point&state=deferred",
        "/handbook",
        "/sites/SP-001",
    ):
        answer = person.get(path, params={"lang": language})
        assert answer.status_code == 200, path
    listed = person.get("/sites", params={"lang": language}).text
    assert {"zh": "未知", "en": "unknown"}[language] in listed  # nothing was observed: no zero
    assert "data-overdue-sites" in listed


def test_meter_over_the_door_says_null_for_unknown(ward: RunningServer) -> None:
    found = ward.person(Role.PATROL).get(
        "/api/v1/zero-growth", params={"since": "2026-11-01", "until": "2026-11-23"}
    )
    assert (found.json()["new_structures"], found.json()["observed_share"]) == (None, 0.0)


def test_unknown_site_is_not_found(ward: RunningServer) -> None:
    assert ward.person(Role.PATROL).get("/api/v1/sites/nowhere").status_code == 404
