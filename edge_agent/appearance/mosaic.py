"""Hides who is in a picture: what is hidden becomes a mosaic before the picture is kept anywhere."""

from collections.abc import Iterable
from math import ceil

import cv2

from edge_agent.types import BoxXyxy, Image

_BLOCKS = 12
"""Mosaic blocks along the longer side of what is hidden: of a standing person a face is about one block."""
_MIN_BLOCK_PX = 8


def pixelate(image: Image, boxes: Iterable[BoxXyxy]) -> Image:
    """Give a copy in which each box is a mosaic too coarse to tell who it was; the detail is gone."""
    hidden = image.copy()
    height, width = image.shape[:2]
    for box in boxes:
        left, top = max(0, int(box[0])), max(0, int(box[1]))
        right, bottom = min(width, ceil(box[2])), min(height, ceil(box[3]))
        if left >= right or top >= bottom:
            continue
        part = hidden[top:bottom, left:right]
        block = max(_MIN_BLOCK_PX, ceil(max(box[2] - box[0], box[3] - box[1]) / _BLOCKS))
        size = (max(1, (right - left) // block), max(1, (bottom - top) // block))
        coarse = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(coarse, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
    return hidden
