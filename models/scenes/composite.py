"""Puts rendered windows into the plate: only what really differs is taken, so that the rest stays still."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from models.scenes.windows import Window

Picture = npt.NDArray[np.uint8]
FIRST_LEVEL, FULL_LEVEL = 5.0, 14.0
"""Differences in grey levels below the first are render noise; from the second on the new picture counts."""


def compose(plate: Picture, pieces: Sequence[tuple[Window, Picture]]) -> Picture:
    """Lay pieces over the plate (H, W, 3)."""
    result = plate.copy()
    for (left, top, right, bottom), piece in pieces:
        below = plate[top:bottom, left:right].astype(np.float32)
        above = piece.astype(np.float32)
        share = _share(above, below)
        result[top:bottom, left:right] = np.asarray(above * share + below * (1 - share), np.uint8)
    return result


def _share(above: npt.NDArray[np.float32], below: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much of the new picture to take at each pixel (H, W, 1): a soft mask around what differs."""
    difference = cv2.GaussianBlur(np.abs(above - below).max(axis=2), (0, 0), 1.2)
    share = np.clip((difference - FIRST_LEVEL) / (FULL_LEVEL - FIRST_LEVEL), 0, 1).astype(np.float32)
    grown = cv2.GaussianBlur(cv2.dilate(share, np.ones((3, 3), np.uint8)), (0, 0), 0.8)
    return np.asarray(np.clip(grown, 0, 1)[..., None], np.float32)
