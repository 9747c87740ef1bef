"""Masks and what is done with them, in words; OpenCV does the work."""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.uint8]
"""(H, W) uint8, 255 where it holds and 0 elsewhere."""

Labels: TypeAlias = npt.NDArray[np.int32]
"""(H, W) number of the connected component at each pixel, 0 for none."""

_MARK = np.uint8(255)


def marked(where: npt.NDArray[np.bool_]) -> Mask:
    """Give the mask of the pixels where something holds."""
    return where.astype(np.uint8) * _MARK


def blank(shape: tuple[int, ...]) -> Mask:
    """Give a mask of this height and width with nothing marked."""
    return np.zeros(shape[:2], np.uint8)


def size_px2(mask: Mask) -> int:
    """Give the number of marked pixels."""
    return cv2.countNonZero(mask)


def grown(mask: Mask, reach_px: int) -> Mask:
    """Mark also what is at most this far away, across or diagonally."""
    return np.asarray(cv2.dilate(mask, _square(reach_px)), dtype=np.uint8)


def shrunk(mask: Mask, reach_px: int) -> Mask:
    """Leave what is further than this from all that is not marked; the picture's border does not count."""
    return np.asarray(cv2.erode(mask, _square(reach_px)), dtype=np.uint8)


def joined(mask: Mask, reach_px: int) -> Mask:
    """Close gaps and holes up to twice the reach."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _square(reach_px)), dtype=np.uint8)


def without_specks(mask: Mask, reach_px: int = 1) -> Mask:
    """Drop what is thinner than twice the reach and one pixel."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _square(reach_px)), dtype=np.uint8)


def filled(mask: Mask) -> Mask:
    """Mark also what lies inside closed outlines."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(mask.copy(), contours, -1, 255, cv2.FILLED), dtype=np.uint8)


def both(one: Mask, other: Mask) -> Mask:
    """Mark what both mark."""
    return np.asarray(cv2.bitwise_and(one, other), dtype=np.uint8)


def either(one: Mask, other: Mask) -> Mask:
    """Mark what one or the other marks."""
    return np.asarray(cv2.bitwise_or(one, other), dtype=np.uint8)


def without(one: Mask, other: Mask) -> Mask:
    """Mark what one marks and the other does not."""
    return np.asarray(cv2.subtract(one, other), dtype=np.uint8)


def outside(mask: Mask) -> Mask:
    """Mark what is not marked."""
    return np.asarray(cv2.bitwise_not(mask), dtype=np.uint8)


def enlarged(mask: Mask, factor: int) -> Mask:
    """Give the mask for a picture that is larger by a whole factor."""
    size = (mask.shape[1] * factor, mask.shape[0] * factor)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def components(mask: Mask) -> tuple[Labels, list[tuple[int, int, int, int, int]]]:
    """Give connected components: their labels; x, y, width, height, area of each (label n is row n - 1)."""
    if size_px2(mask) == 0:  # the usual case, and the search costs as much for it as for any other
        return np.zeros(mask.shape, np.int32), []
    count, labels, rows, _ = cv2.connectedComponentsWithStats(mask)
    measures = [(int(x), int(y), int(w), int(h), int(area)) for x, y, w, h, area in rows[1:count].tolist()]
    return np.asarray(labels, dtype=np.int32), measures


def commonest(labels: Labels, within: Mask) -> int:
    """Give the label that is most frequent within a mask; 0 when there is none."""
    counts = np.bincount(labels[within > 0], minlength=1)
    counts[0] = 0
    return int(counts.argmax())


def _square(reach_px: int) -> npt.NDArray[np.uint8]:
    return np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
