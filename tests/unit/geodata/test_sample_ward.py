"""The sample ward is reproducible, has the true counts, hangs together, and says that it is invented."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from geodata.make_ward import write_ward

WARD = Path(__file__).resolve().parents[3] / "geodata" / "sample_ward"
LAYERS = sorted(path.stem for path in WARD.glob("*.geojson"))


def _features(layer: str) -> list[dict[str, Any]]:
    return json.loads((WARD / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]


def _square_metres(geometry: Any) -> float:
    # Equirectangular at 31.25 N: good to a few parts in a thousand, enough for sizes of a neighbourhood.
    return shapely.transform(geometry, lambda xy: xy * [95_270.0, 110_870.0]).area


def test_made_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    write_ward(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in WARD.iterdir()}


def test_another_seed_gives_another_ward(tmp_path: Path) -> None:
    write_ward(tmp_path, seed=1)
    assert (tmp_path / "compounds.geojson").read_bytes() != (WARD / "compounds.geojson").read_bytes()


@pytest.mark.parametrize(
    ("layer", "count"),
    [("compounds", 99), ("drop_points", 241), ("bin_houses", 33), ("structure_points", 359)],
)
def test_counts_are_those_of_the_subdistrict(layer: str, count: int) -> None:
    assert len(_features(layer)) == count


def test_structure_points_have_the_true_states() -> None:
    states = Counter(one["properties"]["state"] for one in _features("structure_points"))
    cleared = Counter(
        one["properties"]["level"]
        for one in _features("structure_points")
        if one["properties"]["state"] == "cleared"
    )
    assert states == {"deferred": 88, "cleared": 48, "released": 223}
    assert cleared == {"ground": 27, "rooftop": 21}


def test_every_compound_has_a_fire_lane_with_its_width() -> None:
    lanes = _features("fire_lanes")
    assert {lane["properties"]["compound_id"] for lane in lanes} == {
        one["id"] for one in _features("compounds")
    }
    assert all(lane["properties"]["width_m"] >= 4.0 for lane in lanes)


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_is_valid_named_and_marked_synthetic(layer: str) -> None:
    head = json.loads((WARD / f"{layer}.geojson").read_text(encoding="utf-8"))
    ids = [one["id"] for one in head["features"]]
    assert head["synthetic"] is True
    assert "Synthetic" in head["notice"]
    assert head["license"] == "CC0-1.0"
    assert len(set(ids)) == len(ids)
    assert all(shape(one["geometry"]).is_valid for one in head["features"])
    assert all(one["properties"]["name_zh"] and one["properties"]["name_en"] for one in head["features"])


def test_ward_has_the_size_and_place_of_a_pudong_subdistrict() -> None:
    (ward,) = [shape(one["geometry"]) for one in _features("ward")]
    assert 7.0e6 < _square_metres(ward) < 9.0e6
    assert ward.contains(shapely.Point(121.56, 31.25))


def test_grids_cover_the_ward_without_gap_or_overlap() -> None:
    (ward,) = [shape(one["geometry"]) for one in _features("ward")]
    grids = [shape(one["geometry"]) for one in _features("grids")]
    union = shapely.union_all(grids)
    assert _square_metres(ward.symmetric_difference(union)) < 50
    assert sum(map(_square_metres, grids)) - _square_metres(union) < 50


def test_every_site_lies_in_the_compound_and_grid_that_it_names() -> None:
    compounds = {one["id"]: shape(one["geometry"]) for one in _features("compounds")}
    grids = {one["id"]: shape(one["geometry"]) for one in _features("grids")}
    for layer in ("drop_points", "bin_houses", "structure_points"):
        for site in _features(layer):
            point, properties = shape(site["geometry"]), site["properties"]
            assert compounds[properties["compound_id"]].contains(point), site["id"]
            assert grids[properties["grid_id"]].contains(point), site["id"]


def test_no_drop_point_or_bin_house_stands_in_a_building() -> None:
    tree = shapely.STRtree([shape(one["geometry"]) for one in _features("buildings")])
    points = [shape(one["geometry"]) for layer in ("drop_points", "bin_houses") for one in _features(layer)]
    assert tree.query(points, predicate="within").size == 0


def test_all_streets_hang_together() -> None:
    neighbours: dict[tuple[float, float], set[tuple[float, float]]] = {}
    for way in _features("streets"):
        vertices = [tuple(vertex) for vertex in way["geometry"]["coordinates"]]
        for one, other in pairwise(vertices):
            neighbours.setdefault(one, set()).add(other)
            neighbours.setdefault(other, set()).add(one)
    reached, frontier = set(), [next(iter(neighbours))]
    while frontier:
        vertex = frontier.pop()
        if vertex not in reached:
            reached.add(vertex)
            frontier.extend(neighbours[vertex])
    assert len(reached) == len(neighbours)


def test_every_gate_stands_on_a_street() -> None:
    streets = shapely.union_all([shape(one["geometry"]) for one in _features("streets")])
    assert all(streets.distance(shape(gate["geometry"])) < 2e-6 for gate in _features("gates"))


def test_the_whole_ward_stays_small() -> None:
    assert sum(path.stat().st_size for path in WARD.iterdir()) < 3_000_000
