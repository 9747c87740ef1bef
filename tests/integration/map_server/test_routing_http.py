"""Valhalla and OSRM over real HTTP: tables in tiles, courses, no way at all, answers that do not hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely

from map_server.adapters.routing_http import RoutedStreets, RoutingFailed, decoded, routed_streets
from map_server.config import RoutingParams, settings_from
from map_server.domain.account import Role
from map_server.domain.plane import LocalPlane
from map_server.domain.street import TravelMode, Trip
from map_server.domain.street_closure import ClosedGround
from tests.fakes.routing_server import RoutingServer, encoded, metres, routing_server
from tests.integration.map_server.test_patrols_http import PATROLS, finished
from tests.osm_town import at, write_town
from tests.running_server import RunningServer, running_server

PLANE = LocalPlane((121.56, 31.25))
PLACES = [PLANE.lonlat(130.0 * number, 40.0 * (number % 3)) for number in range(7)]
ISLAND = (121.95, 31.25)
ENGINES = ("valhalla", "osrm")


@pytest.fixture
def server() -> Iterator[RoutingServer]:
    with routing_server() as running:
        yield running


def streets(server: RoutingServer, engine: str, timeout_s: float = 5.0) -> RoutedStreets:
    return routed_streets(RoutingParams(engine, server.url, timeout_s=timeout_s, tile=3))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_is_put_together_from_tiles(server: RoutingServer, engine: str) -> None:
    table = streets(server, engine).table(PLACES)
    assert len(server.asked) == 9
    for row, one in enumerate(PLACES):
        for column, other in enumerate(PLACES):
            far = metres(one, other)
            assert far is not None
            assert table.metres[row][column] == pytest.approx(far, abs=0.2)
            assert table.seconds(row, column, 1.2) == pytest.approx(far / 1.2, abs=1.6)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_place_without_a_way_has_no_distance(server: RoutingServer, engine: str) -> None:
    network = streets(server, engine)
    assert network.table([PLACES[0], ISLAND]).metres[0][1] is None
    assert network.paths([PLACES[0], ISLAND]) == ((PLACES[0], ISLAND),)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_path_follows_the_course(server: RoutingServer, engine: str) -> None:
    (path,) = streets(server, engine).paths([PLACES[0], PLACES[1]])
    corner = (PLACES[1][0], PLACES[0][1])
    assert any(point == pytest.approx(corner, abs=2e-6) for point in path)


def test_an_e_bike_is_asked_for_as_one(server: RoutingServer) -> None:
    streets(server, "valhalla").table(PLACES[:2], Trip(TravelMode.EBIKE))
    streets(server, "osrm").table(PLACES[:2], Trip(TravelMode.EBIKE))
    (_, body), (path, _) = server.asked
    assert (body["costing"], body["costing_options"]["bicycle"]["cycling_speed"]) == ("bicycle", 12.6)
    assert path.startswith("/table/v1/bike/")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (500, b"<html>broken</html>", "answers no JSON"),
        (400, b'{"error": "Exceeded max locations", "message": "Exceeded max locations"}', "Exceeded max"),
        (200, b"[1, 2]", "something else than it should"),
        (200, b'{"code": "Ok"}', "cannot be read"),
        (200, b'{"sources_to_targets": [[]], "distances": [[]], "durations": [[]]}', "another size"),
        # a proxy in between, which speaks JSON, and one that cuts the answer off
        (503, b'{"message": "no healthy upstream"}', r"refuses \(503\): no healthy upstream"),
        (200, b'{"sources_to_targets": [[{"dist', "answers no JSON"),
        # numbers that are none
        (
            200,
            b'{"sources_to_targets": [["far"]], "distances": [["far"]], "durations": [[1]]}',
            "cannot be read",
        ),
        (
            200,
            b'{"sources_to_targets": [[{"distance": -1}]], "distances": [[NaN]], "durations": [[1]]}',
            "be read",
        ),
    ],
)
def test_an_answer_that_does_not_hold_is_named(
    server: RoutingServer, engine: str, status: int, content: bytes, said: str
) -> None:
    server.refusals.append((status, content))
    with pytest.raises(RoutingFailed, match=said):
        streets(server, engine).table(PLACES[:2])


CLOSED = ClosedGround(2, (PLACES[1],), ((PLACES[2], PLACES[3], PLACES[4], PLACES[2]),))


def test_valhalla_is_told_of_closed_streets_with_each_question(server: RoutingServer) -> None:
    network = routed_streets(RoutingParams("valhalla", server.url, tile=3), lambda trip: CLOSED)
    network.table(PLACES)
    network.paths(PLACES[:2])
    assert len(server.asked) == 10
    (middle,), (ring,) = CLOSED.middles, CLOSED.rings
    for _, body in server.asked:
        assert body["exclude_locations"] == [{"lon": middle[0], "lat": middle[1]}]
        (told,) = body["exclude_polygons"]
        assert told == [pytest.approx(corner, abs=1e-7) for corner in ring]
    assert "not known" not in network.description
    assert network.unheeded(Trip()) == 0


def test_nothing_is_excluded_where_nothing_is_closed(server: RoutingServer) -> None:
    streets(server, "valhalla").table(PLACES[:2])
    ((_, body),) = server.asked
    assert not {"exclude_locations", "exclude_polygons"} & set(body)


def test_more_segments_than_valhalla_takes_places_become_small_squares(server: RoutingServer) -> None:
    middles = tuple(PLANE.lonlat(20.0 * number, 0.0) for number in range(60))
    closed = ClosedGround(1, middles)
    routed_streets(RoutingParams("valhalla", server.url), lambda trip: closed).table(PLACES[:2])
    ((_, body),) = server.asked
    assert len(body["exclude_locations"]) == 50
    assert len(body["exclude_polygons"]) == 10
    for ring, middle in zip(body["exclude_polygons"], middles[50:], strict=True):
        square = shapely.Polygon([PLANE.xy_m((lon, lat)) for lon, lat in ring])
        assert square.area == pytest.approx(36, rel=0.02)
        assert square.contains(shapely.Point(PLANE.xy_m(middle)))


def test_osrm_cannot_be_told_and_says_so(server: RoutingServer, capsys: pytest.CaptureFixture[str]) -> None:
    network = routed_streets(RoutingParams("osrm", server.url), lambda trip: CLOSED)
    assert network.table(PLACES[:2]).metres[0][1] is not None
    assert "closed streets are not known there" in network.description
    assert network.unheeded(Trip()) == 2
    assert "ways lead through closed streets" in capsys.readouterr().out


@pytest.mark.parametrize("code", [170, 442])
def test_no_way_in_valhalla_leaves_cells_open(server: RoutingServer, code: int) -> None:
    server.refusals.append((400, b'{"error_code": %d, "error": "no way"}' % code))
    assert streets(server, "valhalla").table(PLACES[:2]).metres == ((None, None), (None, None))


@pytest.fixture
def routed_town(
    request: pytest.FixtureRequest, server: RoutingServer, tmp_path: Path
) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data", routing=RoutingParams(request.param, server.url)) as running:
        running.services.street.streets.load(write_town(tmp_path / "town.osm"), "person:1")
        yield running


def plan_with_closures(town: RunningServer) -> tuple[httpx.Client, dict[str, Any]]:
    """Close a street and an area, and plan a day on which teams go to blind corners."""
    chief = town.person(Role.SUPERVISOR)
    features = chief.get("/api/v1/streets/segments.geojson").json()["features"]
    west = next(one["id"] for one in features if one["properties"]["name_zh"] == "西弄")
    corners = [at(40, -10), at(60, -10), at(60, 10), at(40, -10)]
    for closed in (
        {"segment_ids": [west]},
        {"area": {"type": "Polygon", "coordinates": [[list(one) for one in corners]]}},
        {"segment_ids": [west], "starts_at": "2027-01-01T00:00:00Z"},  # long after the plan
    ):
        assert chief.post("/api/v1/closures", json={"reason": "集市", **closed}).status_code == 201
    lon, lat = at(-20, 0)
    team = {"team_id": "A", "name_zh": "甲队", "name_en": "A", "colour": "#1769c2", "start": [lon, lat]}
    hours = {"shift_from": "08:00", "shift_until": "17:00"}
    assert chief.post("/api/v1/teams", json={**team, **hours}).status_code == 201
    wish = {"team_id": "A", "shift_from": "12:00", "shift_until": "14:00"}
    body = {"day": "2026-11-23", "shifts": [wish], "effort": {"iterations": 20}}
    plan = finished(chief, chief.post(PATROLS, json=body).json()["plan_id"])
    assert plan["state"] == "ready", plan["report"]
    return chief, plan


@pytest.mark.parametrize("routed_town", ["osrm"], indirect=True)
def test_a_plan_by_osrm_warns_of_the_closures_of_its_hours(routed_town: RunningServer) -> None:
    chief, plan = plan_with_closures(routed_town)
    assert plan["report"]["unheeded"] == 2
    page = chief.get(f"/patrols/{plan['plan_id']}?lang=en").text
    assert "2 closures of streets are not heeded" in page
    assert "which cannot be told of closed streets" in chief.get("/streets?lang=en").text


@pytest.mark.parametrize("routed_town", ["valhalla"], indirect=True)
def test_a_plan_by_valhalla_is_measured_around_the_closures(
    routed_town: RunningServer, server: RoutingServer
) -> None:
    chief, plan = plan_with_closures(routed_town)
    assert plan["report"]["unheeded"] == 0
    assert "not heeded" not in chief.get(f"/patrols/{plan['plan_id']}?lang=en").text
    tables = [body for path, body in server.asked if path == "/sources_to_targets"]
    assert tables
    for body in tables:
        (middle,) = body["exclude_locations"]
        assert (middle["lon"], middle["lat"]) == pytest.approx(at(-150, 0), abs=1e-5)
        assert len(body["exclude_polygons"]) == 1


def test_a_service_that_is_away_or_slow_is_named(server: RoutingServer) -> None:
    server.delay_s = 0.5
    with pytest.raises(RoutingFailed, match=f"{server.url} does not answer"):
        streets(server, "osrm", timeout_s=0.1).table(PLACES[:2])
    away = routed_streets(RoutingParams("valhalla", "http://127.0.0.1:9"))
    with pytest.raises(RoutingFailed, match="does not answer"):
        away.table(PLACES[:2])


def test_a_course_is_read_as_it_was_written() -> None:
    assert decoded(encoded(PLACES)) == [pytest.approx(place, abs=1e-6) for place in PLACES]
    assert decoded("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI")[0] == pytest.approx((-120.2, 38.5), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("graphhopper http://x", "is no engine"),
        ("valhalla", "must begin with http"),
        ("osrm x:5000", "http://"),
    ],
)
def test_a_wrong_setting_names_itself(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings_from({"LILONG_ROUTING": text})


def test_the_setting_names_engine_and_address() -> None:
    assert settings_from({"LILONG_ROUTING": "osrm http://router:5000/"}).routing == RoutingParams(
        "osrm", "http://router:5000"
    )
