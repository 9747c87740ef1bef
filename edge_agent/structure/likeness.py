"""Where two views of one place look alike, whatever the light: local correlation of their structure."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge_agent.appearance.light import Plane, brightness, logarithm, smoothed
from edge_agent.appearance.masks import Mask, both, filled, joined, marked, outside, without_specks
from edge_agent.structure.stills import Still
from edge_agent.types import Image

_WINDOW_PX = 21
_SHIFT_PX = 2
_NO_TEXTURE = 0.03
"""Standard deviation of log brightness below which a window shows nothing that could be compared."""
_LEAST_VARIANCE = np.float32(_NO_TEXTURE**2 / 4)


def likeness(one: Image, other: Image) -> Plane:
    """Give the local correlation of two views at each pixel, in [-1, 1], the best over shifts of two pixels.

    1 where both show no texture: bare ground in other light.
    """
    first, second = (brightness(logarithm(smoothed(image))) for image in (one, other))
    mean, spread = _moments(first)
    padded = [_padded(plane) for plane in (second, *_moments(second))]
    best = np.full(first.shape, -1.0, np.float32)
    for dy in range(0, 2 * _SHIFT_PX + 1, _SHIFT_PX):
        for dx in range(0, 2 * _SHIFT_PX + 1, _SHIFT_PX):
            window = (slice(dy, dy + first.shape[0]), slice(dx, dx + first.shape[1]))
            moved, moved_mean, moved_spread = (plane[window] for plane in padded)
            shared = _local_mean(first * moved) - mean * moved_mean
            is_bare = np.maximum(spread, moved_spread) < _NO_TEXTURE
            alike = shared / np.maximum(spread * moved_spread, _LEAST_VARIANCE)
            best = np.maximum(best, np.where(is_bare, np.float32(1), alike))
    return best


def changed_places(still: Still, references: Sequence[Image], same_correlation: float) -> Mask:
    """Mark where a still looks like none of the reference views."""
    best = np.full(still.valid.shape, -1.0, np.float32)
    for reference in references:
        best = np.maximum(best, likeness(still.image, reference))
    changed = marked(best < same_correlation)
    return both(filled(without_specks(joined(changed, 4), 4)), still.valid)


def alike_fraction(one: Image, other: Image, place: Mask, same_correlation: float) -> float:
    """Give the part of a place in which two views look alike."""
    alike = outside(marked(likeness(one, other) < same_correlation))
    return cv2.countNonZero(both(alike, place)) / max(1, cv2.countNonZero(place))


def _moments(plane: Plane) -> tuple[Plane, Plane]:
    mean = _local_mean(plane)
    return mean, np.sqrt(np.maximum(_local_mean(plane * plane) - mean * mean, np.float32(0)))


def _local_mean(plane: Plane) -> Plane:
    return np.asarray(cv2.blur(plane, (_WINDOW_PX, _WINDOW_PX)), dtype=np.float32)


def _padded(plane: Plane) -> Plane:
    return np.pad(plane, _SHIFT_PX, mode="edge")
