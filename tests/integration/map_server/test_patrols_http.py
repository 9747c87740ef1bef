"""Places and patrols through the door: layers, sites, teams, a plan from request to check-in, its pages."""

import gzip
import time
from typing import Any

import httpx
import pytest

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.event import GroundFix, View
from map_server.domain.incident import Incident, IncidentState, severity_of
from tests.running_server import RunningServer
from wire_contract.vocabulary import EventKind

PATROLS = "/api/v1/patrols"
SHIFTS = [{"team_id": team, "shift_from": "12:00", "shift_until": "14:00"} for team in "AB"]
QUICK = {"iterations": 40}


def finished(client: httpx.Client, plan_id: str) -> dict[str, Any]:
    """Follow a plan until nothing runs."""
    for _ in range(600):
        plan: dict[str, Any] = client.get(f"{PATROLS}/{plan_id}").json()
        if plan["progress"] is None:
            return plan
        time.sleep(0.05)
    raise AssertionError("the plan was never finished")


def planned(client: httpx.Client, day: str = "2026-11-23") -> dict[str, Any]:
    answer = client.post(PATROLS, json={"day": day, "shifts": SHIFTS, "effort": QUICK})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"{PATROLS}/{answer.json()['plan_id']}"
    return finished(client, answer.json()["plan_id"])


def test_layers_come_packed_and_only_once(ward: RunningServer) -> None:
    client = ward.person(Role.PATROL)
    layers = client.get("/api/v1/layers").json()["layers"]
    assert [layer["name"] for layer in layers][:3] == ["ward", "grids", "greens_and_water"]
    first = client.get("/api/v1/layers/compounds.geojson")
    assert first.headers["Content-Encoding"] == "gzip"
    assert len(first.json()["features"]) == 99
    again = client.get("/api/v1/layers/compounds.geojson", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/api/v1/layers/compounds.geojson", headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    assert len(gzip.compress(plain.content)) < len(plain.content) / 3


def test_unknown_layer_is_a_problem_document(ward: RunningServer) -> None:
    answer = ward.person(Role.PATROL).get("/api/v1/layers/nothing.geojson")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_sites_are_paged_by_id_and_filtered(ward: RunningServer) -> None:
    client = ward.person(Role.PATROL)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/api/v1/sites", params={"kind": "drop_point", "after": after, "limit": 100}).json()
        assert page["total"] == 241
        seen += [site["site_id"] for site in page["sites"]]
        after = page["next_after"]
    assert seen == sorted(set(seen))
    assert len(seen) == 241
    due = client.get("/api/v1/sites", params={"due": True, "limit": 1000}).json()["sites"]
    assert due
    assert all(site["is_due"] for site in due)


def test_point_knows_its_responsible_unit(ward: RunningServer) -> None:
    where = ward.person(Role.PATROL).get(
        "/api/v1/whereabouts", params={"lon": 121.5524718, "lat": 31.2460097}
    )
    assert where.json()["grid_id"] == "G-02"
    assert where.json()["unit_en"] == "Joint Service Station 1"


def test_plan_from_request_to_check_in(ward: RunningServer) -> None:
    chief, walker = ward.person(Role.SUPERVISOR), ward.person(Role.PATROL)
    plan = planned(chief)
    assert plan["state"] == "ready"
    assert plan["network"].startswith("streets (")
    stops = [stop for route in plan["routes"] for stop in route["stops"]]
    assert len(stops) > 5
    route = plan["routes"][0]
    assert len(route["legs"]) == len(route["stops"]) + 1
    assert all(left["reason"] for left in plan["left_out"])
    address = f"{PATROLS}/{plan['plan_id']}/stops/{stops[0]['stop_id']}/check-in"
    assert walker.post(address, json={"state": "started"}).json()["state"] == "started"
    done = walker.post(address).json()
    assert done["state"] == "done"
    assert walker.post(address).json() == done
    assert chief.get(PATROLS).json()["plans"][0]["plan_id"] == plan["plan_id"]


def test_inspected_site_is_no_longer_due_and_its_layer_is_new(ward: RunningServer) -> None:
    client = ward.person(Role.SUPERVISOR)
    plan = planned(client)
    stop = next(
        stop
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["visit"]["category"] == "drop_point"
    )
    before = client.get("/api/v1/layers/drop_points.geojson")
    client.post(f"{PATROLS}/{plan['plan_id']}/stops/{stop['stop_id']}/check-in")
    due = client.get("/api/v1/sites", params={"due": True, "limit": 1000}).json()["sites"]
    assert stop["visit"]["subject_id"] not in {site["site_id"] for site in due}
    after = client.get(
        "/api/v1/layers/drop_points.geojson", headers={"If-None-Match": before.headers["ETag"]}
    )
    assert after.status_code == 200


def test_revise_and_give_up(ward: RunningServer) -> None:
    client = ward.person(Role.SUPERVISOR)
    plan = planned(client)
    assert client.post(f"{PATROLS}/{plan['plan_id']}/replan").status_code == 202
    assert finished(client, plan["plan_id"])["revision"] == 2
    assert client.post(f"{PATROLS}/{plan['plan_id']}/cancel").json()["state"] == "cancelled"
    again = client.post(f"{PATROLS}/{plan['plan_id']}/replan")
    assert (again.status_code, again.json()["type"]) == (409, "urn:lilong:problem:conflict")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"day": "2026-11-23", "shifts": []}, "body/shifts"),
        ({"day": "tomorrow", "shifts": SHIFTS}, "body/day"),
        ({"day": "2026-11-23", "shifts": [{"team_id": "Z"}]}, "shifts/0/team_id"),
        ({"day": "2026-11-22", "shifts": SHIFTS}, "shifts/0/shift_until"),
        ({"day": "2026-11-23", "shifts": SHIFTS, "effort": {"runtime_s": 9999}}, "body/effort/runtime_s"),
    ],
)
def test_wrong_request_names_the_field(ward: RunningServer, body: dict[str, Any], path: str) -> None:
    answer = ward.person(Role.SUPERVISOR).post(PATROLS, json=body)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_who_may_what(ward: RunningServer) -> None:
    walker, chief = ward.person(Role.PATROL), ward.person(Role.SUPERVISOR)
    body = {"day": "2026-11-23", "shifts": SHIFTS}
    assert ward.stranger().get(PATROLS).status_code == 401
    assert walker.post(PATROLS, json=body).status_code == 403
    assert walker.get("/api/v1/teams").status_code == 200
    plan = planned(chief)
    assert walker.post(f"{PATROLS}/{plan['plan_id']}/cancel").status_code == 403


