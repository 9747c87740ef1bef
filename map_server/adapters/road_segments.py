"""Cuts loaded streets into segments at junctions, barriers and changes of rule, as arrays for the graph."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.segment import Segment, segment_id_of
from map_server.domain.street import StreetWay, TravelMode
from map_server.domain.street_profile import PROFILES, Use

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment with the numbers of the junctions at its ends, its rules, and its course in metres."""

    segment: Segment
    start: int
    end: int
    uses: Mapping[TravelMode, Use]
    line: shapely.LineString


@dataclass(frozen=True, slots=True)
class Pieces:
    """All pieces of a network. `blocked` has the junctions that a mode cannot pass."""

    plane: LocalPlane
    pieces: tuple[Piece, ...]
    junctions: int
    blocked: Mapping[TravelMode, frozenset[int]]


@dataclass(frozen=True, slots=True)
class _Run:
    """Points of one way between two cuts, by their numbers."""

    way: StreetWay
    points: tuple[int, ...]
    uses: tuple[Use, ...]


def cut(ways: Sequence[StreetWay], join_within_m: float) -> Pieces:
    """Cut ways into pieces; points closer than `join_within_m` are one. Raises ValueError without any."""
    ways = [way for way in ways if any(not profile.use_of(way.tags).is_none for profile in PROFILES.values())]
    if not ways:
        raise ValueError("ways: there is no street to walk on; give one line of two points or more")
    vertices = np.array([point for way in ways for point in way.points])
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    plane = LocalPlane((float(middle[0]), float(middle[1])))
    east, north = plane.xy_m((plane.origin[0] + 1, plane.origin[1] + 1))
    number = _joined((vertices - middle) * (east, north), join_within_m)
    _, first = np.unique(number, return_index=True)
    lonlat = vertices[first]
    numbered, offset = [], 0
    for way in ways:
        numbered.append((way, _without_repeats(number[offset : offset + len(way.points)])))
        offset += len(way.points)
    blocked = _blocked(numbered, number, ways)
    runs = _merged(_runs(numbered, set().union(*blocked.values())), blocked)
    return _pieces(runs, lonlat, plane, blocked)


def _joined(xy_m: Floats, within_m: float) -> Ints:
    """Number the points: those closer than `within_m` get one number."""
    pairs = KDTree(xy_m).query_pairs(within_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy_m), len(xy_m)))
    labels: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def _without_repeats(numbers: Ints) -> tuple[int, ...]:
    kept = numbers[np.insert(numbers[1:] != numbers[:-1], 0, True)]
    return tuple(int(number) for number in kept)


def _blocked(
    numbered: Sequence[tuple[StreetWay, tuple[int, ...]]], number: Ints, ways: Sequence[StreetWay]
) -> dict[TravelMode, frozenset[int]]:
    found: dict[TravelMode, set[int]] = {mode: set() for mode in PROFILES}
    offset = 0
    for way in ways:
        for index, tags in way.barriers.items():
            for mode, profile in PROFILES.items():
                if not profile.passes(tags):
                    found[mode].add(int(number[offset + index]))
        offset += len(way.points)
    return {mode: frozenset(points) for mode, points in found.items()}


def _runs(numbered: Sequence[tuple[StreetWay, tuple[int, ...]]], stops: set[int]) -> list[_Run]:
    """Cut each way at junctions, and where something blocks it; of a street drawn twice keep one drawing."""
    uses = _uses_of_hops(numbered)
    neighbours = Counter(point for hop in uses for point in hop)
    drawn: set[tuple[int, int]] = set()
    runs = []
    for way, points in numbered:
        run: list[int] = []
        for one, other in pairwise(points):
            hop = (min(one, other), max(one, other))
            is_cut = bool(run) and (neighbours[one] != 2 or one in stops or hop in drawn)
            if run and (is_cut or _ahead(uses, run[-2], one) != _ahead(uses, one, other)):
                runs.append(_Run(way, tuple(run), _ahead(uses, run[0], run[1])))
                run = []
            if hop not in drawn:
                drawn.add(hop)
                run = [*run, other] if run else [one, other]
        if run:
            runs.append(_Run(way, tuple(run), _ahead(uses, run[0], run[1])))
    return runs


