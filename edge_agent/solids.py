"""From a box in the picture to the ground that a thing covers: a solid of its class, fitted into the box.

The bottom edge of a box is only the near side of a thing, and its sides are seen at other depths than its
bottom. With a camera whose pose is known, a car-like solid of usual size that fills the box tells where the
whole of it stands: five unknowns (place, length, width, height), four edges and three usual sizes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from edge_agent.ports import GroundPlane
from edge_agent.types import BoxXyxy

Array = npt.NDArray[np.float64]

_ITERATIONS = 15
_CONVERGED = 1e-4
_STEP = 1e-3
_EDGE_PX = 2.0
_CUT_OFF_SIGMA = 1e4
_FURTHEST_M = 200.0
_NO_FIT = 11.3
"""99 % quantile of chi-squared with 3 degrees of freedom, about what a solid of the right class leaves."""


@dataclass(frozen=True, slots=True)
class Solid:
    """What a class of things is like. `sizes_m`: usual length, width, height; `spread`: standard deviations
    of their natural logarithms; `points`: outermost points, in halves of length and width and in heights.
    """

    sizes_m: tuple[float, float, float]
    spread: tuple[float, float, float]
    points: tuple[tuple[float, float, float], ...]


def _mirrored(*corners: tuple[float, float, float]) -> tuple[tuple[float, float, float], ...]:
    signs = tuple(product((-1.0, 1.0), repeat=2))
    return tuple((along * a, across * b, up) for along, across, up in corners for a, b in signs)


CAR = Solid(
    (4.5, 1.8, 1.5),
    (0.08, 0.05, 0.1),
    _mirrored((0.65, 0.95, 0.0), (1, 0.85, 0.17), (0.97, 1, 0.4), (0.4, 0.72, 1)),
)
"""Tyres stand well behind the bumpers, which hang 0.25 m above the ground; the roof is the cabin's."""
LARGE_VEHICLE = Solid((7.0, 2.3, 2.9), (0.3, 0.1, 0.2), _mirrored((0.7, 0.95, 0), (1, 1, 0.15), (1, 1, 1)))
TWO_WHEELER = Solid(
    (1.75, 0.65, 1.1),
    (0.08, 0.15, 0.1),
    _mirrored((0.65, 0.15, 0), (1, 0.15, 0.25), (0.45, 1, 0.95), (0.2, 0.3, 1)),
)
BLOCK = Solid((1.5, 1.2, 1.0), (0.8, 0.6, 0.5), _mirrored((1, 1, 0), (1, 1, 1)))
"""Goods, furniture, a row of things: of no usual size."""
STRUCTURE = Solid((3.5, 2.8, 2.4), (0.5, 0.5, 0.2), _mirrored((1, 1, 0), (1, 1, 1)))
"""A shed or an added room: one storey high."""

SOLIDS: Mapping[str, Solid] = MappingProxyType(
    {
        "car": CAR,
        "large_vehicle": LARGE_VEHICLE,
        "two_wheeler": TWO_WHEELER,
        "object": BLOCK,
        "structure": STRUCTURE,
    }
)
"""The solid of each word of the detector for things that are large against their distance."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a solid stands. `corners_m` (4, 2): the ground that it covers; `centre_m` (2,) with its
    covariance (2, 2) from the noise of the box and the spread of sizes; `cost`: squared sigmas that are left.
    """

    corners_m: Array
    centre_m: Array
    covariance_m2: Array
    cost: float


def stand_of(
    solid: Solid,
    box: BoxXyxy,
    frame_size_px: tuple[int, int],
    along: tuple[float, float],
    ground: GroundPlane,
    sigma_px: tuple[float, float],
) -> Stand | None:
    """Fit a solid whose length lies along a direction (east, north) into a box; None where that cannot be.

    `sigma_px`: how exact the box's upright and its level edges are. An edge at the border of the frame is
    where the picture ends, not the thing, and tells nothing.
    """
    fit = _Fit(solid, np.asarray(box), _sigmas(box, frame_size_px, sigma_px), np.asarray(along), ground)
    values = fit.start()
    return None if values is None else fit.solve(values)


def stands_of(
    label: str,
    box: BoxXyxy,
    frame_size_px: tuple[int, int],
    directions: Sequence[tuple[float, float]],
    ground: GroundPlane,
    sigma_px: tuple[float, float],
) -> list[Stand]:
    """Give where a thing of a class may stand, by direction; empty where no camera is known.

    What its class cannot fill, as one box around a row of e-bikes, is taken as a block of its height.
    """

    def tried(solid: Solid) -> list[Stand]:
        stands = (stand_of(solid, box, frame_size_px, along, ground, sigma_px) for along in directions)
        return [stand for stand in stands if stand is not None]

    solid = SOLIDS.get(label, BLOCK)
    stands = tried(solid)
    if stands and min(stand.cost for stand in stands) > _NO_FIT:
        stands += tried(_several_of(solid))
    return stands