def test_teams_are_added_and_changed_with_their_version(server: RunningServer) -> None:
    client = server.person(Role.SUPERVISOR)
    new = {
        "team_id": "night",
        "name_zh": "夜间组",
        "name_en": "Night",
        "colour": "#1769c2",
        "start": [121.56, 31.25],
        "shift_from": "22:00",
        "shift_until": "06:00",
    }
    assert client.post("/api/v1/teams", json=new).status_code == 201
    assert client.post("/api/v1/teams", json=new).status_code == 409
    changed = {**new, "name_en": "Night watch", "version": 1}
    assert client.put("/api/v1/teams/night", json=changed).json()["version"] == 2
    assert (
        client.put("/api/v1/teams/night", json=changed).json()["type"]
        == "urn:lilong:problem:version-conflict"
    )
    assert client.put("/api/v1/teams/nobody", json=changed).status_code == 404
    wrong = client.post("/api/v1/teams", json={**new, "team_id": "x", "pace_m_s": 99})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "pace_m_s")


def _urgent(server: RunningServer) -> Incident:
    """Put a confirmed blocked fire lane beside the first station into the database."""
    now = server.clock.now()
    lane = Incident(
        incident_id="01a208de-0000-7000-8000-000000000001",
        kind=EventKind.BLOCKED_FIRE_LANE,
        state=IncidentState.CONFIRMED,
        anchor="here",
        site_id=None,
        views=(View("box-1", "cam-1", "lane"),),
        fix=GroundFix(121.5524718, 31.2460097, 2.0),
        label="car",
        score=0.9,
        first_seen_at=now,
        last_seen_at=now,
        event_count=1,
        open_event_count=1,
        updated_at=now,
        severity=severity_of(EventKind.BLOCKED_FIRE_LANE),
    )
    with SqlUnitsOfWork(server.services.engine, server.clock, lambda _: None)() as work:
        work.incidents.put([lane])
        work.commit()
    return lane


def test_confirmed_incident_becomes_a_stop_on_every_page(ward: RunningServer) -> None:
    lane = _urgent(ward)
    client = ward.person(Role.SUPERVISOR)
    plan = planned(client)
    route = next(
        route
        for route in plan["routes"]
        if any(stop["visit"]["subject_id"] == lane.incident_id for stop in route["stops"])
    )
    for language, heading in (("zh", "编制巡查计划"), ("en", "Plan a patrol")):
        listed = client.get(f"/patrols?lang={language}").text
        page = client.get(f"/patrols/{plan['plan_id']}?lang={language}").text
        phone = client.get(f"/patrols/{plan['plan_id']}/route/{route['team_id']}?lang={language}")
        assert heading in listed
        assert "#1 " in page
        there = f"/field/{language}#team/{plan['plan_id']}/{route['team_id']}"
        assert phone.headers["location"] == there
    day = client.get("/api/v1/field/day").json()
    stops = [stop for one in day["routes"] for stop in one["stops"]]
    assert lane.incident_id in {stop["subject_id"] for stop in stops}


def test_pages_of_an_empty_office_say_what_to_do_next(server: RunningServer) -> None:
    page = server.person(Role.SUPERVISOR).get("/patrols?lang=en").text
    assert "No patrol team yet" in page
    assert "No plan yet" in page
    assert "Plan a patrol" not in server.person(Role.PATROL).get("/patrols?lang=en").text


@pytest.mark.parametrize("path", ["/patrols/nothing", "/patrols/nothing/route/A"])
def test_page_of_an_unknown_plan_is_not_found(server: RunningServer, path: str) -> None:
    assert server.person(Role.PATROL).get(path).status_code == 404


def test_chinese_name_of_a_place_cannot_break_out_of_the_page(ward: RunningServer) -> None:
    client = ward.person(Role.SUPERVISOR)
    bad = {
        "team_id": "X",
        "name_zh": '"><script>alert(1)</script>',
        "name_en": "<img src=x onerror=alert(1)>",
        "colour": "#1769c2",
        "start": [121.5524718, 31.2460097],
        "shift_from": "12:00",
        "shift_until": "14:00",
    }
    assert client.post("/api/v1/teams", json=bad).status_code == 201
    page = client.get("/patrols?lang=en").text
    assert "<img src=x" not in page
    assert "<script>alert" not in page
