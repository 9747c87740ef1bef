"""What in the difference of two pictures is only light that varies smoothly, or a picture that trembles."""

import cv2
import numpy as np

from edge_agent.appearance.light import LogImage, Plane
from edge_agent.appearance.masks import Mask

_GRID = (9, 12)
"""Rows and columns of the grid on which light may vary over the picture."""
_STRIDE_PX = 3
_MIN_CELL_FRACTION = 0.2
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


def smooth_light_change(current: LogImage, scene: LogImage, ignored: Mask) -> LogImage:
    """Give the change of light from scene to current that varies slowly over the picture, shape (H, W, 3).

    The median of each cell of a coarse grid, then the median of neighbouring cells: things that cover less
    than half of a neighbourhood do not count. `ignored` pixels never count.
    """
    height, width = ignored.shape
    difference = current[::_STRIDE_PX, ::_STRIDE_PX] - scene[::_STRIDE_PX, ::_STRIDE_PX]
    difference[ignored[::_STRIDE_PX, ::_STRIDE_PX] > 0] = np.inf
    medians, weights = _cell_medians(difference)
    weighted = np.asarray(cv2.medianBlur(medians, 3), dtype=np.float32) * weights[..., None]
    total = np.asarray(cv2.GaussianBlur(weighted, (5, 5), 1.2), dtype=np.float32)
    share = np.asarray(cv2.GaussianBlur(weights, (5, 5), 1.2), dtype=np.float32)
    change = total / (share[..., None] + np.float32(1e-6))
    return np.asarray(cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _cell_medians(difference: LogImage) -> tuple[LogImage, Plane]:
    """Give the median of the finite values in each cell, and its weight: nearly 0 for too few of them."""
    rows, columns = _GRID
    cell_height, cell_width = difference.shape[0] // rows, difference.shape[1] // columns
    cells = difference[: rows * cell_height, : columns * cell_width]
    cells = cells.reshape(rows, cell_height, columns, cell_width, 3).transpose(0, 2, 1, 3, 4)
    ordered = np.sort(cells.reshape(rows, columns, -1, 3), axis=2)
    counts = np.isfinite(ordered).sum(axis=2)
    middle = np.take_along_axis(ordered, (counts // 2)[:, :, None, :], axis=2)[:, :, 0, :]
    is_enough = counts[..., 0] >= _MIN_CELL_FRACTION * cell_height * cell_width
    medians = np.where(is_enough[..., None], middle, 0.0).astype(np.float32)
    return medians, np.where(is_enough, 1.0, 1e-3).astype(np.float32)
