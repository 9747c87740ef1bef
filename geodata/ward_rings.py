"""Rings on the drawing board: rectangles and outlines with enough corners to follow the bend of the map."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shapely.geometry import Polygon, box
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

Point = tuple[float, float]


def dense(stops: set[float], step_m: float) -> list[float]:
    """Give the stops in order, with even steps of about `step_m` between them."""
    ordered = sorted(stops)
    filled = ordered[:1]
    for low, high in pairwise(ordered):
        pieces = max(1, round((high - low) / step_m))
        filled += [low + (high - low) * piece / pieces for piece in range(1, pieces)] + [high]
    return filled


def rectangle_ring(rectangle: tuple[float, float, float, float], step_m: float = 90.0) -> list[Point]:
    """Give the corners of a rectangle, counter-clockwise (RFC 7946 3.1.6), and points between."""
    u0, v0, u1, v1 = rectangle
    us, vs = dense({u0, u1}, step_m), dense({v0, v1}, step_m)
    south = [(u, v0) for u in us[:-1]]
    east = [(u1, v) for v in vs[:-1]]
    north = [(u, v1) for u in us[:0:-1]]
    west = [(u0, v) for v in vs[:0:-1]]
    return south + east + north + west


def outline_ring(
    rectangles: Iterable[tuple[float, float, float, float]], corners: Sequence[Point], lattice_m: float = 60.0
) -> list[Point]:
    """Give the outline of joined rectangles, counter-clockwise, from its lowest corner.

    Neighbours that share `corners` get the same points along a shared side: no sliver lies between them.
    """
    union = unary_union([box(*rectangle) for rectangle in rectangles])
    if not isinstance(union, Polygon):
        raise ValueError("the rectangles of one outline must hang together")
    turns = list(orient(union).simplify(0).boundary.coords)[:-1]
    first = turns.index(min(turns))
    turns = turns[first:] + turns[: first + 1]
    ring: list[Point] = []
    for start, end in pairwise(turns):
        ring += _side((start[0], start[1]), (end[0], end[1]), corners, lattice_m)
    return ring


def _side(start: Point, end: Point, corners: Sequence[Point], lattice_m: float) -> list[Point]:
    """Give the start of a side and the points between, from the lattice and from the neighbours' corners."""
    fixed = 0 if start[0] == end[0] else 1
    moving = 1 - fixed
    low, high = sorted((start[moving], end[moving]))
    between = {
        corner[moving] for corner in corners if corner[fixed] == start[fixed] and low < corner[moving] < high
    }
    first = math.floor(low / lattice_m) + 1
    between |= {step * lattice_m for step in range(first, math.ceil(high / lattice_m))}
    ordered = sorted(between, reverse=end[moving] < start[moving])
    along = [(start[0], value) if fixed == 0 else (value, start[1]) for value in ordered]
    return [start, *along]
