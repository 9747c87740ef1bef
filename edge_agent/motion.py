"""The always-on stage: says where the picture moves, so that the detector need not look where nothing does.

A running average of a small grey picture, compared with each frame after both have the same brightness.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.limits import refuse_out_of_range
from edge_agent.shrink import shrink_to_grey
from edge_agent.types import Frame, GreyImage, Motion, MovingRegion

_SAMPLE_STEP_PX = 3
_DARK_LEVEL = 8.0
"""Added to both sides of the brightness ratio, so that black pixels do not decide it."""
_STIRRING = 0.5
"""Threshold from one frame to the next, as part of that against the average: slow things change little
at a time.
"""
_LEAST_STIRRING_PX = 2
_FULL_CONTRAST = 120.0
"""Grey levels from the 10th to the 90th percentile of a well exposed scene."""
_LEAST_CONTRAST = 0.35
"""The threshold falls with the contrast of the scene, but no further than this, where noise begins."""


@dataclass(frozen=True, slots=True)
class MotionParams:
    """Table `[motion]`.

    height_px: least height of the small picture, 40 to 400.
    threshold: difference in grey levels that counts as change in a scene of full contrast, 5 to 100.
    background_s: time constant of the running average in seconds, 1 to 600.
    relearn_s: how long the average learns fast at start and after a jump of the whole picture, 0.2 to 60.
    min_region_fraction: least area of a moving region, as part of the picture, 0 to 0.1.
    global_change_fraction: part of the picture that must change at once to count as a jump, 0.3 to 1.
    light_jump: brightness ratio to the average that counts as a jump of light, 1.05 to 5.
    max_regions: the largest regions are kept, 1 to 500.
    """

    height_px: int = 90
    threshold: float = 25.0
    background_s: float = 20.0
    relearn_s: float = 2.0
    min_region_fraction: float = 0.0006
    global_change_fraction: float = 0.8
    light_jump: float = 1.35
    max_regions: int = 48

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "height_px": (40, 400),
                "threshold": (5, 100),
                "background_s": (1, 600),
                "relearn_s": (0.2, 60),
                "min_region_fraction": (0, 0.1),
                "global_change_fraction": (0.3, 1),
                "light_jump": (1.05, 5),
                "max_regions": (1, 500),
            },
        )


def _contrast_of(grey: GreyImage) -> float:
    low, high = np.percentile(grey[:: 2 * _SAMPLE_STEP_PX, :: 2 * _SAMPLE_STEP_PX], (10, 90))
    return min(1.0, max(_LEAST_CONTRAST, float(high - low) / _FULL_CONTRAST))


def _differing(grey: GreyImage, other: GreyImage, level: float) -> GreyImage:
    """Give 255 where two pictures differ by more than `level`, else 0."""
    _, differing = cv2.threshold(cv2.absdiff(grey, other), level, 255, cv2.THRESH_BINARY)
    return np.asarray(differing, dtype=np.uint8)


class _RunningAverage:
    """The picture as it was of late, and how fast it learns."""

    def __init__(self, grey: GreyImage, at: datetime, relearn_s: float) -> None:
        self.grey = grey.astype(np.float32)
        self.learns_fast_until = at + timedelta(seconds=relearn_s)
        self._relearn_s = relearn_s
        self._learnt_at = at

    def learn(self, grey: GreyImage, at: datetime, time_constant_s: float) -> None:
        """Move towards a new picture by the share that the elapsed seconds give it."""
        elapsed_s = max(0.0, (at - self._learnt_at).total_seconds())
        if at < self.learns_fast_until:
            time_constant_s = self._relearn_s / 4
        cv2.accumulateWeighted(grey, self.grey, 1.0 - exp(-elapsed_s / time_constant_s))
        self._learnt_at = at

    def brightness_of(self, grey: GreyImage) -> float:
        """Ratio of a picture's brightness to the average's: the median over pixels, which nothing smaller
        than half of the picture can shift.
        """
        step = slice(None, None, _SAMPLE_STEP_PX)
        return float(np.median((grey[step, step] + _DARK_LEVEL) / (self.grey[step, step] + _DARK_LEVEL)))

    def at_brightness(self, ratio: float) -> npt.NDArray[np.uint8]:
        """Give the average as it would look in that brightness."""
        lit = cv2.convertScaleAbs(self.grey, alpha=ratio, beta=_DARK_LEVEL * (ratio - 1.0))
        return np.asarray(lit, dtype=np.uint8)


class MotionGate:
    """Follows one camera. Works in seconds of `captured_at`, so any frame rate gives the same memory.

    Source: the running average of Wren et al., "Pfinder", IEEE PAMI 19(7), 1997, doi 10.1109/34.598236,
    without its variance; working height and the restart on a jump as in Frigate's motion detector.
    """

    def __init__(self, params: MotionParams) -> None:
        self._params = params
        self._average: _RunningAverage | None = None
        self._before: GreyImage | None = None
        self._jump_over_at: datetime | None = None

    def update(self, frame: Frame) -> Motion:
        """Compare a frame with the average of those before it, then add it to the average."""
        small = shrink_to_grey(frame.image, self._params.height_px)
        grey = np.asarray(cv2.GaussianBlur(small, (3, 3), 0), dtype=np.uint8)
        average, before = self._average, self._before
        self._before = grey
        if average is None or before is None or average.grey.shape != grey.shape:
            self._average = _RunningAverage(grey, frame.captured_at, self._params.relearn_s)
            return Motion((), is_global_change=False, changed_fraction=0.0)
        brightness = average.brightness_of(grey)
        level = self._params.threshold * _contrast_of(grey)
        changed = _differing(grey, average.at_brightness(brightness), level)
        fraction = cv2.countNonZero(changed) / changed.size
        if self._is_jump(fraction, brightness):
            self._average = _RunningAverage(grey, frame.captured_at, self._params.relearn_s)
            self._jump_over_at = self._average.learns_fast_until
        else:
            average.learn(grey, frame.captured_at, self._params.background_s)
        if self._jump_over_at is not None and frame.captured_at < self._jump_over_at:
            return Motion((), is_global_change=True, changed_fraction=fraction)
        stirs = cv2.countNonZero(_differing(grey, before, _STIRRING * level)) >= _LEAST_STIRRING_PX
        return Motion(self._regions(changed, frame), False, fraction, stirs)

    def _is_jump(self, fraction: float, brightness: float) -> bool:
        light = self._params.light_jump
        return fraction > self._params.global_change_fraction or not 1 / light < brightness < light

    def _regions(self, changed: GreyImage, frame: Frame) -> tuple[MovingRegion, ...]:
        """Give connected changed pixels, largest first, as boxes in pixels of the frame."""
        least_px = max(2.0, self._params.min_region_fraction * changed.size)
        if cv2.countNonZero(changed) < least_px:
            return ()
        labelled = cv2.connectedComponentsWithStats(cv2.dilate(changed, np.ones((3, 3), np.uint8)))
        rows = labelled[2][1:]
        rows = rows[rows[:, cv2.CC_STAT_AREA] >= 2 * least_px]  # the dilation about doubles a small region
        rows = rows[np.argsort(-rows[:, cv2.CC_STAT_AREA], kind="stable")][: self._params.max_regions]
        height, width = changed.shape
        scale_x, scale_y = frame.image.shape[1] / width, frame.image.shape[0] / height
        return tuple(
            MovingRegion((x * scale_x, y * scale_y, (x + across) * scale_x, (y + down) * scale_y))
            for x, y, across, down in rows[:, :4].tolist()
        )
