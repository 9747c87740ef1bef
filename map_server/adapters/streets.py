"""Shortest ways on the streets of the loaded geodata, in memory, with SciPy; no routing service is needed."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.street import ON_FOOT_NOW, Trip
from map_server.domain.travel import TravelTable

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_NO_NODE = -9999
"""What SciPy writes as the predecessor of a node that has none."""


@dataclass(frozen=True, slots=True)
class StreetParams:
    """How ways are joined and how far a place may lie from them."""

    join_within_m: float = 0.5
    """Vertices closer than this are one junction."""
    max_access_m: float = 150.0
    """A place farther from every way than this cannot be reached."""
    detour_factor: float = 1.35
    """Metres walked per metre of straight line, where there are no streets at all."""
    cached_tables: int = 8

    def __post_init__(self) -> None:
        for key, low, high in (("join_within_m", 0.0, 10.0), ("max_access_m", 1.0, 2000.0)):
            if not low <= getattr(self, key) <= high:
                raise ValueError(f"{key}: {getattr(self, key)} must lie between {low} and {high}")
        if not 1.0 <= self.detour_factor <= 3.0:
            raise ValueError(f"detour_factor: {self.detour_factor} must lie between 1 and 3")
        if self.cached_tables < 1:
            raise ValueError(f"cached_tables: {self.cached_tables} must be at least 1")


@dataclass(frozen=True, slots=True)
class _Access:
    """Where a place meets the network: the edge, how far along it (m), and how far away from it (m)."""

    edge: int
    along_m: float
    away_m: float


class EmbeddedStreets:
    """A `StreetNetwork` over polylines. Ways that share a vertex meet; ways that merely cross do not."""

    def __init__(self, ways: Sequence[Sequence[LonLat]], params: StreetParams | None = None) -> None:
        """Build the graph from ways of two or more points. Raises ValueError when there is no way at all."""
        vertices = [point for way in ways for point in way]
        if not any(len(way) > 1 for way in ways):
            raise ValueError("ways: there is no street to walk on; give one line of two points or more")
        self._params = params or StreetParams()
        self._plane = LocalPlane((vertices[0][0], vertices[0][1]))
        xy_m = np.array([self._plane.xy_m(point) for point in vertices])
        node_of = _joined(xy_m, self._params.join_within_m)
        self._node_xy_m = _first_of_each(xy_m, node_of)
        self._edges = _edges(ways, node_of)
        ends_m = self._node_xy_m[self._edges]
        self._length_m: Floats = np.hypot(*(ends_m[:, 1] - ends_m[:, 0]).T)
        self._tree = shapely.STRtree([shapely.LineString(ends) for ends in ends_m])
        self._tables: OrderedDict[tuple[LonLat, ...], TravelTable] = OrderedDict()

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        return f"streets ({len(self._edges)} pieces, {self._length_m.sum() / 1000:.0f} km)"

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points; the last few tables are kept."""
        key = tuple(points)
        if key not in self._tables:
            self._tables[key] = self._measured(key)
            if len(self._tables) > self._params.cached_tables:
                self._tables.popitem(last=False)
        self._tables.move_to_end(key)
        return self._tables[key]

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next."""
        accesses = [self._access(point) for point in points]
        graph, node_of = self._graph_with(accesses)
        reached = [index for index, access in enumerate(accesses) if access is not None]
        rows = {index: row for row, index in enumerate(reached)}
        sources = [node_of[index] for index in reached]
        _, before = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
        before = np.atleast_2d(before)
        legs = []
        for start, end in pairwise(range(len(points))):
            nodes: list[int] = []
            if start in rows and end in rows:
                nodes = _walked(before[rows[start]], node_of[start], node_of[end])
            legs.append(
                (points[start], *(self._position(node, accesses, node_of) for node in nodes), points[end])
            )
        return tuple(legs)

    def _measured(self, points: tuple[LonLat, ...]) -> TravelTable:
        accesses = [self._access(point) for point in points]
        graph, node_of = self._graph_with(accesses)
        reached = [index for index, access in enumerate(accesses) if access is not None]
        metres: list[list[float | None]] = [[None] * len(points) for _ in points]
        off = {index: self._away_m(points[index]) for index in range(len(points)) if index not in node_of}
        if reached:
            nodes = [node_of[index] for index in reached]
            found = np.atleast_2d(dijkstra(graph, directed=False, indices=nodes))[:, nodes]
            for row, start in enumerate(reached):
                for column, end in enumerate(reached):
                    metres[start][end] = _with_access(
                        float(found[row, column]), accesses[start], accesses[end]
                    )
        for start, end in product(range(len(points)), repeat=2):
            if points[start] == points[end]:
                metres[start][end] = 0.0
        return TravelTable(tuple(tuple(row) for row in metres), off)

    def _access(self, point: LonLat) -> _Access | None:
        """Drop a plumb line on the nearest piece of street."""
        place = shapely.Point(self._plane.xy_m(point))
        found = self._tree.query_nearest(place, max_distance=self._params.max_access_m, all_matches=False)
        if found.size == 0:
            return None
        edge = int(found[0])
        line = self._tree.geometries[edge]
        return _Access(
            edge, float(shapely.line_locate_point(line, place)), float(shapely.distance(line, place))
        )

    def _away_m(self, point: LonLat) -> float:
        nearest = self._tree.query_nearest(shapely.Point(self._plane.xy_m(point)), return_distance=True)
        return round(float(nearest[1][0]), 1)

    def _graph_with(self, accesses: Sequence[_Access | None]) -> tuple[csr_array, dict[int, int]]:
        """Give the graph with one more node for each place, set into the edge that it meets."""
        base = len(self._node_xy_m)
        node_of = {index: base + index for index, access in enumerate(accesses) if access is not None}
        on_edge: dict[int, list[tuple[float, int]]] = {}
        for index, access in enumerate(accesses):
            if access is not None:
                on_edge.setdefault(access.edge, []).append((access.along_m, base + index))
        extra: list[tuple[int, int, float]] = []
        for edge, stops in on_edge.items():
            start, end = (int(node) for node in self._edges[edge])
            chain = [(0.0, start), *sorted(stops), (float(self._length_m[edge]), end)]
            extra += [(one, other, max(far - near, 0.0)) for (near, one), (far, other) in pairwise(chain)]
        starts = np.concatenate([self._edges[:, 0], np.array([one for one, _, _ in extra], dtype=np.int64)])
        ends = np.concatenate([self._edges[:, 1], np.array([other for _, other, _ in extra], dtype=np.int64)])
        lengths = np.concatenate([self._length_m, np.array([length for _, _, length in extra])])
        size = base + len(accesses)
        return _shortest_parallel(starts, ends, lengths, size), node_of

    def _position(self, node: int, accesses: Sequence[_Access | None], node_of: dict[int, int]) -> LonLat:
        base = len(self._node_xy_m)
        if node < base:
            return self._plane.lonlat(*self._node_xy_m[node])
        access = accesses[node - base]
        assert access is not None, "only places on the network have a node"
        foot = shapely.line_interpolate_point(self._tree.geometries[access.edge], access.along_m)
        return self._plane.lonlat(float(shapely.get_x(foot)), float(shapely.get_y(foot)))


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


def _joined(xy_m: Floats, within_m: float) -> Ints:
    """Number the junctions: vertices closer than `within_m` get one number."""
    pairs = KDTree(xy_m).query_pairs(within_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy_m), len(xy_m)))
    labels: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def _first_of_each(xy_m: Floats, node_of: Ints) -> Floats:
    _, first = np.unique(node_of, return_index=True)
    positions: Floats = xy_m[first]
    return positions


def _edges(ways: Sequence[Sequence[LonLat]], node_of: Ints) -> Ints:
    edges, offset = set(), 0
    for way in ways:
        for step in range(offset, offset + len(way) - 1):
            one, other = sorted((int(node_of[step]), int(node_of[step + 1])))
            if one != other:
                edges.add((one, other))
        offset += len(way)
    if not edges:
        raise ValueError("ways: all streets are shorter than the joining distance; check the coordinates")
    return np.array(sorted(edges), dtype=np.int64)


def _shortest_parallel(starts: Ints, ends: Ints, lengths_m: Floats, size: int) -> csr_array:
    """Give the graph; of several edges between two nodes the shortest stays.

    A sparse matrix would add parallel entries up, and it would drop explicit zeros as missing edges.
    """
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    order = np.lexsort((lengths_m, high, low))
    low, high, lengths_m = low[order], high[order], lengths_m[order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    kept_m = np.maximum(lengths_m[first], 1e-9)
    return csr_array((kept_m, (low[first], high[first])), shape=(size, size))


def _with_access(street_m: float, start: _Access | None, end: _Access | None) -> float | None:
    if start is None or end is None or not np.isfinite(street_m):
        return None
    return round(start.away_m + street_m + end.away_m, 3)


def _walked(before: Ints, start: int, end: int) -> list[int]:
    """Give the nodes from start to end, both included; empty when no way leads."""
    if start != end and before[end] == _NO_NODE:
        return []
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]
