"""Street distances: small named towns, brute force on random ones, the promises of every StreetNetwork."""

import itertools
import json
import math
import random
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from map_server.adapters.streets import EmbeddedStreets, StraightLines, StreetParams, plain_ways
from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.travel import TravelTable, check_pace
from map_server.services.patrol_ports import StreetNetwork
from tests.fakes.streets import SquareTown

WARD = Path(__file__).resolve().parents[4] / "geodata" / "sample_ward"
PLANE = LocalPlane((121.56, 31.25))


def at(x_m: float, y_m: float) -> LonLat:
    return PLANE.lonlat(x_m, y_m)


def town(*ways: list[tuple[float, float]], params: StreetParams | None = None) -> EmbeddedStreets:
    return EmbeddedStreets(plain_ways([[at(*point) for point in way] for way in ways]), params)


def metres(streets: StreetNetwork, one: LonLat, other: LonLat) -> float | None:
    return streets.table([one, other]).metres[0][1]


def test_around_a_block_is_two_sides_and_not_the_diagonal() -> None:
    streets = town([(0, 0), (100, 0), (100, 100)])
    assert metres(streets, at(0, 0), at(100, 100)) == pytest.approx(200, abs=0.1)


def test_a_place_beside_the_street_pays_for_the_way_to_it() -> None:
    streets = town([(0, 0), (100, 0)])
    assert metres(streets, at(20, 10), at(80, -5)) == pytest.approx(10 + 60 + 5, abs=0.1)


def test_the_shorter_of_two_ways_is_taken() -> None:
    streets = town(
        [(0, 0), (0, 200), (100, 200), (100, 0)],
        [(0, 50), (100, 50)],
        [(0, 0), (0, 50)],
        [(100, 50), (100, 0)],
    )
    assert metres(streets, at(0, 0), at(100, 0)) == pytest.approx(200, abs=0.1)


