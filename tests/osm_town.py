"""A little town as an .osm file: a street of 100 m, its detour of 300 m around the block, two lanes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane

PLANE = LocalPlane((121.56, 31.25))
TOWN: Mapping[str, Sequence[tuple[float, float]]] = {
    "中街": [(0, 0), (100, 0)],
    "环路": [(100, 0), (100, 100), (0, 100), (0, 0)],
    "西弄": [(0, 0), (-300, 0)],
    "东弄": [(100, 0), (400, 0)],
}


def at(x_m: float, y_m: float) -> LonLat:
    """Give the place at metres east and north of the town's corner."""
    return PLANE.lonlat(x_m, y_m)


def write_town(path: Path, streets: Mapping[str, Sequence[tuple[float, float]]] = TOWN) -> Path:
    """Write streets by name; streets that share a point meet there."""
    nodes = sorted({point for points in streets.values() for point in points})
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="a test">']
    for number, point in enumerate(nodes, 1):
        lon, lat = at(*point)
        lines.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
    for number, (name, points) in enumerate(streets.items(), 1):
        refs = "".join(f'<nd ref="{nodes.index(point) + 1}"/>' for point in points)
        tags = f'<tag k="highway" v="residential"/><tag k="name" v="{name}"/>'
        lines.append(f'<way id="{number}" version="1" timestamp="2026-07-21T08:00:00Z">{refs}{tags}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path
