"""A split day through the door: the team, the plan with both shifts, its pages and files, the phone."""

from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from map_server.domain.account import Role
from map_server.presentation.gpx import NAMESPACE
from tests.integration.map_server.test_patrols_http import PATROLS, QUICK, finished
from tests.running_server import RunningServer

STATION, DEPOT = [121.5535, 31.2487], [121.5662, 31.2438]
TEAM = {
    "team_id": "S",
    "name_zh": "早晚班",
    "name_en": "Split team",
    "colour": "#1769c2",
    "start": STATION,
    "shift_from": "12:30",
    "shift_until": "14:30",
}
EVENING = {"shift_from": "17:00", "shift_until": "19:00", "start": DEPOT}


@pytest.fixture
def chief(ward: RunningServer) -> httpx.Client:
    client = ward.person(Role.SUPERVISOR)
    made = client.post("/api/v1/teams", json={**TEAM, "further_shifts": [EVENING]})
    assert made.status_code == 201, made.text
    (further,) = made.json()["further_shifts"]
    assert (further["start"], further["end"]) == (DEPOT, DEPOT)
    return client


def planned(chief: httpx.Client, *shifts: dict[str, str]) -> dict[str, Any]:
    wanted = {"day": "2026-11-23", "shifts": list(shifts) or [{"team_id": "S"}], "effort": QUICK}
    answer = chief.post(PATROLS, json=wanted)
    assert answer.status_code == 202, answer.text
    return finished(chief, answer.json()["plan_id"])


def test_plan_pages_and_files_show_both_shifts(chief: httpx.Client) -> None:
    plan = planned(chief)
    (route,) = plan["routes"]
    assert [shift["starts_at"][11:16] for shift in route["shifts"]] == ["04:30", "09:00"]  # UTC
    assert all(shift["stops"] for shift in route["shifts"])
    assert sum(shift["stops"] for shift in route["shifts"]) == len(route["stops"])
    assert len(route["legs"]) == len(route["stops"]) + 2
    page = chief.get(f"/patrols/{plan['plan_id']}", params={"lang": "en"}).text
    sheet = chief.get(f"/patrols/{plan['plan_id']}/sheet", params={"lang": "en"}).text
    for text in (page, sheet):
        assert "12:30–14:30, 17:00–19:00" in text
        assert text.count("Shift 12:30–14:30") == text.count("Shift 17:00–19:00") == 1
    gpx = ET.fromstring(chief.get(f"{PATROLS}/{plan['plan_id']}/routes.gpx").content)
    names = [one.findtext(f"{{{NAMESPACE}}}name") or "" for one in gpx.findall(f"{{{NAMESPACE}}}rte")]
    assert ["12:30" in names[0], "17:00" in names[1], len(names)] == [True, True, 2]
    (track,) = gpx.findall(f"{{{NAMESPACE}}}trk")
    assert len(track.findall(f"{{{NAMESPACE}}}trkseg")) == 2


def test_the_phone_gets_the_hours_of_both_shifts(ward: RunningServer, chief: httpx.Client) -> None:
    planned(chief)
    (route,) = ward.person(Role.PATROL).get("/api/v1/field/day").json()["routes"]
    assert [shift["ends_at"][11:16] for shift in route["shifts"]] == ["06:30", "11:00"]


def test_the_form_offers_each_shift_and_one_may_be_left_out(chief: httpx.Client) -> None:
    page = chief.get("/patrols").text
    assert page.count('data-team="S"') == 2
    (route,) = planned(chief, {"team_id": "S", "shift_from": "17:00", "shift_until": "19:00"})["routes"]
    assert len(route["shifts"]) == 1
    assert route["legs"][0][0] == pytest.approx(DEPOT)


def test_shifts_at_the_same_time_are_refused(chief: httpx.Client) -> None:
    twice = [{"team_id": "S", "shift_from": hour, "shift_until": "15:00"} for hour in ("12:30", "13:00")]
    answer = chief.post(PATROLS, json={"day": "2026-11-23", "shifts": twice})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "shifts"
    wrong = {**TEAM, "team_id": "T", "further_shifts": [{**EVENING, "shift_from": "13:00"}]}
    assert chief.post("/api/v1/teams", json=wrong).status_code == 422
