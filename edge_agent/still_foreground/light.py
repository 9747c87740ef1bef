"""First step of stillness: pictures as logarithms, in which light is an offset, and how light changed smoothly."""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.types import Image

LogImage: TypeAlias = npt.NDArray[np.float32]
"""(H, W, 3) natural logarithm of blue, green, red, each raised by `DARK_OFFSET`."""

Plane: TypeAlias = npt.NDArray[np.float32]
"""(H, W) float32."""

Mask: TypeAlias = npt.NDArray[np.uint8]
"""(H, W) uint8, 255 where it holds and 0 elsewhere, as OpenCV takes it."""

DARK_OFFSET = 16.0
"""Grey levels added before the logarithm, so that noise in the dark stays below the contrast of things."""

_LOGARITHM = np.log(np.arange(256, dtype=np.float32) + np.float32(DARK_OFFSET)).astype(np.float32)
_GRID = (9, 12)
"""Rows and columns of the grid on which light may vary over the picture."""
_STRIDE_PX = 3
_MIN_CELL_FRACTION = 0.2


def as_mask(marked: npt.ArrayLike) -> Mask:
    """Give what OpenCV returned as the mask that it is."""
    return np.asarray(marked, dtype=np.uint8)


def logarithm(image: Image) -> LogImage:
    """Give the picture in logarithms, shape (H, W, 3)."""
    return np.asarray(cv2.LUT(image, _LOGARITHM), dtype=np.float32)


def strongest_channel(difference: LogImage) -> Plane:
    """Give the largest absolute value of the three channels at each pixel."""
    blue, green, red = cv2.split(np.abs(difference))
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32)


def outside_tolerance(current: LogImage, scene: LogImage) -> Plane:
    """Give by how much each pixel leaves the range of its 3x3 neighbourhood in the scene.

    A picture that trembles by a pixel, or an edge redrawn by the encoder, stays inside that range.
    """
    kernel = np.ones((3, 3), np.uint8)
    above = cv2.subtract(current, cv2.dilate(scene, kernel))
    below = cv2.subtract(cv2.erode(scene, kernel), current)
    blue, green, red = cv2.split(cv2.max(above, below))
    return np.maximum(np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32), np.float32(0))


def smooth_light_change(current: LogImage, scene: LogImage, ignored: Mask) -> LogImage:
    """Give the change of light from scene to current that varies slowly over the picture, shape (H, W, 3).

    The median of each cell of a coarse grid, then the median of neighbouring cells: things that cover less
    than half of a neighbourhood do not count. `ignored` pixels never count.
    """
    height, width = ignored.shape
    difference = (current[::_STRIDE_PX, ::_STRIDE_PX] - scene[::_STRIDE_PX, ::_STRIDE_PX]).copy()
    difference[ignored[::_STRIDE_PX, ::_STRIDE_PX] > 0] = np.inf
    medians, weights = _cell_medians(difference)
    medians = cv2.medianBlur(medians, 3)
    filled = cv2.GaussianBlur(medians * weights[..., None], (5, 5), 1.2)
    filled /= cv2.GaussianBlur(weights, (5, 5), 1.2)[..., None] + np.float32(1e-6)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _cell_medians(difference: LogImage) -> tuple[LogImage, Plane]:
    """Give the median of the finite values in each cell; weight 1 where it had enough of them, else nearly 0."""
    rows, columns = _GRID
    cell_height, cell_width = difference.shape[0] // rows, difference.shape[1] // columns
    cells = difference[: rows * cell_height, : columns * cell_width]
    cells = cells.reshape(rows, cell_height, columns, cell_width, 3).transpose(0, 2, 1, 3, 4)
    ordered = np.sort(cells.reshape(rows, columns, -1, 3), axis=2)
    counts = np.isfinite(ordered).sum(axis=2)
    middle = np.take_along_axis(ordered, np.maximum(counts // 2, 0)[:, :, None, :], axis=2)[:, :, 0, :]
    enough = counts[..., 0] >= _MIN_CELL_FRACTION * cell_height * cell_width
    medians = np.where(enough[..., None], middle, 0.0).astype(np.float32)
    return medians, np.where(enough, 1.0, 1e-3).astype(np.float32)
