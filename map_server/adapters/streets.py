"""Shortest ways on the loaded streets, in memory, with SciPy; no routing service is needed."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import shapely
from shapely.ops import substring

from map_server.adapters.road_access import Accesses, PlumbLines, legs
from map_server.adapters.road_graph import RoadGraph
from map_server.adapters.road_segments import Piece, Pieces, cut
from map_server.adapters.road_tables import direct_m, travel_table
from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.segment import Segment
from map_server.domain.street import ON_FOOT_NOW, StreetFigures, StreetWay, TravelMode, Trip
from map_server.domain.street_profile import PROFILES
from map_server.domain.travel import TravelTable

Closed: TypeAlias = frozenset[str]
"""Ids of the segments on which nobody passes."""

ALL_OPEN: Closed = frozenset()


@dataclass(frozen=True, slots=True)
class StreetParams:
    """How ways are joined and how far a place may lie from them."""

    join_within_m: float = 0.5
    """Vertices closer than this are one junction."""
    max_access_m: float = 150.0
    """A place farther from every way than this cannot be reached."""
    detour_factor: float = 1.35
    """Metres walked per metre of straight line, where there are no streets at all."""
    least_island_share: float = 0.05
    """A part of the network that no way connects to the rest is left aside when it is shorter than this
    share of the largest part: bits at the edge of an extract, ways that were drawn without a link."""
    cached_tables: int = 8
    cached_graphs: int = 4

    def __post_init__(self) -> None:
        for key, low, high in (("join_within_m", 0.0, 10.0), ("max_access_m", 1.0, 2000.0)):
            if not low <= getattr(self, key) <= high:
                raise ValueError(f"{key}: {getattr(self, key)} must lie between {low} and {high}")
        if not 1.0 <= self.detour_factor <= 3.0:
            raise ValueError(f"detour_factor: {self.detour_factor} must lie between 1 and 3")
        if not 0.0 <= self.least_island_share <= 1.0:
            raise ValueError(f"least_island_share: {self.least_island_share} must lie between 0 and 1")
        for key in ("cached_tables", "cached_graphs"):
            if getattr(self, key) < 1:
                raise ValueError(f"{key}: {getattr(self, key)} must be at least 1")


@dataclass(frozen=True, slots=True)
class _Ground:
    """The graph of one mode and one set of closures, and how places come onto it."""

    graph: RoadGraph
    plumb_lines: PlumbLines


class EmbeddedStreets:
    """A `StreetNetwork` over ways. Ways that share a vertex meet; ways that merely cross do not."""

    def __init__(self, ways: Sequence[StreetWay], params: StreetParams | None = None) -> None:
        """Cut the ways into segments. Raises ValueError when there is no way at all."""
        self._params = params or StreetParams()
        self.pieces: Pieces = cut(ways, self._params.join_within_m)
        self._row_of = {piece.segment.segment_id: row for row, piece in enumerate(self.pieces.pieces)}
        self._grounds: OrderedDict[tuple[TravelMode, Closed], _Ground] = OrderedDict()
        self._tables: OrderedDict[tuple[TravelMode, Closed, tuple[LonLat, ...]], TravelTable] = OrderedDict()

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        total_m = sum(piece.segment.length_m for piece in self.pieces.pieces)
        return f"streets ({len(self.pieces.pieces)} pieces, {total_m / 1000:.0f} km)"

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Give the segments that can be walked."""
        return tuple(piece.segment for piece in self.pieces.pieces if not piece.uses[TravelMode.WALK].is_none)

    @property
    def figures(self) -> StreetFigures:
        """Give the network in numbers, all streets open."""
        usable_m, aside_m = {}, {}
        for mode in TravelMode:
            graph = self.graph(mode)
            may_use = graph.forward | graph.backward
            usable_m[mode] = float(graph.length_m[may_use].sum())
            aside_m[mode] = float(graph.length_m[may_use & ~graph.is_reached].sum())
        total_m = sum(piece.segment.length_m for piece in self.pieces.pieces)
        return StreetFigures(len(self.pieces.pieces), self.pieces.junctions, total_m, usable_m, aside_m)

    def graph(self, mode: TravelMode, closed: Closed = ALL_OPEN) -> RoadGraph:
        """Give the graph of a mode with these segments closed; those asked for last are kept."""
        return self._ground(mode, closed).graph

    def table(
        self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW, closed: Closed = ALL_OPEN
    ) -> TravelTable:
        """Measure all pairs of points; the last few tables are kept."""
        key = (trip.mode, closed, tuple(points))
        if key not in self._tables:
            ground = self._ground(trip.mode, closed)
            accesses = ground.plumb_lines.drop(points)
            self._tables[key] = travel_table(key[2], accesses, ground.graph, trip.mode)
            if len(self._tables) > self._params.cached_tables:
                self._tables.popitem(last=False)
        self._tables.move_to_end(key)
        return self._tables[key]

    def paths(
        self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW, closed: Closed = ALL_OPEN
    ) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next."""
        ground = self._ground(trip.mode, closed)
        accesses = ground.plumb_lines.drop(points)
        legs_of = (
            (points[start], *self._way(ground.graph, accesses, start, end), points[end])
            for start, end in pairwise(range(len(points)))
        )
        return tuple(_without_repeats(leg) for leg in legs_of)

    def unheeded(self, trip: Trip) -> int:
        """All are heeded that are named with a question."""
        return 0

    def _ground(self, mode: TravelMode, closed: Closed) -> _Ground:
        key = (mode, closed)
        if key not in self._grounds:
            rows = {self._row_of[segment_id] for segment_id in closed if segment_id in self._row_of}
            graph = RoadGraph(self.pieces, PROFILES[mode], rows, self._params.least_island_share)
            lines = PlumbLines(self.pieces, graph, self._params.max_access_m)
            self._grounds[key] = _Ground(graph, lines)
            if len(self._grounds) > self._params.cached_graphs:
                self._grounds.popitem(last=False)
        self._grounds.move_to_end(key)
        return self._grounds[key]

    def _way(self, graph: RoadGraph, accesses: Accesses, start: int, end: int) -> list[LonLat]:
        """Give the course from foot to foot of two places' plumb lines; nothing where no way leads."""
        if accesses.piece[start] < 0 or accesses.piece[end] < 0:
            return []
        pair = accesses.of(np.array([start, end]))
        leaving, arriving = legs(graph, pair, True), legs(graph, pair, False)
        one, other = (self.pieces.pieces[row] for row in pair.piece)
        along_m = direct_m(graph, pair)[0, 1]
        ways = graph.ways_from(leaving.nodes[0])
        rows = ways.row_of[leaving.nodes[0]]
        slow = graph.slowness[pair.piece]
        total = (
            leaving.length_m[0][:, None] * slow[0]
            + ways.effort_m[rows][:, arriving.nodes[1]]
            + arriving.length_m[1][None, :] * slow[1]
        )
        if along_m * slow[0] <= total.min():
            return (
                _course(one, pair.share[0], pair.share[1], self.pieces.plane) if np.isfinite(along_m) else []
            )
        if not np.isfinite(total.min()):
            return []
        first, last = (int(side) for side in np.unravel_index(total.argmin(), total.shape))
        nodes = int(leaving.nodes[0, first]), int(arriving.nodes[1, last])
        found = graph.pieces_between(ways.before[rows[first]].tolist(), *nodes) or []
        course = _course(one, pair.share[0], float(first), self.pieces.plane)
        for row, is_forward in found:
            points = self.pieces.pieces[row].segment.points
            course += points if is_forward else points[::-1]
        return course + _course(other, float(last), pair.share[1], self.pieces.plane)


