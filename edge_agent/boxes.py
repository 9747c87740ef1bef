"""Measures on boxes that several stages share: overlap, cover, size. Pure arithmetic on pixels."""

from collections.abc import Sequence
from math import hypot, sqrt

import numpy as np
import numpy.typing as npt

from edge_agent.types import BoxXyxy


def area_px2(box: BoxXyxy) -> float:
    """Give the area of a box."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def size_px(box: BoxXyxy) -> float:
    """Give the side of the square with the box's area: the yardstick for distances that must not depend on
    scale.
    """
    return sqrt(area_px2(box))


def centre_px(box: BoxXyxy) -> tuple[float, float]:
    """Give the middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def centre_distance_px(one: BoxXyxy, other: BoxXyxy) -> float:
    """Give the distance between the middles of two boxes."""
    (x1, y1), (x2, y2) = centre_px(one), centre_px(other)
    return hypot(x2 - x1, y2 - y1)


def shared_area_px2(one: BoxXyxy, other: BoxXyxy) -> float:
    """Give the area that two boxes have in common."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def iou(one: BoxXyxy, other: BoxXyxy) -> float:
    """Give intersection over union, in [0, 1]."""
    shared = shared_area_px2(one, other)
    union = area_px2(one) + area_px2(other) - shared
    return shared / union if union > 0 else 0.0


def covered_fraction(box: BoxXyxy, cover: BoxXyxy) -> float:
    """Give the part of `box` that `cover` hides, in [0, 1]."""
    area = area_px2(box)
    return shared_area_px2(box, cover) / area if area > 0 else 0.0


def blend(old: BoxXyxy, new: BoxXyxy, weight: float) -> BoxXyxy:
    """Give the box at `weight` in [0, 1] of the way from old to new."""
    x1, y1, x2, y2 = (before + weight * (after - before) for before, after in zip(old, new, strict=True))
    return x1, y1, x2, y2


def clip(box: BoxXyxy, frame_size_px: tuple[int, int]) -> BoxXyxy:
    """Give the part of a box inside the frame, at least one pixel wide and high."""
    width, height = frame_size_px
    x1, y1 = min(max(box[0], 0.0), width - 1.0), min(max(box[1], 0.0), height - 1.0)
    return x1, y1, max(min(box[2], float(width)), x1 + 1.0), max(min(box[3], float(height)), y1 + 1.0)


def iou_matrix(ones: Sequence[BoxXyxy], others: Sequence[BoxXyxy]) -> npt.NDArray[np.float64]:
    """Give the IoU of each pair, shape (len(ones), len(others))."""
    a = np.asarray(ones, dtype=np.float64).reshape(-1, 1, 4)
    b = np.asarray(others, dtype=np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.prod(np.clip(sides, 0.0, None), axis=2)
    areas_a, areas_b = np.prod(a[..., 2:] - a[..., :2], axis=2), np.prod(b[..., 2:] - b[..., :2], axis=2)
    result: npt.NDArray[np.float64] = shared / np.maximum(areas_a + areas_b - shared, 1e-9)
    return result
