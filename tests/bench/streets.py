"""Times a 500 x 500 matrix on real streets against NetworkX in one run, in processor time, as ratios.

`python -m tests.bench.streets`. NetworkX runs one search for each of the 500 places, once on the graph of all
points as it comes from the file, and once on the junctions that the program leaves. The program's matrix
holds what a plan asks for: plumb lines from the places onto the streets, metres for every pair. Graphs are
made before the clock runs, on both sides. The program keeps the shortest ways that it has found, so that its
first matrix takes longer than those of other places after it.
"""

import random
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

import networkx

from map_server.adapters.streets import EmbeddedStreets, StreetParams
from map_server.domain.datum import LonLat
from map_server.domain.street import StreetWay, TravelMode
from tests.osm_graph import largest_part, osm_ways, walking_graph
from tests.shared_data import SHARED_DATA

PLACES = 500
ROUNDS = 7
GOAL = 50
PARAMS = StreetParams(join_within_m=0.01)


def main() -> None:
    path = SHARED_DATA / "geo" / "shanghai_huangpu_roads.osm"
    if not path.exists():
        print(f"streets: published data not here: {path} (set LILONG_SHARED_DATA)")
        return
    ways, (graph, place) = osm_ways(path), walking_graph(path)
    nodes = random.Random(1).sample(largest_part(graph), PLACES)
    points = [place[node] for node in nodes]
    junctions = _junction_graph(ways)
    some = random.Random(1).choices(largest_part(junctions), k=PLACES)
    all_points_s = min(_seconds(lambda: _searches(graph, nodes)) for _ in range(2))
    junctions_s = min(_seconds(lambda: _searches(junctions, some)) for _ in range(3))
    first_s = min(_first(ways, points) for _ in range(ROUNDS))
    warm = EmbeddedStreets(ways, PARAMS)
    warm.table(points)
    others = [random.Random(2 + turn).sample(largest_part(graph), PLACES) for turn in range(ROUNDS)]
    again_s = min(_again(warm, [place[node] for node in other]) for other in others)
    print(f"streets: {PLACES} x {PLACES} matrix in Huangpu, {warm.description}")
    print(f"  NetworkX, {graph.number_of_nodes()} points: {all_points_s:.3f} s")
    print(f"  NetworkX, {junctions.number_of_nodes()} junctions: {junctions_s:.3f} s")
    for name, own_s in (("first matrix after loading", first_s), ("other places after that", again_s)):
        ratios = f"{all_points_s / own_s:.0f} x faster ({junctions_s / own_s:.0f} x on junctions)"
        print(f"  {name}: {own_s:.4f} s, {ratios}")
    is_reached = all_points_s / again_s >= GOAL
    print(f"  the goal of {GOAL} x for tables after the first is {'reached' if is_reached else 'missed'}")


def _first(ways: list[StreetWay], points: list[LonLat]) -> float:
    streets = EmbeddedStreets(ways, PARAMS)
    streets.graph(TravelMode.WALK)
    return _seconds(lambda: streets.table(points))


def _again(streets: EmbeddedStreets, points: list[LonLat]) -> float:
    return _seconds(lambda: streets.table(points))


def _searches(graph: "networkx.Graph[Any]", sources: Sequence[Any]) -> None:
    found = [networkx.single_source_dijkstra_path_length(graph, one, weight="metres") for one in sources]
    assert len([[row[other] for other in sources] for row in found]) == PLACES


def _junction_graph(ways: list[StreetWay]) -> "networkx.Graph[Any]":
    graph: networkx.Graph[Any] = networkx.Graph()
    for piece in EmbeddedStreets(ways, PARAMS).pieces.pieces:
        if not piece.uses[TravelMode.WALK].is_none:
            graph.add_edge(piece.start, piece.end, metres=piece.segment.length_m)
    return graph


def _seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


if __name__ == "__main__":
    main()
