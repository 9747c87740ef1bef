"""Streets through the door: loaded from a file, closed and opened, walked by tracks, blind elsewhere."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.errors import InvalidInput
from map_server.domain.segment import SegmentWalk, WalkedSegment
from tests.fakes.clock import NOON
from tests.osm_town import TOWN, at, write_town
from tests.running_server import RunningServer

PATROLS, CLOSURES, CORNERS = "/api/v1/patrols", "/api/v1/closures", "/api/v1/layers/blind-corners.geojson"


@pytest.fixture
def town(server: RunningServer, tmp_path: Path) -> RunningServer:
    server.services.street.streets.load(write_town(tmp_path / "town.osm"), "person:1")
    return server


def segments(client: httpx.Client) -> dict[str, str]:
    """Ids of the segments by the name of their street."""
    features = client.get("/api/v1/streets/segments.geojson").json()["features"]
    return {feature["properties"]["name_zh"]: feature["id"] for feature in features}


def due_site(town: RunningServer, tmp_path: Path) -> None:
    """A site in the eastern lane, where somebody must go."""
    lon, lat = at(120, 0)
    feature = {
        "type": "Feature",
        "properties": {"id": "D-1", "name_zh": "东弄投放点", "interval_days": 1},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }
    path = tmp_path / "drop_points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    town.services.geodata.load([path], "person:1")


def walked(town: RunningServer, *segment_ids: str) -> None:
    """Team A has walked these at noon."""
    walks = [WalkedSegment(one, NOON, NOON + timedelta(minutes=5)) for one in segment_ids]
    with SqlUnitsOfWork(town.services.engine, town.clock, committed=lambda _: None)() as work:
        work.segment_walks.replace("A", NOON, NOON, [SegmentWalk("A", NOON.date(), one) for one in walks])
        work.commit()


def walked_metres(chief: httpx.Client) -> float:
    """Plan the team's noon, and give the metres of its route."""
    wish = {"team_id": "A", "shift_from": "12:00", "shift_until": "14:00"}
    body = {"day": "2026-11-23", "shifts": [wish], "effort": {"iterations": 20}}
    plan_id = chief.post(PATROLS, json=body).json()["plan_id"]
    for _ in range(600):
        plan: dict[str, Any] = chief.get(f"{PATROLS}/{plan_id}").json()
        if plan["progress"] is None:
            (route,) = plan["routes"]
            assert len(route["stops"]) == 1, plan["left_out"]
            return float(route["metres"])
        time.sleep(0.05)
    raise AssertionError("the plan was never finished")


def around_the_middle_street() -> dict[str, Any]:
    """An area that the middle street runs through."""
    corners = [at(40, -10), at(60, -10), at(60, 10), at(40, 10), at(40, -10)]
    return {"type": "Polygon", "coordinates": [[list(point) for point in corners]]}


@pytest.mark.parametrize("how", ["by segment", "by area"])
def test_a_closed_street_is_walked_around_in_the_next_plan(
    town: RunningServer, tmp_path: Path, how: str
) -> None:
    chief = town.person(Role.SUPERVISOR)
    due_site(town, tmp_path)
    walked(town, *segments(chief).values())  # else blind corners would be worth a visit as well
    lon, lat = at(-20, 0)
    team = {"team_id": "A", "name_zh": "甲队", "name_en": "A", "colour": "#1769c2", "start": [lon, lat]}
    hours = {"shift_from": "08:00", "shift_until": "17:00"}
    assert chief.post("/api/v1/teams", json={**team, **hours}).status_code == 201
    assert walked_metres(chief) == pytest.approx(2 * 140, abs=2)
    meant = {
        "by segment": {"segment_ids": [segments(chief)["中街"]]},
        "by area": {"area": around_the_middle_street()},
    }
    closed = chief.post(CLOSURES, json={"reason": "管线抢修", **meant[how]}).json()
    assert walked_metres(chief) == pytest.approx(2 * 340, abs=2)
    assert chief.post(f"{CLOSURES}/{closed['closure_id']}/end").json()["is_on"] is False
    assert walked_metres(chief) == pytest.approx(2 * 140, abs=2)


def test_a_closure_by_area_ends_by_itself(town: RunningServer) -> None:
    chief = town.person(Role.SUPERVISOR)
    area = around_the_middle_street()
    until = (NOON + timedelta(hours=2)).isoformat()
    closed = chief.post(CLOSURES, json={"reason": "集市", "area": area, "until": until}).json()
    assert closed["segment_ids"] == [segments(chief)["中街"]]
    assert [one["closure_id"] for one in chief.get(CLOSURES).json()["closures"]] == [closed["closure_id"]]
    town.clock.advance(3 * 3600)
    assert chief.get(CLOSURES).json() == {"closures": []}
    assert chief.post(f"{CLOSURES}/{closed['closure_id']}/end").status_code == 409


