"""What a camera's scene looks like when nothing is left in it, and since when each pixel rests.

Two memories per pixel, after the two learning rates of Porikli et al. (2008), doi:10.1155/2008/197875, but
kept in seconds: the slow one (`empty`) is the empty scene, the quick one (`recent`) is what the pixel shows
at present. A pixel that rests and differs from the empty scene belongs to something that came to rest, to a
place that something left, or to light; `appearance.verdict` tells which.
"""

from math import exp

import cv2
import numpy as np

from edge_agent.appearance.light import LogImage, Plane, strongest_channel
from edge_agent.appearance.masks import Mask, blank, both, marked, outside, without
from edge_agent.still_foreground.light_change import outside_tolerance, relit, smooth_gain
from edge_agent.still_foreground.params import StillForegroundParams

_RECENT_S = 2.0
_RESTLESS_S = 20.0
_QUIET = np.float32(0.02)
"""Restlessness of a pixel that nothing has passed over yet."""
_LARGEST_SWING = np.float32(0.3)
_CHANGE_PART = np.float32(0.7)
"""A pixel moves when it changes by this part of what makes it foreground."""
_SUDDEN = 0.12
"""A change of light of this size from one frame to the next makes the scene settle anew."""
_LEAST_GAIN = 0.005
_TIDY_S = 6.0
_START_REST_S = 0.6


class Scene:
    """Per-pixel memory at working scale.

    It begins with a first picture, and learns all that rests in the first seconds; unless that picture
    `is_known` to be the empty scene.
    """

    def __init__(self, first: LogImage, params: StillForegroundParams, is_known: bool) -> None:
        self._params = params
        self._age_s = params.start_s if is_known else 0.0
        self._settling_s = 0.0
        height, width = first.shape[:2]
        self.empty = first.copy()
        self.recent = first.copy()
        self.restless: Plane = np.full((height, width), _QUIET, np.float32)
        self.rest_s: Plane = np.zeros((height, width), np.float32)
        self.foreground = blank(first.shape)
        self.moving = blank(first.shape)
        self._excess: Plane = np.zeros((height, width), np.float32)

    @property
    def is_settling(self) -> bool:
        """True at the start and after a sudden change of light."""
        return self._age_s < self._params.start_s or self._settling_s > 0

    @property
    def resting_foreground(self) -> Mask:
        """Pixels that differ from the empty scene and rest."""
        return both(self.foreground, marked(self.rest_s >= self._params.rest_s))

    def observe(self, current: LogImage, held: Mask, elapsed_s: float) -> None:
        """Compare a picture with both memories; light is not read from `held`, the regions under watch."""
        self._age_s += elapsed_s
        self._follow_light(current, held, elapsed_s)
        self._excess = outside_tolerance(current, self.empty)
        threshold = self._params.contrast + self._params.noise_factor * (self.restless - _QUIET)
        self.foreground = marked(self._excess > threshold)
        changed = outside_tolerance(current, self.recent) > _CHANGE_PART * threshold
        self.moving = marked(changed)
        self.rest_s += np.float32(elapsed_s)
        self.rest_s[changed] = 0.0
        cv2.accumulateWeighted(current, self.recent, 1 - exp(-elapsed_s / _RECENT_S))
        cv2.copyTo(current, self.moving, self.recent)

    def learn(self, current: LogImage, held: Mask, elapsed_s: float) -> None:
        """Let the empty scene follow what is neither watched nor foreground, and specks that stay.

        A pixel that is often foreground for a moment, as in a tree, is restless and needs more to count.
        """
        awake = outside(held)
        if self._age_s < self._params.start_s:
            self.absorb(marked(self.rest_s >= _START_REST_S))
        quiet = without(awake, self.foreground)
        cv2.accumulateWeighted(current, self.empty, 1 - exp(-elapsed_s / self._params.learn_s), mask=quiet)
        specks = both(awake, self.resting_foreground)
        cv2.accumulateWeighted(current, self.empty, 1 - exp(-elapsed_s / _TIDY_S), mask=specks)
        swing = np.minimum(self._excess, _LARGEST_SWING) + _QUIET
        cv2.accumulateWeighted(swing, self.restless, 1 - exp(-elapsed_s / _RESTLESS_S), mask=awake)

    def absorb(self, region: Mask) -> None:
        """Make what a region shows now part of the empty scene."""
        cv2.copyTo(self.recent, region, self.empty)

    def _follow_light(self, current: LogImage, held: Mask, elapsed_s: float) -> None:
        """Bring both memories to the light of now."""
        gain = smooth_gain(current, self.empty, held)
        step = float(np.median(strongest_channel(gain[::8, ::8])))
        if float(np.abs(gain[::8, ::8]).max()) > _LEAST_GAIN:
            self.empty, self.recent = relit(self.empty, gain), relit(self.recent, gain)
        is_sudden = step > _SUDDEN
        self._settling_s = self._params.settle_s if is_sudden else max(0.0, self._settling_s - elapsed_s)
