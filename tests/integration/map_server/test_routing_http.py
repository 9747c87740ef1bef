"""Valhalla and OSRM over real HTTP: tables in tiles, courses, no way at all, answers that do not hold."""

from collections.abc import Iterator

import pytest

from map_server.adapters.routing_http import RoutedStreets, RoutingFailed, decoded, routed_streets
from map_server.config import RoutingParams, settings_from
from map_server.domain.plane import LocalPlane
from map_server.domain.street import TravelMode, Trip
from tests.fakes.routing_server import RoutingServer, encoded, metres, routing_server

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
    ],
)
def test_an_answer_that_does_not_hold_is_named(
    server: RoutingServer, engine: str, status: int, content: bytes, said: str
) -> None:
    server.refusals.append((status, content))
    with pytest.raises(RoutingFailed, match=said):
        streets(server, engine).table(PLACES[:2])


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
