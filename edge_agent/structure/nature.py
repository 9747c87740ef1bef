"""Is a lasting difference something built, or only shade, wear and noise?"""

from dataclasses import dataclass

import numpy as np

from edge_agent.appearance.light import (
    LogImage,
    correlation,
    fine_structure,
    logarithm,
    smoothed,
    strongest_channel,
)
from edge_agent.appearance.masks import (
    Mask,
    both,
    commonest,
    components,
    filled,
    grown,
    joined,
    marked,
    shrunk,
    size_px2,
    without,
)
from edge_agent.types import Image

_WINDOW_HALF_PX = 6
"""By how much a region found by windowed correlation is wider than what changed."""
_RING_PX = 12
_CLEAR_CHANGE = 0.12
_LEAST_CHANGE = 0.2
_NEUTRAL_TINT = 0.1
_TEXTURED = 0.02
_KEPT = 0.3
_SOLID = 0.6
_UNSURE = 0.3


@dataclass(frozen=True, slots=True)
class Finding:
    """`score` in [0, 1]: how sure it is that something was built; `outline` draws it, shape (H, W)."""

    score: float
    outline: Mask


def find_built(reference: Image, view: Image, region: Mask) -> Finding:
    """Judge a changed region.

    Something built brings another colour, or darker and brighter parts, or covers the texture of the ground.
    Shade does none of these: it darkens all colours alike and leaves the texture.
    """
    before, now = logarithm(smoothed(reference)), logarithm(smoothed(view))
    around = without(grown(region, _RING_PX), grown(region, 3)) > 0
    change = now - before
    if around.any():
        change = change - np.median(change[around], axis=0).astype(np.float32)
    core = shrunk(region, _WINDOW_HALF_PX)
    core = core if size_px2(core) >= 30 else region
    return Finding(_score(before, now, change, core), _outline(change, region))


def _score(before: LogImage, now: LogImage, change: LogImage, core: Mask) -> float:
    inside = core > 0
    low, high = np.percentile(change[inside].mean(axis=1), (10, 90))
    if max(-low, high) < _LEAST_CHANGE:
        return 0.0
    tint = change[inside][:, 0] - change[inside][:, 2]
    if abs(float(tint.mean())) > _NEUTRAL_TINT or float(tint.std()) > _NEUTRAL_TINT:
        return 1.0
    fine_before, fine_now = fine_structure(before)[inside], fine_structure(now)[inside]
    if float(fine_before.std()) > _TEXTURED and correlation(fine_now, fine_before) > _KEPT:
        return _UNSURE
    if -low > _LEAST_CHANGE and high > _LEAST_CHANGE:
        return 0.8
    solid = float(np.mean(strongest_channel(change)[inside] > _CLEAR_CHANGE))
    return 0.6 if solid >= _SOLID else _UNSURE


def _outline(change: LogImage, region: Mask) -> Mask:
    """Draw what differs clearly inside the region: the largest connected part."""
    difference = strongest_channel(change)
    strength = float(np.percentile(difference[region > 0], 75))
    clear = both(marked(difference > max(_CLEAR_CHANGE, 0.3 * strength)), region)
    labels, _ = components(filled(joined(clear, 3)))
    label = commonest(labels, region)
    return marked(labels == label) if label else region
