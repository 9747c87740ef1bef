"""Turns decoded video frames into the BGR images of the pipeline, as late and as cheaply as possible."""

from collections.abc import Callable
from typing import TypeAlias

import av
import cv2
import numpy as np

from edge_agent.types import Image

Picture: TypeAlias = Callable[[], Image]
"""A decoded picture that is converted to BGR only when called."""

_FULL_RANGE = 2
_BT709 = 1


def picture_of(frame: av.VideoFrame) -> Picture:
    """Wrap a decoded frame; the conversion may run in another thread."""
    return lambda: _to_bgr(frame)


def held(image: Image) -> Picture:
    """Wrap an image that needs no conversion."""
    contiguous = np.ascontiguousarray(image)
    return lambda: contiguous


def _to_bgr(frame: av.VideoFrame) -> Image:
    """OpenCV converts the usual format four times faster than FFmpeg's scaler, which does the others."""
    is_usual = (
        frame.format.name == "yuv420p" and frame.color_range != _FULL_RANGE and frame.colorspace != _BT709
    )
    if is_usual and frame.width % 2 == 0 and frame.height % 2 == 0:
        image = cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2BGR_I420)
    else:
        image = frame.to_ndarray(format="bgr24")
    quarter_turns = round(frame.rotation / 90) % 4
    if quarter_turns:
        image = np.ascontiguousarray(np.rot90(image, quarter_turns))
    return np.asarray(image, dtype=np.uint8)
