"""Streets as OpenStreetMap tells of them: one-way, barriers, islands, closures, e-bikes, lasting names."""

import pytest

from map_server.adapters.streets import EmbeddedStreets
from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.street import StreetWay, TravelMode, Trip

PLANE = LocalPlane((121.56, 31.25))
EBIKE = Trip(TravelMode.EBIKE)


def at(x_m: float, y_m: float) -> LonLat:
    return PLANE.lonlat(x_m, y_m)


def way(
    name: str, *points: tuple[float, float], barriers: dict[int, dict[str, str]] | None = None, **tags: str
) -> StreetWay:
    said = {"highway": "residential"} | {key.replace("_", ":"): value for key, value in tags.items()}
    return StreetWay(name, name, name, tuple(at(*point) for point in points), said, barriers or {})


def metres(streets: EmbeddedStreets, one: LonLat, other: LonLat, trip: Trip = Trip()) -> float | None:  # noqa: B008
    return streets.table([one, other], trip).metres[0][1]


def block(**tags: str) -> EmbeddedStreets:
    """A block of 100 m by 100 m; its south side has these tags and is drawn from west to east."""
    return EmbeddedStreets(
        [way("south", (0, 0), (100, 0), **tags), way("others", (100, 0), (100, 100), (0, 100), (0, 0))]
    )


def test_a_bike_goes_around_where_a_walker_goes_against_the_arrow() -> None:
    streets = block(oneway="yes")
    east, west = at(100, 0), at(0, 0)
    assert metres(streets, east, west) == pytest.approx(100, abs=0.1)
    assert metres(streets, east, west, EBIKE) == pytest.approx(300, abs=0.2)
    assert metres(streets, west, east, EBIKE) == pytest.approx(100, abs=0.1)


def test_two_places_on_a_one_way_street_are_near_in_one_direction_alone() -> None:
    streets = block(oneway="yes")
    assert metres(streets, at(20, 0), at(80, 0), EBIKE) == pytest.approx(60, abs=0.1)
    assert metres(streets, at(80, 0), at(20, 0), EBIKE) == pytest.approx(340, abs=0.2)
    (path,) = streets.paths([at(80, 0), at(20, 0)], EBIKE)
    assert len({(round(lon, 7), round(lat, 7)) for lon, lat in path}) == 6, "around, corner by corner"


def test_a_locked_gate_stops_the_bike_at_the_gate() -> None:
    gate = {1: {"barrier": "gate", "access": "private"}}
    streets = EmbeddedStreets([way("lane", (0, 0), (50, 0), (100, 0), barriers=gate)])
    assert metres(streets, at(0, 0), at(100, 0)) == pytest.approx(100, abs=0.1)
    assert metres(streets, at(0, 0), at(100, 0), EBIKE) is None
    assert metres(streets, at(0, 0), at(45, 0), EBIKE) == pytest.approx(45, abs=0.1)


def test_a_pushed_bike_takes_as_long_as_a_walker() -> None:
    streets = EmbeddedStreets([way("alley", (0, 0), (120, 0), highway="footway")])
    table = streets.table([at(0, 0), at(120, 0)], EBIKE)
    assert table.metres[0][1] == pytest.approx(120, abs=0.1)
    assert table.seconds(0, 1, 3.5) == pytest.approx(100, abs=1)


def test_the_quicker_way_is_told_with_its_own_metres() -> None:
    """Around by the road takes an e-bike less time than pushing through the alley."""
    streets = EmbeddedStreets(
        [
            way("alley", (0, 0), (100, 0), highway="footway"),
            way("road", (0, 0), (0, 40), (100, 40), (100, 0), highway="secondary"),
        ]
    )
    table = streets.table([at(0, 0), at(100, 0)], EBIKE)
    assert table.metres[0][1] == pytest.approx(180, abs=0.2)
    assert table.seconds(0, 1, 3.5) == pytest.approx(36, abs=1)


def test_a_place_beside_a_scrap_of_street_goes_to_the_network() -> None:
    """A roof that was drawn as a street, and that nothing leads to."""
    streets = EmbeddedStreets([way("street", (0, 0), (1000, 0)), way("scrap", (500, 30), (520, 30))])
    assert metres(streets, at(0, 0), at(510, 28)) == pytest.approx(510 + 28, abs=0.2)


def test_a_closed_street_is_walked_around_and_open_again_as_before() -> None:
    streets = block()
    (south,) = (one.segment_id for one in streets.segments if one.length_m < 150)
    points = [at(0, 0), at(100, 0)]
    assert streets.table(points).metres[0][1] == pytest.approx(100, abs=0.1)
    assert streets.table(points, closed=frozenset({south})).metres[0][1] == pytest.approx(300, abs=0.2)
    assert streets.table(points).metres[0][1] == pytest.approx(100, abs=0.1)


def test_segments_keep_their_names_however_the_file_is_ordered_drawn_or_cut() -> None:
    whole = [
        way("a", (0, 0), (100, 0), (200, 0)),
        way("b", (200, 0), (200, 90)),
        way("c", (200, 0), (300, 0)),
    ]
    cut_otherwise = [
        way("c", (300, 0), (200, 0)),
        way("b", (200, 90), (200, 0)),
        StreetWay("x", "a", "a", (at(0, 0), at(100, 0)), {"highway": "residential"}),
        StreetWay("y", "a", "a", (at(100, 0), at(200, 0)), {"highway": "residential"}),
    ]
    names = {one.segment_id for one in EmbeddedStreets(whole).segments}
    assert names == {one.segment_id for one in EmbeddedStreets(cut_otherwise).segments}
    assert len(names) == 3


def test_a_street_drawn_there_and_back_is_one_street() -> None:
    streets = EmbeddedStreets([way("a", (0, 0), (100, 0), (0, 0)), way("b", (0, 0), (0, 50))])
    assert sorted(round(one.length_m) for one in streets.segments) == [50, 100]


def test_a_way_onto_the_elevated_road_leads_nowhere() -> None:
    streets = EmbeddedStreets(
        [way("street", (0, 0), (100, 0)), way("ramp", (100, 0), (200, 0), highway="trunk")]
    )
    assert [round(one.length_m) for one in streets.segments] == [100]