class StraightLines:
    """A `StreetNetwork` for a ward without streets: straight lines, lengthened by a detour factor."""

    def __init__(self, params: StreetParams | None = None) -> None:
        self._params = params or StreetParams()

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        return f"straight lines x {self._params.detour_factor:g} (no streets are loaded)"

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points."""
        if not points:
            return TravelTable(())
        plane = LocalPlane(points[0])
        xy_m = np.array([plane.xy_m(point) for point in points])
        metres = np.hypot(*(xy_m[:, None] - xy_m[None, :]).transpose(2, 0, 1)) * self._params.detour_factor
        return TravelTable(tuple(tuple(float(value) for value in row) for row in metres))

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give straight lines."""
        return tuple((start, end) for start, end in pairwise(points))

    def unheeded(self, trip: Trip) -> int:
        """Where no street is loaded, none can be closed."""
        return 0


def _course(piece: Piece, begin: float, end: float, plane: LocalPlane) -> list[LonLat]:
    """Give the course of a piece between two shares of its length, in walking order."""
    total_m = piece.line.length
    part = substring(piece.line, begin * total_m, end * total_m)
    return [plane.lonlat(float(x), float(y)) for x, y in shapely.get_coordinates(part)]


def _without_repeats(course: Sequence[LonLat]) -> tuple[LonLat, ...]:
    """Leave out points that the course stands still on; a course has two points at least."""
    kept = [point for point, before in zip(course[1:-1], course, strict=False) if point != before]
    return course[0], *kept, course[-1]


def plain_ways(lines: Sequence[Sequence[LonLat]]) -> list[StreetWay]:
    """Give ways for lines that say nothing of themselves: everybody may use them both ways."""
    return [
        StreetWay(str(row), "", "", tuple((lon, lat) for lon, lat in line), {"highway": "residential"})
        for row, line in enumerate(lines)
        if len(line) > 1
    ]
