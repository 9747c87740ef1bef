"""Plumb lines: where places meet the streets, and how far they are from the ends of their street."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from map_server.adapters.road_graph import Flags, RoadGraph
from map_server.adapters.road_segments import Floats, Ints, Pieces
from map_server.domain.datum import LonLat


@dataclass(frozen=True, slots=True)
class Accesses:
    """Where places meet the network, as arrays; `piece` is -1 where a place is too far from every street.

    `share` is how far along the piece the foot of the plumb line lies, 0 to 1; `away_m` its length.
    """

    piece: Ints
    share: Floats
    away_m: Floats

    def of(self, rows: Ints | Flags) -> "Accesses":
        """Give those of some of the places."""
        return Accesses(self.piece[rows], self.share[rows], self.away_m[rows])


class PlumbLines:
    """Finds the nearest piece that one graph reaches."""

    def __init__(self, pieces: Pieces, graph: RoadGraph, max_access_m: float) -> None:
        self._plane = pieces.plane
        self._rows: Ints = np.flatnonzero(graph.is_reached)
        self._lines = [pieces.pieces[row].line for row in self._rows]
        self._tree = shapely.STRtree(self._lines)
        self._max_access_m = max_access_m

    def drop(self, points: Sequence[LonLat]) -> Accesses:
        """Drop a plumb line from each point."""
        count = len(points)
        found = Accesses(np.full(count, -1), np.zeros(count), np.full(count, np.inf))
        if not self._lines or not points:
            return found
        places = np.asarray(shapely.points(self._xy_m(points)))
        (rows, nearest), away_m = self._tree.query_nearest(places, return_distance=True, all_matches=False)
        lines = self._tree.geometries[nearest]
        found.away_m[rows] = away_m
        found.share[rows] = shapely.line_locate_point(lines, places[rows], normalized=True)
        is_near = away_m <= self._max_access_m
        found.piece[rows[is_near]] = self._rows[nearest[is_near]]
        return found

    def _xy_m(self, points: Sequence[LonLat]) -> Floats:
        origin = self._plane.origin
        scale = self._plane.xy_m((origin[0] + 1, origin[1] + 1))
        xy_m: Floats = (np.array(points) - origin) * scale
        return xy_m


@dataclass(frozen=True, slots=True)
class Legs:
    """From places to the two ends of their pieces, or back from the ends: nodes, and metres.

    Metres are inf where no way leads, and where nothing leads on from the end: node 0 stands there.
    Shape of each array: places x 2, start and end of the piece.
    """

    nodes: Ints
    length_m: Floats


def legs(graph: RoadGraph, accesses: Accesses, is_leaving: bool) -> Legs:
    """Give the legs of places: away from them, or towards them. Places off the network have none."""
    piece, share = accesses.piece, accesses.share
    against = graph.backward[piece] if is_leaving else graph.forward[piece]
    along = graph.forward[piece] if is_leaving else graph.backward[piece]
    nodes = graph.end_nodes[piece]
    leads_on = nodes < graph.size
    may = np.column_stack([against, along]) & leads_on & (piece >= 0)[:, None]
    metres = graph.length_m[piece][:, None] * np.column_stack([share, 1 - share])
    return Legs(np.where(leads_on, nodes, 0), np.where(may, metres, np.inf))
