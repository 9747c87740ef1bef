"""Tells motion that is news from motion that the detector has seen.

A bag just left, or a car just parked, differs from the background for a minute; from one look to the next
nothing changes there.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.shrink import shrink_to_grey
from edge_agent.types import BoxXyxy, Frame, GreyImage, Motion, MovingRegion

_LEAST_HEIGHT_PX = 90
_CHANGED_LEVELS = 8
"""Grey levels of the small picture, averaged over 3 x 3 pixels."""
_PATIENCE = 0.25
"""Wait before the next look at an unchanged place, as part of the time for which it has been unchanged."""
_LEAST_WAIT_S = 0.4

Window = tuple[slice, slice]


class SeenPlaces:
    """How the picture was wherever the detector looked last. For frames of one size, in order of capture."""

    def __init__(self, longest_wait_s: float) -> None:
        """An unchanged place that still differs from the background is shown again after this time at
        the latest.
        """
        self._longest_wait_s = longest_wait_s
        self._small: GreyImage | None = None
        self._second = 0.0
        self._scale = (1.0, 1.0)
        self._shown: GreyImage = np.empty((0, 0), np.uint8)
        self._shown_s: npt.NDArray[np.float64] = np.empty((0, 0))
        self._changed_s: npt.NDArray[np.float64] = np.empty((0, 0))

    def news(self, frame: Frame, motion: Motion) -> Motion:
        """Leave out regions in which nothing has changed since the detector saw them, until their wait
        is over.
        """
        if not motion.moving_regions:
            self._small = None
            return motion
        self._take(frame)
        regions = tuple(region for region in motion.moving_regions if self._is_news(region))
        return replace(motion, moving_regions=regions)

    def note_shown(self, crops: Sequence[BoxXyxy]) -> None:
        """Remember what the detector saw of this frame."""
        if self._small is None:
            return
        for crop in crops:
            window = self._window(crop)
            self._shown[window] = self._small[window]
            self._shown_s[window] = self._second

    def _take(self, frame: Frame) -> None:
        small = cv2.blur(shrink_to_grey(frame.image, _LEAST_HEIGHT_PX), (3, 3))
        self._small = np.asarray(small, dtype=np.uint8)
        self._second = frame.captured_at.timestamp()
        self._scale = (small.shape[1] / frame.image.shape[1], small.shape[0] / frame.image.shape[0])
        if self._shown.shape != small.shape:
            self._shown = self._small.copy()
            self._shown_s = np.full(small.shape, -np.inf)
            self._changed_s = np.full(small.shape, self._second)

    def _is_news(self, region: MovingRegion) -> bool:
        assert self._small is not None
        window = self._window(region.box_xyxy_px)
        difference = cv2.absdiff(self._small[window], self._shown[window])
        if difference.max() > _CHANGED_LEVELS:
            self._changed_s[window] = self._second
            return True
        unchanged_s = self._second - float(self._changed_s[window].max())
        wait_s = min(self._longest_wait_s, max(_LEAST_WAIT_S, _PATIENCE * unchanged_s))
        return self._second - float(self._shown_s[window].min()) >= wait_s

    def _window(self, box: BoxXyxy) -> Window:
        """Give the pixels of the small picture that a box touches."""
        height, width = self._shown.shape
        left, right = _span(box[0] * self._scale[0], box[2] * self._scale[0], width)
        top, bottom = _span(box[1] * self._scale[1], box[3] * self._scale[1], height)
        return slice(top, bottom), slice(left, right)


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    first = min(max(int(low), 0), size - 1)
    return first, max(first + 1, min(int(np.ceil(high)), size))
