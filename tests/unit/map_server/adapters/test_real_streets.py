"""Distances on the real streets of Huangpu, against NetworkX on a graph that is made by other means."""

import random

import networkx
import pytest

from map_server.adapters.streets import EmbeddedStreets, StreetParams
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
