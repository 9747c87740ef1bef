"""From the outline of a building in the picture to the ground that it covers: an upright block, fitted to it.

The outline shows walls and roof as well as the ground; taken as lying on the ground, a shed of nine square
metres covers twenty. With a camera whose pose is known, six numbers describe a block: place, turn, length,
width, height. The block whose outline overlaps the seen one most is found by the simplex search of J. Nelder
and R. Mead (The Computer Journal 7, 1965) from several turns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from shapely import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from edge_agent.ports import GroundPlane

Array = npt.NDArray[np.float64]

_TURNS = (0.0, np.pi / 6, np.pi / 3)
_CORNERS = np.array([(a, b, up) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for up in (0.0, 1.0)])
_USUAL_M = (3.0, 3.0, 2.5)
_SIZE_SPREAD = 0.6
_USUAL_HEIGHT_SPREAD = 0.25
_PRIOR_WEIGHT = 0.005
"""What an outline leaves open (how deep a thing seen from the front is) is taken as usual."""
_LEAST_OVERLAP = 0.6
_SEARCH = {"xatol": 0.01, "fatol": 1e-4, "maxiter": 500}


@dataclass(frozen=True, slots=True)
class Block:
    """An upright block on the ground, in metres, and how well its outline fits, in [0, 1]."""

    length_m: float
    width_m: float
    height_m: float
    overlap: float

    @property
    def footprint_m2(self) -> float:
        """The ground that it covers."""
        return self.length_m * self.width_m


def block_of(outline_px: Polygon, ground: GroundPlane) -> Block | None:
    """Fit a block to an outline; None when no camera is known or the outline is not a block's."""
    seen = outline_px.buffer(0).convex_hull
    start = _start_place(seen, ground)
    if start is None:
        return None
    tries = [_search(np.array([*start, turn, *np.log(_USUAL_M)]), seen, ground) for turn in _TURNS]
    best = _search(min(tries, key=lambda values: _misfit(values, seen, ground)), seen, ground)
    overlap = _overlap(_outline(best, ground), seen)
    length_m, width_m, height_m = (float(size) for size in np.exp(best[3:]))
    return Block(length_m, width_m, height_m, overlap) if overlap >= _LEAST_OVERLAP else None


def _start_place(seen: BaseGeometry, ground: GroundPlane) -> Array | None:
    """Begin a little behind the lowest edge."""
    left, _, right, bottom = seen.bounds
    near, left_m, right_m = ground.to_ground_m(
        [((left + right) / 2, bottom), (left, bottom), (right, bottom)]
    )
    across = right_m - left_m
    if not (np.isfinite(near).all() and np.isfinite(across).all()):
        return None
    away = np.array([-across[1], across[0]]) / max(float(np.hypot(*across)), 1e-6)
    return np.asarray(near + away * _USUAL_M[0] / 2, dtype=np.float64)


def _search(start: Array, seen: BaseGeometry, ground: GroundPlane) -> Array:
    simplex = np.vstack([start, start + np.diag([0.7, 0.7, 0.3, 0.3, 0.3, 0.2])])
    options = _SEARCH | {"initial_simplex": simplex}
    found = minimize(  # type: ignore[call-overload]  # the stubs know no initial_simplex
        lambda values: _misfit(values, seen, ground), start, method="Nelder-Mead", options=options
    )
    return np.asarray(found.x, dtype=np.float64)


def _misfit(values: Array, seen: BaseGeometry, ground: GroundPlane) -> float:
    spread = np.array([_SIZE_SPREAD, _SIZE_SPREAD, _USUAL_HEIGHT_SPREAD])
    unusual = float(np.sum(((values[3:] - np.log(_USUAL_M)) / spread) ** 2))
    return 1.0 - _overlap(_outline(values, ground), seen) + _PRIOR_WEIGHT * unusual


def _outline(values: Array, ground: GroundPlane) -> BaseGeometry:
    turn = values[2]
    level = (_CORNERS[:, :2] * np.exp(values[3:5])) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    corners = np.column_stack([level + values[:2], _CORNERS[:, 2] * np.exp(values[5])])
    pixels = ground.raised_to_pixels(corners)
    return MultiPoint(pixels).convex_hull if np.isfinite(pixels).all() else Polygon()


def _overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    shared = one.intersection(other).area
    union = one.area + other.area - shared
    return float(shared / union) if union > 0 else 0.0
