"""Streets of an .osm file as ways, and their walking graph by other means: XML, node ids, NetworkX."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
from pyproj import Geod

from map_server.adapters.osm_files import OsmFiles
from map_server.domain.datum import LonLat
from map_server.domain.layer_rules import area_from
from map_server.domain.place import LAYERS
from map_server.domain.street import StreetWay
from map_server.domain.street_ways import ways_of

_NOT_FOR_WALKERS = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed"})


def osm_ways(path: Path) -> list[StreetWay]:
    """Give the ways as the program loads them."""
    found = OsmFiles().read(path, None, lambda count: None)
    return list(ways_of(area_from(LAYERS["streets"], row, one) for row, one in enumerate(found.features, 1)))


def walking_graph(path: Path) -> tuple["networkx.Graph[Any]", dict[str, LonLat]]:
    """Give the graph, node ids with edges in metres on the ellipsoid, and the places of its nodes."""
    root = ElementTree.parse(path).getroot()
    place = {
        node.get("id", ""): (float(node.get("lon", "")), float(node.get("lat", "")))
        for node in root.iter("node")
    }
    ellipsoid = Geod(ellps="WGS84")
    graph: networkx.Graph[Any] = networkx.Graph()
    for way in root.iter("way"):
        tags = {tag.get("k"): tag.get("v") for tag in way.iter("tag")}
        if tags.get("highway") in _NOT_FOR_WALKERS or "highway" not in tags or tags.get("access") == "no":
            continue
        for one, other in pairwise(node.get("ref", "") for node in way.iter("nd")):
            (west, south), (east, north) = place[one], place[other]
            metres = ellipsoid.line_length([west, east], [south, north])
            if metres < graph.get_edge_data(one, other, {"metres": float("inf")})["metres"]:
                graph.add_edge(one, other, metres=metres)
    return graph, place


def largest_part(graph: "networkx.Graph[Any]") -> list[Any]:
    """Give the nodes of the largest connected part, in order."""
    return sorted(max(networkx.connected_components(graph), key=len))