def _several_of(solid: Solid) -> Solid:
    """Give a block as high as a thing of this class, and of no usual length and width."""
    (length, width, _), (*_, height_spread) = BLOCK.sizes_m, solid.spread
    return replace(
        BLOCK, sizes_m=(length, width, solid.sizes_m[2]), spread=(*BLOCK.spread[:2], height_spread)
    )


def best_stand(
    label: str,
    box: BoxXyxy,
    frame_size_px: tuple[int, int],
    directions: Sequence[tuple[float, float]],
    ground: GroundPlane,
    sigma_px: tuple[float, float],
) -> Stand | None:
    """Give the stand that fits best."""
    stands = stands_of(label, box, frame_size_px, directions, ground, sigma_px)
    return min(stands, key=lambda stand: stand.cost, default=None)


def _sigmas(box: BoxXyxy, frame_size_px: tuple[int, int], sigma_px: tuple[float, float]) -> Array:
    width, height = frame_size_px
    is_cut = (box[0] <= _EDGE_PX, box[1] <= _EDGE_PX, box[2] >= width - _EDGE_PX, box[3] >= height - _EDGE_PX)
    return np.where(is_cut, _CUT_OFF_SIGMA, np.tile(sigma_px, 2))


class _Fit:
    """Five values: the centre in metres along and across, and the logarithms of length, width, height."""

    def __init__(self, solid: Solid, box: Array, sigmas: Array, along: Array, ground: GroundPlane) -> None:
        self._box, self._sigmas, self._ground = box, sigmas, ground
        self._axes = np.stack([along, (-along[1], along[0])])
        self._points = np.asarray(solid.points)
        self._means, self._spread = np.log(solid.sizes_m), np.asarray(solid.spread)

    def start(self) -> Array | None:
        """Begin half of the size behind the place that the middle of the bottom edge shows."""
        x1, y1, x2, y2 = self._box
        middle = (x1 + x2) / 2
        near, beyond = self._ground.to_ground_m([(middle, y2), (middle, y2 - 0.2 * (y2 - y1))])
        away = beyond - near
        length = np.hypot(*away)
        if not (np.isfinite(away).all() and length > 0):
            return None
        half_m = np.abs(self._axes @ (away / length)) @ np.exp(self._means[:2]) / 2
        place = near + away / length * half_m
        return np.concatenate([self._axes @ place, self._means])

    def solve(self, values: Array) -> Stand | None:
        """Improve by damped Gauss-Newton; None when the solid would reach behind the camera."""
        residuals, slope = self._system(values)
        cost, damping = float(residuals @ residuals), 1e-2
        for _ in range(_ITERATIONS):
            if not (np.isfinite(cost) and np.isfinite(slope).all()):
                return None
            normal = slope.T @ slope
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), slope.T @ residuals)
            new_residuals, new_slope = self._system(values - step)
            new_cost = float(new_residuals @ new_residuals)
            if not new_cost <= cost:
                damping *= 10.0
                continue
            improved, values, residuals, slope, cost = (
                cost - new_cost,
                values - step,
                new_residuals,
                new_slope,
                new_cost,
            )
            damping /= 10.0
            if improved <= _CONVERGED:
                break
        return self._stand(values, slope, cost)

    def _stand(self, values: Array, slope: Array, cost: float) -> Stand | None:
        covariance = np.linalg.inv(slope.T @ slope)[:2, :2]
        halves = np.exp(values[2:4]) / 2
        corners = values[:2] + np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * halves
        if not (np.isfinite(corners).all() and halves.max() < _FURTHEST_M):
            return None
        return Stand(
            corners @ self._axes, values[:2] @ self._axes, self._axes.T @ covariance @ self._axes, cost
        )

    def _system(self, values: Array) -> tuple[Array, Array]:
        """Give the residuals in sigmas (7,) and their slope (7, 5)."""
        moved = np.vstack([values, values + _STEP * np.eye(5)])
        edges = (self._edges(moved) - self._box) / self._sigmas
        sizes = (moved[:, 2:] - self._means) / self._spread
        rows = np.hstack([edges, sizes])
        return rows[0], ((rows[1:] - rows[0]) / _STEP).T

    def _edges(self, moved: Array) -> Array:
        """Give the box around the solid for each row of values, (N, 4)."""
        sizes = np.exp(moved[:, None, 2:]) * (0.5, 0.5, 1.0)
        points = self._points[None] * sizes
        level = (points[:, :, :2] + moved[:, None, :2]) @ self._axes
        raised = np.concatenate([level, points[:, :, 2:]], axis=2)
        pixels = self._ground.raised_to_pixels(raised.reshape(-1, 3)).reshape(len(moved), -1, 2)
        return np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)