def test_every_closure_is_in_the_log(town: RunningServer) -> None:
    chief = town.person(Role.SUPERVISOR)
    body = {"reason": "管线抢修", "segment_ids": [segments(chief)["中街"]]}
    closure_id = chief.post(CLOSURES, json=body).json()["closure_id"]
    chief.post(f"{CLOSURES}/{closure_id}/end")
    with town.services.read() as work:
        said = [one.action for one in work.audit_log.entries() if one.subject_id == closure_id]
    assert said == ["street_closed", "street_opened"]


@pytest.mark.parametrize(
    "body",
    [
        # nothing is meant
        {"reason": "为何"},
        # a segment that is not there
        {"reason": "为何", "segment_ids": ["0000000000000000"]},
        # over already
        {"reason": "为何", "segment_ids": ["any"], "until": "2020-01-01T00:00:00Z"},
        # a bow tie
        {
            "reason": "为何",
            "area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        },
        {"reason": "为何", "area": {"type": "Polygon", "coordinates": "nowhere"}},
        {"reason": "", "segment_ids": ["any"]},
    ],
)
def test_a_closure_that_closes_nothing_is_refused(town: RunningServer, body: dict[str, Any]) -> None:
    assert town.person(Role.SUPERVISOR).post(CLOSURES, json=body).status_code == 422


def test_a_patrol_sees_closures_and_may_not_make_any(town: RunningServer) -> None:
    walker = town.person(Role.PATROL)
    assert walker.get(CLOSURES).status_code == 200
    assert walker.post(CLOSURES, json={"reason": "为何", "segment_ids": ["any"]}).status_code == 403


def test_it_says_where_the_streets_come_from(town: RunningServer) -> None:
    client = town.person(Role.PATROL)
    told = client.get("/api/v1/streets").json()
    assert told["attribution"] == "© OpenStreetMap contributors"
    assert told["licence"] == "ODbL 1.0"
    assert told["data_at"].startswith("2026-07-21")
    assert told["length_m"] == pytest.approx(1000, abs=2)
    (layer,) = client.get("/api/v1/layers").json()["layers"]
    assert layer["attribution"] == "© OpenStreetMap contributors"
    exported = client.get("/api/v1/layers/streets.geojson").json()
    assert (exported["attribution"], exported["license"]) == ("© OpenStreetMap contributors", "ODbL 1.0")


def test_a_wrong_file_leaves_the_old_streets(town: RunningServer, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.osm.pbf"
    wrong.write_bytes(b"not a map" * 100)
    with pytest.raises(InvalidInput, match=r"wrong\.osm\.pbf: is no readable OpenStreetMap file"):
        town.services.street.streets.load(wrong, "person:1")
    assert len(segments(town.person(Role.PATROL))) == 4


def test_walked_streets_are_no_blind_corners_until_a_week_has_gone(town: RunningServer) -> None:
    client = town.person(Role.SUPERVISOR)
    ids = segments(client)
    blind = client.get(CORNERS).json()["features"]
    assert {one["properties"]["days_since_walked"] for one in blind} == {None}
    assert sum(one["properties"]["length_m"] for one in blind) == pytest.approx(1000, abs=2)
    walked(town, ids["西弄"])
    left = client.get(CORNERS).json()["features"]
    assert sum(one["properties"]["length_m"] for one in left) == pytest.approx(700, abs=2)
    told = client.get("/api/v1/coverage", params={"from": "2026-11-23", "to": "2026-11-23"}).json()
    assert told["overall"]["share"] == pytest.approx(0.3, abs=0.002)
    assert told["teams"]["A"]["walked_m"] == pytest.approx(300, abs=1)
    town.clock.advance(8 * 86_400)
    again = town.services.street.coverage.blind_corners()
    assert {one.days_since_walked for one in again} == {None, 8.0}


def test_streets_that_are_loaded_again_keep_their_walks(town: RunningServer, tmp_path: Path) -> None:
    before = segments(town.person(Role.PATROL))
    more = {**TOWN, "新路": [(-300, 0), (-300, 200)]}
    town.services.street.streets.load(write_town(tmp_path / "newer.osm", more), "person:1")
    after = segments(town.person(Role.PATROL))
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"新路"}


def test_page_without_streets_says_which_command_to_run(server: RunningServer) -> None:
    page = server.person(Role.SUPERVISOR).get("/streets").text
    assert "map-server load-streets" in page


def test_page_shows_source_and_closures(town: RunningServer) -> None:
    chief = town.person(Role.SUPERVISOR)
    chief.post(CLOSURES, json={"reason": "管线抢修", "segment_ids": [segments(chief)["中街"]]})
    page = chief.get("/streets").text
    assert "© OpenStreetMap contributors" in page
    assert "管线抢修" in page


def test_coverage_of_days_from_which_nobody_can_reckon_is_refused(town: RunningServer) -> None:
    client = town.person(Role.PATROL)
    days = {"from": "9999-12-30", "to": "9999-12-31"}
    assert client.get("/api/v1/coverage", params=days).status_code == 422