def test_streets_that_cross_without_a_shared_vertex_do_not_meet() -> None:
    """A bridge over a street: one must walk around by the far end."""
    streets = town([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert metres(streets, at(0, 0), at(50, 50)) is None


def test_ends_that_nearly_touch_are_one_junction() -> None:
    streets = town([(0, 0), (100, 0)], [(100.2, 0.1), (100, 80)])
    assert metres(streets, at(0, 0), at(100, 80)) == pytest.approx(180, abs=0.5)


def test_a_place_far_from_every_street_says_how_far() -> None:
    table = town([(0, 0), (100, 0)]).table([at(0, 0), at(50, 400)])
    assert table.metres[0][1] is None
    assert table.off_network == {1: pytest.approx(400, abs=0.5)}


def test_two_parts_without_a_connection_have_no_distance_but_are_on_the_network() -> None:
    table = town([(0, 0), (100, 0)], [(0, 500), (100, 500)]).table([at(0, 0), at(50, 500)])
    assert table.metres == ((0.0, None), (None, 0.0))
    assert table.off_network == {}


def test_a_double_street_does_not_double_the_distance() -> None:
    streets = town([(0, 0), (100, 0)], [(0, 0), (100, 0)], [(100, 0), (0, 0)])
    assert metres(streets, at(0, 0), at(100, 0)) == pytest.approx(100, abs=0.1)


def test_path_follows_the_street_through_its_corner() -> None:
    (path,) = town([(0, 0), (100, 0), (100, 100)]).paths([at(10, 5), at(105, 90)])
    assert [tuple(round(value) for value in PLANE.xy_m(point)) for point in path] == [
        (10, 5),
        (10, 0),
        (100, 0),
        (100, 90),
        (105, 90),
    ]


def test_path_to_a_place_off_the_network_is_a_straight_line() -> None:
    (path,) = town([(0, 0), (100, 0)]).paths([at(0, 0), at(0, 900)])
    assert path == (at(0, 0), at(0, 900))


@pytest.mark.parametrize("ways", [[], [[(0.0, 0.0)]], [[(0.0, 0.0), (0.0, 0.0)]]])
def test_a_ward_without_a_way_is_refused(ways: list[list[LonLat]]) -> None:
    with pytest.raises(ValueError, match="ways:"):
        EmbeddedStreets(plain_ways(ways))


@pytest.mark.parametrize(
    "settings", [{"join_within_m": -1}, {"max_access_m": 0}, {"detour_factor": 0.5}, {"cached_tables": 0}]
)
def test_settings_out_of_range_name_their_key(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        StreetParams(**settings)  # type: ignore[arg-type]


# Twelve places of a random town, none of which lies on the line between two others.
PLACES = [
    (10.0 * x, 10.0 * y) for x, y in ((0, 0), (9, 2), (21, 1), (33, 4), (3, 11), (13, 14), (24, 12), (36, 17))
]
PLACES += [(10.0 * x, 10.0 * y) for x, y in ((1, 25), (11, 28), (22, 23), (35, 30))]
PLACE = st.integers(0, len(PLACES) - 1)


def _brute_force(edges: set[tuple[int, int]]) -> list[list[float]]:
    """Floyd and Warshall."""
    size = range(len(PLACES))
    found = [[0.0 if one == other else math.inf for other in size] for one in size]
    for one, other in edges:
        found[one][other] = found[other][one] = math.dist(PLACES[one], PLACES[other])
    for middle, one, other in itertools.product(size, repeat=3):
        found[one][other] = min(found[one][other], found[one][middle] + found[middle][other])
    return found


def test_no_place_of_the_random_town_lies_on_the_line_between_two_others() -> None:
    for one, other, third in itertools.permutations(PLACES, 3):
        assert shapely.LineString([one, other]).distance(shapely.Point(third)) > 1


@given(st.sets(st.tuples(PLACE, PLACE).filter(lambda edge: edge[0] != edge[1]), min_size=1, max_size=16))
def test_distances_equal_brute_force(edges: set[tuple[int, int]]) -> None:
    every_part_counts = StreetParams(least_island_share=0.0)
    streets = town(*([PLACES[one], PLACES[other]] for one, other in edges), params=every_part_counts)
    used = sorted({place for edge in edges for place in edge})
    table = streets.table([at(*PLACES[place]) for place in used])
    truth = _brute_force(edges)
    for (row, one), (column, other) in itertools.product(enumerate(used), repeat=2):
        found = table.metres[row][column]
        assert (math.inf if found is None else found) == pytest.approx(truth[one][other], abs=0.1)


def test_a_town_with_more_ways_than_are_kept_is_measured_like_any_other() -> None:
    """60 streets each way, 20 m apart: the ways from 900 of its 3,600 crossings are too many to keep."""
    size, gap_m = 60, 20.0
    rows = [[(gap_m * x, gap_m * y) for x in range(size)] for y in range(size)]
    streets = town(*rows, *(list(column) for column in zip(*rows, strict=True)))
    crossings = random.Random(1).sample(list(itertools.product(range(size - 1), range(size))), 500)
    places = [(gap_m * x + 4.0, gap_m * y) for x, y in crossings]
    table = streets.table([at(*place) for place in places])
    for row, (column, other) in itertools.product((0, 250, 499), enumerate(places)):
        one = places[row]
        least_m = abs(one[0] - other[0]) + abs(one[1] - other[1])
        along_m = 8.0 if one[0] == other[0] and one[1] != other[1] else 0.0
        assert table.metres[row][column] == pytest.approx(least_m + along_m, abs=0.5)


@pytest.fixture(scope="module")
def ward_streets() -> EmbeddedStreets:
    text = (WARD / "streets.geojson").read_text(encoding="utf-8")
    return EmbeddedStreets(
        plain_ways([one["geometry"]["coordinates"] for one in json.loads(text)["features"]])
    )


NETWORKS = ["embedded", "straight", "fake"]


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest, ward_streets: EmbeddedStreets) -> StreetNetwork:
    return {"embedded": ward_streets, "straight": StraightLines(), "fake": SquareTown()}[request.param]


NEAR = [at(0, 0), at(250, 40), at(-300, 500), at(0, 0)]


def test_every_network_keeps_the_promises_of_a_distance(network: StreetNetwork) -> None:
    table = network.table(NEAR)
    size = range(len(NEAR))
    assert all(table.metres[one][other] is not None for one in size for other in size)
    for one, other in itertools.product(size, repeat=2):
        there, back = table.metres[one][other], table.metres[other][one]
        east, north = LocalPlane(NEAR[one]).xy_m(NEAR[other])
        assert there == pytest.approx(back, abs=0.5)
        assert there is not None
        assert there >= math.hypot(east, north) - 0.5
        assert (there == 0) == (NEAR[one] == NEAR[other])


def test_every_network_gives_one_path_for_each_leg(network: StreetNetwork) -> None:
    paths = network.paths(NEAR)
    assert [(path[0], path[-1]) for path in paths] == list(itertools.pairwise(NEAR))
    assert network.paths(NEAR[:1]) == ()
    assert network.table([]).metres == ()


def test_path_in_the_ward_is_as_long_as_the_table_says(ward_streets: EmbeddedStreets) -> None:
    points = [at(-900, 300), at(900, -400), at(400, 700)]
    table = ward_streets.table(points)
    for leg, path in enumerate(ward_streets.paths(points)):
        walked = sum(math.hypot(*LocalPlane(one).xy_m(other)) for one, other in itertools.pairwise(path))
        assert walked == pytest.approx(table.metres[leg][leg + 1], rel=2e-3)


def test_same_question_is_answered_from_memory(ward_streets: EmbeddedStreets) -> None:
    points = [at(100, 100), at(500, 500)]
    assert ward_streets.table(points) is ward_streets.table(list(points))


def test_seconds_are_whole_and_rounded_up() -> None:
    table = TravelTable(((0.0, 121.0), (None, 0.0)))
    assert (table.seconds(0, 1, 1.2), table.seconds(0, 0, 1.2), table.seconds(1, 0, 1.2)) == (101, 0, None)


def test_selected_table_keeps_pairs_and_reasons() -> None:
    table = TravelTable(((0.0, 1.0, 2.0), (1.0, 0.0, 3.0), (2.0, 3.0, 0.0)), {2: 400.0})
    assert table.selected([2, 0]) == TravelTable(((0.0, 2.0), (2.0, 0.0)), {0: 400.0})


@pytest.mark.parametrize("pace_m_s", [0.0, 0.2, 13.0, math.nan])
def test_a_pace_at_which_nobody_moves_is_refused(pace_m_s: float) -> None:
    with pytest.raises(ValueError, match="pace_m_s"):
        check_pace(pace_m_s)
