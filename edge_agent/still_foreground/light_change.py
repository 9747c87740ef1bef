"""What in the difference of two pictures is only light that varies smoothly, or a picture that trembles."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.appearance.light import DARK_OFFSET, LogImage, Plane, fine_structure
from edge_agent.appearance.masks import Mask

_GRID = (9, 12)
"""Rows and columns of the grid on which light may vary over the picture."""
_STRIDE_PX = 3
_TEXTURE_SAMPLES = 3
_MIN_CELL_FRACTION = 0.2
_REACH_CELLS = 1.2
_BARE_SPREAD = 0.012
"""Standard deviation of the fine structure of log brightness below which a cell shows no texture."""
_TINY = 1e-9
_BLACK, _DIM = 2.0, 15.0
"""Grey levels: added to both sides of a ratio, and where a cell begins to tell something of the light."""
_SURE = 0.4
_BARE_WEIGHT = 0.2
_FALLBACK = 1e-4
"""Weight of cells that tell nothing: used where no other cell tells anything either."""
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def outside_tolerance(current: LogImage, scene: LogImage) -> Plane:
    """Give by how much each pixel leaves the range of its 3x3 neighbourhood in the scene, 0 inside it.

    A picture that trembles by a pixel, or an edge redrawn by the encoder, stays inside that range.
    """
    above = cv2.subtract(current, cv2.dilate(scene, _NEIGHBOURS))
    below = cv2.subtract(cv2.erode(scene, _NEIGHBOURS), current)
    blue, green, red = cv2.split(cv2.max(above, below))
    largest = np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32)
    return np.maximum(largest, np.float32(0))


def relit(scene: LogImage, gain: LogImage) -> LogImage:
    """Give a scene in other light; `gain` (H, W, 3) is the natural logarithm of the factor."""
    level = np.asarray(cv2.exp(scene), dtype=np.float32) - np.float32(DARK_OFFSET)
    level *= np.asarray(cv2.exp(gain), dtype=np.float32)
    return np.asarray(cv2.log(np.maximum(level, np.float32(0)) + np.float32(DARK_OFFSET)), dtype=np.float32)


def smooth_gain(current: LogImage, scene: LogImage, ignored: Mask) -> LogImage:
    """Give the gain of light from scene to current, as far as it varies slowly over the picture, (H, W, 3).

    The median of each cell of a coarse grid. Cells in which the texture of the scene is found again decide;
    where somebody stands before it, the neighbours do, and black tells little. `ignored` pixels never count.
    """
    height, width = ignored.shape
    step = slice(None, None, _STRIDE_PX)
    counted = _in_cells(ignored[step, step, None] == 0)[..., 0]
    sampled_now, sampled_before = (np.ascontiguousarray(picture[step, step]) for picture in (current, scene))
    before = _in_cells(sampled_before)
    difference = _in_cells(sampled_now) - before
    changes, weights = _cell_medians(np.where(counted[..., None], difference, np.float32(np.inf)))
    levels = np.exp(np.median(before, axis=2)) - DARK_OFFSET
    gains = np.log(
        (np.maximum((levels + DARK_OFFSET) * np.exp(changes) - DARK_OFFSET, 0) + _BLACK) / (levels + _BLACK)
    )
    texture_now, texture_before = (
        _in_cells(fine_structure(sampled, _TEXTURE_SAMPLES)[..., None])[..., 0]
        for sampled in (sampled_now, sampled_before)
    )
    weights = weights * _kept_texture(texture_now, texture_before, counted)
    weights = weights * np.maximum(_FALLBACK, levels.mean(axis=2) / (levels.mean(axis=2) + _DIM))
    return _spread_over(gains.astype(np.float32), weights.astype(np.float32), (width, height))


def _spread_over(gains: LogImage, weights: Plane, size_px: tuple[int, int]) -> LogImage:
    """Fill in unsure cells from their neighbours, smooth, and enlarge to the picture."""
    is_sure = weights[..., None] > _SURE
    gains = np.where(is_sure, gains, np.asarray(cv2.medianBlur(gains, 3), dtype=np.float32))
    total = np.asarray(cv2.GaussianBlur(gains * weights[..., None], (0, 0), _REACH_CELLS), dtype=np.float32)
    share = np.asarray(cv2.GaussianBlur(weights, (0, 0), _REACH_CELLS), dtype=np.float32)
    smooth = total / (share[..., None] + np.float32(1e-9))
    return np.asarray(cv2.resize(smooth, size_px, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _in_cells(samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give samples (h, w, channels) by cells of the grid: (rows, columns, samples of a cell, channels)."""
    rows, columns = _GRID
    height, width = samples.shape[0] // rows, samples.shape[1] // columns
    cells = samples[: rows * height, : columns * width].reshape(rows, height, columns, width, -1)
    return cells.transpose(0, 2, 1, 3, 4).reshape(rows, columns, height * width, -1)


def _cell_medians(difference: npt.NDArray[np.float32]) -> tuple[LogImage, Plane]:
    """Give the median of the finite values in each cell, and its weight: nearly 0 for too few of them."""
    ordered = np.sort(difference, axis=2)
    counts = np.isfinite(ordered).sum(axis=2)
    middle = np.take_along_axis(ordered, (counts // 2)[:, :, None, :], axis=2)[:, :, 0, :]
    is_enough = counts[..., 0] >= _MIN_CELL_FRACTION * difference.shape[2]
    medians = np.where(is_enough[..., None], middle, 0.0).astype(np.float32)
    return medians, np.where(is_enough, 1.0, _FALLBACK).astype(np.float32)


def _kept_texture(now: Plane, before: Plane, counted: npt.NDArray[np.bool_]) -> Plane:
    """Give the weight of each cell: 1 where the texture is found again, little where there is none to find.

    It must be found both in the cell and in its neighbourhood: cloth may look like pavement by chance.
    """
    now, before = np.where(counted, now, 0.0), np.where(counted, before, 0.0)
    power_now, power_before, shared = (
        (one * other).sum(axis=2) for one, other in ((now, now), (before, before), (now, before))
    )
    numbers = np.maximum(counted.sum(axis=2), 1)
    is_bare = np.maximum(power_now, power_before) < numbers * _BARE_SPREAD**2
    pooled = [np.asarray(cv2.blur(sums, (3, 3))) for sums in (power_now, power_before, shared)]
    kept = np.minimum(
        shared / np.sqrt(power_now * power_before + _TINY), pooled[2] / np.sqrt(pooled[0] * pooled[1] + _TINY)
    )
    weight = np.clip((kept - 0.3) / 0.4, _FALLBACK, 1.0)
    return np.where(is_bare, _BARE_WEIGHT, weight).astype(np.float32)
