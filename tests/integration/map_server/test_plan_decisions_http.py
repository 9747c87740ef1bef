"""Around a plan, through the door: decisions by hand, changes, the printed sheet, campaigns, overdue."""

import httpx

from map_server.domain.account import Role
from tests.integration.map_server.test_patrols_http import PATROLS, finished, planned
from tests.running_server import RunningServer


def decide(client: httpx.Client, plan_id: str, **wanted: object) -> httpx.Response:
    return client.post(f"{PATROLS}/{plan_id}/decisions", json=wanted)


def test_plan_is_decided_about_by_hand_and_told_everywhere(ward: RunningServer) -> None:
    chief = ward.person(Role.SUPERVISOR)
    plan = planned(chief)
    plan_id = plan["plan_id"]
    assert [route["letter"] for route in plan["routes"]] == ["A", "B"]
    assert all(0 < route["load"]["share"] <= 1 for route in plan["routes"])
    stop, *_, out = plan["routes"][0]["stops"]
    moved = {"subject_kind": stop["visit"]["subject_kind"], "subject_id": stop["visit"]["subject_id"]}
    assert decide(chief, plan_id, **moved, wish="pin", team_id="B", reason="nearer").status_code == 202
    finished(chief, plan_id)
    taken = {"subject_kind": out["visit"]["subject_kind"], "subject_id": out["visit"]["subject_id"]}
    assert decide(chief, plan_id, **taken, wish="forbid").status_code == 202
    after = finished(chief, plan_id)
    assert stop["visit"]["subject_id"] in [one["visit"]["subject_id"] for one in after["routes"][1]["stops"]]
    assert {one["action"] for one in after["decisions"]} == {"pin", "forbid"}
    left = {one["visit"]["subject_id"]: one["reason"] for one in after["left_out"]}
    assert left[out["visit"]["subject_id"]] == "forbidden"
    assert "dropped" in {one["kind"] for one in after["changes"]}
    page = chief.get(f"/patrols/{plan_id}?lang=en").text
    assert "Taken out by hand." in page
    assert "changes since the plan before" in page or "change since the plan before" in page
    assert decide(chief, plan_id, **taken, wish="free").status_code == 202
    assert len(finished(chief, plan_id)["decisions"]) == 1
    refused = decide(chief, plan_id, **moved, wish="pin", team_id="nobody")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "team_id")


def test_sheet_names_every_stop_with_its_times(ward: RunningServer) -> None:
    chief = ward.person(Role.SUPERVISOR)
    plan = planned(chief)
    page = chief.get(f"/patrols/{plan['plan_id']}/sheet?lang=en").text
    for route in plan["routes"]:
        for stop in route["stops"]:
            assert f"<td>{route['letter']}{stop['position']}</td>" in page
    assert page.count("<polyline") >= sum(len(route["legs"]) for route in plan["routes"] if route["stops"])


def test_campaign_is_added_and_brings_its_teams_together(ward: RunningServer) -> None:
    chief = ward.person(Role.SUPERVISOR)
    body = {
        "name_zh": "联合整治", "name_en": "Joint campaign", "place": [121.5553, 31.2487], "begins": "12:30",
        "minutes": 30, "team_count": 2, "units": ["城管中队"],
        "recurrence": {"weekdays": [0], "first": "2026-11-01"},
    }  # fmt: skip
    added = chief.post("/api/v1/campaigns", json=body)
    assert added.status_code == 201, added.text
    assert "2026-11-23" in added.json()["days"]
    plan = planned(chief)
    there = [
        (route["team_id"], stop["begins_at"])
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["visit"]["subject_kind"] == "campaign"
    ]
    assert sorted(team for team, _ in there) == ["A", "B"]
    assert len({begins_at for _, begins_at in there}) == 1
    assert "城管中队" in chief.get(f"/patrols/{plan['plan_id']}/sheet").text
    changed = {**body, "is_active": False, "version": 1}
    path = f"/api/v1/campaigns/{added.json()['campaign_id']}"
    assert chief.put(path, json=changed).json()["days"] == []
    assert chief.put(path, json=changed).status_code == 409
    assert chief.post("/api/v1/campaigns", json={**body, "team_ids": ["Z"]}).status_code == 422


def test_overdue_list_gives_each_site_its_reason(ward: RunningServer) -> None:
    chief = ward.person(Role.SUPERVISOR)
    before = chief.get("/api/v1/overdue-sites").json()["sites"]
    assert {one["reason"] for one in before} == {"no_plan"}
    planned(chief)
    after = chief.get("/api/v1/overdue-sites").json()["sites"]
    assert {one["reason"] for one in after} <= {"planned", "left_out", "no_plan"}
    assert all(one["left_out"] for one in after if one["reason"] == "left_out")
    page = chief.get("/patrols/overdue?lang=en").text
    assert page.count("<tr>") == len(after) + 1


def test_team_with_a_break_and_a_skill_is_kept_as_said(server: RunningServer) -> None:
    chief = server.person(Role.SUPERVISOR)
    body = {
        "team_id": "R", "name_zh": "休组", "name_en": "Rested", "colour": "#0072b2", "start": [121.55, 31.25],
        "shift_from": "08:30", "shift_until": "17:30", "skills": ["structure_point"],
        "rest": {"earliest": "11:30", "latest": "12:30", "minutes": 60},
    }  # fmt: skip
    added = chief.post("/api/v1/teams", json=body)
    assert added.status_code == 201, added.text
    assert added.json()["rest"]["minutes"] == 60
    listed = next(team for team in chief.get("/api/v1/teams").json()["teams"] if team["team_id"] == "R")
    assert (listed["skills"], listed["rest"]["latest"]) == (["structure_point"], "12:30:00")
    backwards = {**body, "team_id": "S", "rest": {"earliest": "12:30", "latest": "11:30", "minutes": 60}}
    assert chief.post("/api/v1/teams", json=backwards).status_code == 422
