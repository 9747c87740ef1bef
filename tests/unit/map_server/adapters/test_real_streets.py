"""Distances on the real streets of Huangpu, against NetworkX on a graph that is made by other means."""

import random
from itertools import pairwise
from typing import Any

import networkx
import pytest
import shapely

from map_server.adapters.streets import EmbeddedStreets, StreetParams
from map_server.domain.street import TravelMode, Trip
from map_server.domain.street_profile import PROFILES
from tests.osm_graph import largest_part, osm_ways, walking_graph
from tests.shared_data import shared

pytestmark = pytest.mark.shared_data
EXACTLY = StreetParams(join_within_m=0.01)


def test_distances_in_huangpu_equal_networkx_on_ten_thousand_pairs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = shared("geo/shanghai_huangpu_roads.osm")
    graph, place = walking_graph(path)
    rng = random.Random(20261123)
    nodes = largest_part(graph)
    table_nodes = rng.sample(nodes, 400)
    metres = EmbeddedStreets(osm_ways(path), EXACTLY).table([place[node] for node in table_nodes]).metres
    pairs = [(rng.randrange(400), rng.randrange(400)) for _ in range(10_000)]
    truth = {
        start: networkx.single_source_dijkstra_path_length(graph, table_nodes[start], weight="metres")
        for start in {start for start, _ in pairs}
    }
    worst_m = 0.0
    for start, end in pairs:
        found = metres[start][end]
        assert found is not None
        worst_m = max(worst_m, abs(found - truth[start][table_nodes[end]]))
    with capsys.disabled():
        print(f"\n10,000 pairs in Huangpu: {len(nodes)} nodes, worst difference {worst_m * 1000:.3f} mm")
    assert worst_m <= 0.005


def test_efforts_by_e_bike_between_doors_equal_networkx_while_streets_are_closed() -> None:
    """One-way streets, gates, pushing, twenty closed streets, and places in the middle of streets."""
    streets = EmbeddedStreets(osm_ways(shared("geo/shanghai_huangpu_roads.osm")), EXACTLY)
    rng = random.Random(5)
    segment_ids = [piece.segment.segment_id for piece in streets.pieces.pieces]
    closed = frozenset(rng.sample(segment_ids, 20))
    graph = streets.graph(TravelMode.EBIKE, closed)
    doors = _doors(streets, [int(row) for row in graph.is_reached.nonzero()[0]], rng)
    truth = _bike_graph(streets, closed, doors)
    points = [streets.pieces.plane.lonlat(door.x, door.y) for _, door in doors]
    first, second = points[:60], points[60:]  # the second table finds ways that are kept
    streets.table(first, Trip(TravelMode.EBIKE), closed)
    found = streets.table([*second, *first], Trip(TravelMode.EBIKE), closed).effort_m
    assert found is not None
    order = [*range(60, len(points)), *range(60)]
    compared = 0
    for row, start in enumerate(order):
        reached = networkx.single_source_dijkstra_path_length(truth, ("door", start), weight="effort_m")
        for column, end in enumerate(order):
            assert found[row][column] == pytest.approx(reached[("door", end)], abs=0.005)
            compared += 1
    assert compared > 10_000


def _doors(streets: EmbeddedStreets, rows: list[int], rng: random.Random) -> list[tuple[int, shapely.Point]]:
    """Choose places on streets, none where another street is as near."""
    pieces = streets.pieces.pieces
    tree = shapely.STRtree([piece.line for piece in pieces])
    doors = []
    while len(doors) < 120:
        row = rng.choice(rows)
        door = pieces[row].line.interpolate(rng.uniform(0.05, 0.95), normalized=True)
        if len(tree.query(door, predicate="dwithin", distance=0.5)) == 1:
            doors.append((row, door))
    return doors


def _bike_graph(
    streets: EmbeddedStreets, closed: frozenset[str], doors: list[tuple[int, shapely.Point]]
) -> "networkx.DiGraph[Any]":
    """Give the graph in which each door is a node of its street, by the rules of the pieces alone."""
    graph: networkx.DiGraph[Any] = networkx.DiGraph()
    stopped = streets.pieces.blocked[TravelMode.EBIKE]
    for row, piece in enumerate(streets.pieces.pieces):
        use = piece.uses[TravelMode.EBIKE]
        if piece.segment.segment_id in closed or use.is_none:
            continue
        per_m = PROFILES[TravelMode.EBIKE].pace_m_s / use.speed_m_s * piece.segment.length_m
        ends = [
            ("end", row, side) if node in stopped else node
            for side, node in enumerate((piece.start, piece.end))
        ]
        own = [
            (piece.line.project(door, normalized=True), ("door", number))
            for number, (at, door) in enumerate(doors)
            if at == row
        ]
        course = [(0.0, ends[0]), *sorted(own), (1.0, ends[1])]
        for (begin, one), (end, other) in pairwise(course):
            _add(graph, one, other, (end - begin) * per_m, use.forward)
            _add(graph, other, one, (end - begin) * per_m, use.backward)
    return graph


def _add(graph: "networkx.DiGraph[Any]", one: Any, other: Any, effort_m: float, may: bool) -> None:
    if may and effort_m < graph.get_edge_data(one, other, {"effort_m": float("inf")})["effort_m"]:
        graph.add_edge(one, other, effort_m=effort_m)
