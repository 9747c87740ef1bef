"""Holds a planned way against the streets that a team's tracks walked."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.segment import Segment, WalkedSegment

Line: TypeAlias = tuple[LonLat, ...]

_BESIDE_M = 8.0
"""A planned way counts as walked where a walked street lies no farther beside it."""
_SAME_M = 0.1
"""Stored ways are rounded to a centimetre; lines that lie closer than this are one."""
_ON_STREET_M = 1.0
"""Where a leg ends farther than this from all streets, its last piece leads off them, to a yard or a door."""


class WalkedWays:
    """Measures on the loaded streets; made once for many routes."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._plane = LocalPlane(segments[0].points[0] if segments else (0.0, 0.0))
        self._courses = {one.segment_id: self._flat(one.points) for one in segments}
        self._streets = shapely.STRtree(list(self._courses.values()))

    def pieces(self, legs: Iterable[Line]) -> list[BaseGeometry]:
        """Give the streets of a route, each once; what leads off them falls away."""
        along = [piece for leg in legs for piece in self._along_streets(leg)]
        return list(shapely.get_parts(shapely.union_all(along, grid_size=_SAME_M)))

    def ground(self, walked: Iterable[WalkedSegment]) -> BaseGeometry:
        """Give the ground beside walked streets; segments that are no longer loaded are not in it."""
        parts = [
            substring(self._courses[one.segment_id], one.begin, one.end, normalized=True)
            for one in walked
            if one.segment_id in self._courses and one.end > one.begin
        ]
        ground = shapely.union_all([part.buffer(_BESIDE_M, cap_style="flat") for part in parts])
        shapely.prepare(ground)
        return ground

    def reaches(self, ground: BaseGeometry, point: LonLat, reach_m: float) -> bool:
        """Whether walked ground lies no farther than this from a point."""
        away_m = shapely.distance(ground, shapely.Point(self._plane.xy_m(point)))
        return bool(away_m <= reach_m)  # NaN where nothing was walked

    def lines(self, parts: Sequence[BaseGeometry]) -> tuple[Line, ...]:
        """Give pieces as lines on the map, each street once."""
        merged = shapely.line_merge(shapely.union_all(list(parts)))
        return tuple(
            tuple(self._plane.lonlat(x, y) for x, y in line.coords)
            for line in shapely.get_parts(merged)
            if line.geom_type == "LineString" and line.length > _ON_STREET_M
        )

    def _along_streets(self, leg: Line) -> list[BaseGeometry]:
        course = [self._plane.xy_m(point) for point in leg]
        pieces = list(pairwise(course))
        if not self._is_on_street(course[-1]):
            pieces = pieces[:-1]
        if not self._is_on_street(course[0]):
            pieces = pieces[1:]
        return [shapely.LineString(piece) for piece in pieces if piece[0] != piece[1]]

    def _is_on_street(self, place: tuple[float, float]) -> bool:
        near = self._streets.query(shapely.Point(place), predicate="dwithin", distance=_ON_STREET_M)
        return len(near) > 0

    def _flat(self, points: Sequence[LonLat]) -> shapely.LineString:
        return shapely.LineString([self._plane.xy_m(point) for point in points])


def walked_and_missed(
    pieces: Sequence[BaseGeometry], ground: BaseGeometry
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Split pieces into what lies on walked ground, and the rest."""
    lines = list(pieces)
    return list(shapely.intersection(lines, ground)), list(shapely.difference(lines, ground))


def length_m(parts: Sequence[BaseGeometry]) -> float:
    """Add up lengths."""
    return float(sum(part.length for part in parts))
