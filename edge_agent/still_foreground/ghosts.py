"""A ghost: bare ground where something left differs from a memory that still holds it."""

import cv2
import numpy as np

from edge_agent.appearance.light import LogImage, strongest_channel
from edge_agent.appearance.masks import Mask, both, either, grown, joined, marked, outside, without_specks

_GROUND_CONTRAST = 0.25
_NEAR_PX = 2
_RING_PX = 8
_WINDOW_PX = (41, 41)


def uncovered_ground(picture: LogImage, region: Mask, others: Mask) -> Mask:
    """Mark the part of a region that looks like the ground around it; `others` is not ground either."""
    ring = both(grown(region, _NEAR_PX + _RING_PX), outside(either(grown(region, _NEAR_PX), others)))
    weight = (ring > 0).astype(np.float32)
    count = np.asarray(cv2.boxFilter(weight, -1, _WINDOW_PX, normalize=False), dtype=np.float32)
    total = np.asarray(
        cv2.boxFilter(picture * weight[..., None], -1, _WINDOW_PX, normalize=False), np.float32
    )
    ground = (total / np.maximum(count, 1e-3)[..., None]).astype(np.float32)
    is_alike = (strongest_channel(picture - ground) < _GROUND_CONTRAST) & (count > 0)
    return without_specks(joined(both(marked(is_alike), region), 1))
