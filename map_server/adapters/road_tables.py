"""Tables of all pairs of places: plumb line, way along the streets, plumb line; the least of four ends."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from map_server.adapters.road_access import Accesses, legs
from map_server.adapters.road_graph import Flags, RoadGraph
from map_server.adapters.road_segments import Floats, Ints
from map_server.domain.datum import LonLat
from map_server.domain.street import TravelMode
from map_server.domain.street_profile import PROFILES
from map_server.domain.travel import WALKING_M_S, TravelTable

_BLOCK_ROWS = 64
"""Rows that are worked on together: their arrays fit the processor's cache, and need no new memory."""


@dataclass(frozen=True, slots=True)
class _Costs:
    """What ways cost, in metres or in effort: between nodes, from places to the ends of their streets, from
    there home to places, and per metre on the street of each place.
    """

    between: Floats
    out: Floats
    home: Floats
    slow: Floats


def travel_table(
    points: Sequence[LonLat], accesses: Accesses, graph: RoadGraph, mode: TravelMode
) -> TravelTable:
    """Measure between all places, which meet the streets where `accesses` says."""
    is_off = accesses.piece < 0
    off = {int(row): round(float(accesses.away_m[row]), 1) for row in np.flatnonzero(is_off)}
    away_m = np.where(is_off, np.inf, accesses.away_m)
    pace = PROFILES[mode].pace_m_s / WALKING_M_S  # from the street to the place everybody walks
    is_even = graph.is_even and mode is TravelMode.WALK
    place = _numbered(points)
    metres: list[Sequence[float | None]] = []
    effort_m: list[Sequence[float | None]] = []
    for rows, found in _blocks(graph, accesses):
        apart = away_m[rows, None] + away_m
        is_same = place[rows, None] == place
        metres += _packed(found[-1] + apart, is_same)
        if not is_even:
            effort_m += _packed(found[0] + pace * apart, is_same)
    return TravelTable(tuple(metres), off, None if is_even else tuple(effort_m))


def direct_m(graph: RoadGraph, on: Accesses, rows: slice = slice(None)) -> Floats:
    """Give metres from some of the places to all on one and the same piece, without leaving it."""
    from_piece, from_share = on.piece[rows], on.share[rows]
    metres = np.full((len(from_piece), len(on.piece)), np.inf)
    starts, ends = np.nonzero((from_piece[:, None] == on.piece) & (from_piece >= 0)[:, None])
    piece, ahead = from_piece[starts], on.share[ends] - from_share[starts]
    may = np.where(ahead > 0, graph.forward[piece], graph.backward[piece]) | (ahead == 0)
    metres[starts, ends] = np.where(may, np.abs(ahead) * graph.length_m[piece], np.inf)
    return metres


def _blocks(graph: RoadGraph, on: Accesses) -> Iterator[tuple[slice, list[Floats]]]:
    """Give metres along the streets from some places to all (inf: no way), block by block, and efforts before
    them where the two are not the same.
    """
    leaving, arriving = legs(graph, on, True), legs(graph, on, False)
    ways = graph.ways_from(leaving.nodes)
    row_of = ways.row_of[leaving.nodes]
    slow, out, home = graph.slowness[on.piece], leaving.length_m, arriving.length_m
    costs = [_Costs(ways.length_m, out, home, np.ones(len(slow)))]
    if not graph.is_even:
        costs.insert(0, _Costs(ways.effort_m, out * slow[:, None], home * slow[:, None], slow))
    for first in range(0, len(on.piece), _BLOCK_ROWS):
        rows = slice(first, first + _BLOCK_ROWS)
        along_m = direct_m(graph, on, rows)
        to_ends = _least(
            [cost.between[starts[rows]] + cost.out[rows, side, None] for cost in costs]
            for side, starts in enumerate(row_of.T)
        )
        through = (
            [
                far[:, arriving.nodes[:, side]] + cost.home[:, side]
                for far, cost in zip(to_ends, costs, strict=True)
            ]
            for side in (0, 1)
        )
        yield rows, _least(chain([[along_m * cost.slow[rows, None] for cost in costs]], through))


def _least(choices: Iterable[list[Floats]]) -> list[Floats]:
    """Choose for each pair what is least by the first array of each choice, the others go with it.

    The first choice is written over.
    """
    others = iter(choices)
    least = next(others)
    for other in others:
        is_less = other[0] < least[0]
        for best, new in zip(least, other, strict=True):
            np.copyto(best, new, where=is_less)
    return least


def _numbered(points: Sequence[LonLat]) -> Ints:
    """Number the places; those that are one and the same get one number."""
    first: dict[LonLat, int] = {}
    return np.array([first.setdefault(point, row) for row, point in enumerate(points)], dtype=np.int64)


def _packed(found_m: Floats, is_same: Flags) -> Iterator[Sequence[float | None]]:
    """Give the rows to the millimetre, None where no way leads.

    A row without None stays packed: to make an object of each number takes longer than to find it.
    """
    for row in np.where(is_same, 0.0, np.round(found_m, 3)):
        yield array("d", row.tobytes()) if row.max() < np.inf else _with_none(row)


def _with_none(row: Floats) -> tuple[float | None, ...]:
    return tuple(None if far == np.inf else far for far in row.tolist())
