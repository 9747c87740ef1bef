"""From the outline of a building in the picture to the ground that it covers: a roofed block, fitted to it.

The outline shows walls and roof as well as the ground; taken as lying on the ground, a shed of nine square
metres covers twenty. With a camera whose pose is known, eight numbers describe a block: place, turn, length,
width, height, how far its roof stands out, how much the roof rises to one side. Without the last two, eaves
of 20 cm make a small shed a fifth too large. The block whose outline overlaps the seen one most is found by
the simplex search of J. Nelder and R. Mead (The Computer Journal 7, 1965), in the form of F. Gao and L. Han
for many numbers (Computational Optimization and Applications 51, 2012), from several turns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from shapely import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from edge_agent.ports import GroundPlane

Array = npt.NDArray[np.float64]

_TURNS = tuple(np.arange(6) * np.pi / 6)
_CORNERS = np.array([(a, b, up) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for up in (0.0, 1.0)])
_USUAL_M = (3.0, 3.0, 2.5)
_SIZE_SPREAD = 0.6
_USUAL_HEIGHT_SPREAD = 0.25
_USUAL_EAVES_M, _EAVES_SPREAD_M = 0.1, 0.15
_RISE_SPREAD_M = 0.2
_PRIOR_WEIGHT = 0.005
"""What an outline leaves open (how deep a thing seen from the front is, what of it is eaves) is as usual.
The figures of the roof were chosen on simulated sheds: `python -m models.evaluate footprint`."""
_LEAST_OVERLAP = 0.6
_ROUGHLY, _FINELY = 150, 700
"""Steps of a search from one turn, and from the best of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A roofed block on the ground, in metres, and how well its outline fits, in [0, 1]."""

    length_m: float
    width_m: float
    height_m: float
    eaves_m: float
    overlap: float

    @property
    def footprint_m2(self) -> float:
        """The ground that its walls enclose; eaves do not count."""
        return self.length_m * self.width_m


def block_of(outline_px: Polygon, ground: GroundPlane) -> Block | None:
    """Fit a block to an outline; None when no camera is known or the outline is not a block's."""
    seen = outline_px.buffer(0).convex_hull
    start = _start_place(seen, ground)
    if start is None:
        return None
    tries = [
        _search(np.array([*start, turn, *np.log(_USUAL_M), _USUAL_EAVES_M, 0.0]), seen, ground, _ROUGHLY)
        for turn in _TURNS
    ]
    best = _search(min(tries, key=lambda values: _misfit(values, seen, ground)), seen, ground, _FINELY)
    overlap = _overlap(_outline(best, ground), seen)
    length_m, width_m, height_m = (float(size) for size in np.exp(best[3:6]))
    if overlap < _LEAST_OVERLAP:
        return None
    return Block(length_m, width_m, height_m, abs(float(best[6])), overlap)


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


def _search(start: Array, seen: BaseGeometry, ground: GroundPlane, most_steps: int) -> Array:
    simplex = np.vstack([start, start + np.diag([0.7, 0.7, 0.3, 0.3, 0.3, 0.2, 0.1, 0.15])])
    options = {
        "initial_simplex": simplex,
        "adaptive": True,
        "xatol": 0.005,
        "fatol": 5e-5,
        "maxiter": most_steps,
    }
    found = minimize(  # type: ignore[call-overload]  # the stubs know no initial_simplex
        lambda values: _misfit(values, seen, ground), start, method="Nelder-Mead", options=options
    )
    return np.asarray(found.x, dtype=np.float64)


def _misfit(values: Array, seen: BaseGeometry, ground: GroundPlane) -> float:
    sizes, (eaves_m, rise_m) = values[3:6] - np.log(_USUAL_M), values[6:]
    unusual = [
        *sizes / (_SIZE_SPREAD, _SIZE_SPREAD, _USUAL_HEIGHT_SPREAD),
        (abs(eaves_m) - _USUAL_EAVES_M) / _EAVES_SPREAD_M,
        rise_m / _RISE_SPREAD_M,
    ]
    price = _PRIOR_WEIGHT * float(np.sum(np.square(unusual)))
    return 1.0 - _overlap(_outline(values, ground), seen) + price


def _outline(values: Array, ground: GroundPlane) -> BaseGeometry:
    turn, height_m, eaves_m, rise_m = values[2], np.exp(values[5]), abs(values[6]), values[7]
    sizes_m = np.exp(values[3:5]) + 2 * eaves_m * _CORNERS[:, 2:]
    level = (_CORNERS[:, :2] * sizes_m) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    heights = _CORNERS[:, 2] * (height_m + rise_m * _CORNERS[:, 1])
    pixels = ground.raised_to_pixels(np.column_stack([level + values[:2], heights]))
    return MultiPoint(pixels).convex_hull if np.isfinite(pixels).all() else Polygon()


def _overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    shared = one.intersection(other).area
    union = one.area + other.area - shared
    return float(shared / union) if union > 0 else 0.0