def _uses_of_hops(
    numbered: Sequence[tuple[StreetWay, tuple[int, ...]]],
) -> dict[tuple[int, int], tuple[Use, ...]]:
    """Give the rules of each hop from lower to higher point; of several drawings what any lets through."""
    uses: dict[tuple[int, int], tuple[Use, ...]] = {}
    for way, points in numbered:
        own = tuple(profile.use_of(way.tags) for profile in PROFILES.values())
        for one, other in pairwise(points):
            ahead = own if one < other else _against(own)
            hop = (min(one, other), max(one, other))
            uses[hop] = tuple(map(_either, uses[hop], ahead)) if hop in uses else ahead
    return uses


def _ahead(uses: Mapping[tuple[int, int], tuple[Use, ...]], one: int, other: int) -> tuple[Use, ...]:
    return uses[one, other] if one < other else _against(uses[other, one])


def _against(uses: tuple[Use, ...]) -> tuple[Use, ...]:
    return tuple(Use(use.backward, use.forward, use.speed_m_s) for use in uses)


def _either(one: Use, other: Use) -> Use:
    forward, backward = one.forward or other.forward, one.backward or other.backward
    speeds = [use.speed_m_s for use in (one, other) if not use.is_none]
    return Use(forward, backward, max(speeds, default=one.speed_m_s))


def _merged(runs: list[_Run], blocked: Mapping[TravelMode, frozenset[int]]) -> list[_Run]:
    """Join runs that follow each other without a junction between them, where name and rules are the same."""
    kept_apart = set().union(*blocked.values())
    at: dict[int, list[int]] = {}
    for index, run in enumerate(runs):
        for end in (run.points[0], run.points[-1]):
            at.setdefault(end, []).append(index)
    alive: dict[int, _Run] = dict(enumerate(runs))
    for junction in sorted(at):
        around = at[junction]
        if len(around) != 2 or around[0] == around[1] or junction in kept_apart:
            continue
        joined = _joined_runs(alive[around[0]], alive[around[1]], junction)
        if joined is None:
            continue
        keeps, goes = around
        alive[keeps] = joined
        gone = alive.pop(goes)
        for end in (gone.points[0], gone.points[-1]):
            at[end] = [keeps if index == goes else index for index in at[end]]
    return list(alive.values())


def _joined_runs(one: _Run, other: _Run, junction: int) -> _Run | None:
    if (one.way.name_zh, one.way.name_en) != (other.way.name_zh, other.way.name_en):
        return None
    if one.points[-1] != junction:
        one = _turned(one)
    if other.points[0] != junction:
        other = _turned(other)
    if one.uses != other.uses:
        return None
    return _Run(one.way, one.points + other.points[1:], one.uses)


def _turned(run: _Run) -> _Run:
    return _Run(run.way, run.points[::-1], _against(run.uses))


def _pieces(
    runs: Iterable[_Run], lonlat: Floats, plane: LocalPlane, blocked: Mapping[TravelMode, frozenset[int]]
) -> Pieces:
    ends = sorted({end for run in runs for end in (run.points[0], run.points[-1])})
    junction_of = {point: index for index, point in enumerate(ends)}
    pieces: dict[str, Piece] = {}
    for run in runs:
        piece = _piece(run, lonlat, plane, junction_of)
        pieces.setdefault(piece.segment.segment_id, piece)
    here = {
        mode: frozenset(junction_of[point] for point in points if point in junction_of)
        for mode, points in blocked.items()
    }
    if not pieces:
        raise ValueError("ways: all streets are shorter than the joining distance; check the coordinates")
    ordered = tuple(pieces[segment_id] for segment_id in sorted(pieces))
    return Pieces(plane, ordered, len(ends), here)


def _piece(run: _Run, lonlat: Floats, plane: LocalPlane, junction_of: Mapping[int, int]) -> Piece:
    course = lonlat[list(run.points)]
    points: tuple[LonLat, ...] = tuple((float(lon), float(lat)) for lon, lat in course)
    length_m = float(_ELLIPSOID.line_length(course[:, 0], course[:, 1]))
    segment = Segment(
        segment_id_of(points), run.way.way_id, run.way.name_zh, run.way.name_en, points, length_m
    )
    uses = dict(zip(PROFILES, run.uses, strict=True))
    line = shapely.LineString([plane.xy_m(point) for point in points])
    return Piece(segment, junction_of[run.points[0]], junction_of[run.points[-1]], uses, line)
