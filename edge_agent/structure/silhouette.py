"""The whole outline of something built, also where it rises beyond the watched area.

Local correlation tells surely that a place changed, but draws it badly: plain walls have no texture. Colour
draws it well: what was built keeps another colour than all reference views through most stills of a day,
while shadows wander.
"""

from collections.abc import Sequence

import numpy as np

from edge_agent.appearance.light import logarithm, smoothed, strongest_channel
from edge_agent.appearance.masks import (
    Mask,
    both,
    commonest,
    components,
    filled,
    joined,
    marked,
    size_px2,
    without_specks,
)
from edge_agent.structure.stills import Still
from edge_agent.types import Image

_OTHER_COLOUR = 0.2
"""Difference of natural logarithms of light, brightness of the whole picture left aside."""
_SPARSE_STEP = slice(None, None, 4)
_JOIN_PX = 2
_LEAST_SHARED = 0.3
_LARGEST_GROWTH = 6.0


def recoloured_places(still: Still, references: Sequence[Image]) -> Mask:
    """Mark where a still has another colour or brightness than every reference view."""
    now = logarithm(smoothed(still.image))
    sampled = still.valid[_SPARSE_STEP, _SPARSE_STEP] > 0
    least = np.full(still.valid.shape, np.inf, np.float32)
    for reference in references:
        change = now - logarithm(smoothed(reference))
        light = change[_SPARSE_STEP, _SPARSE_STEP][sampled]
        if len(light):
            change = change - np.median(light, axis=0).astype(np.float32)
        least = np.minimum(least, strongest_channel(change))
    return both(marked(least > _OTHER_COLOUR), still.valid)


def silhouette(recoloured: Mask, region: Mask) -> Mask | None:
    """Give the connected recoloured part that a changed region belongs to; None when colour tells nothing.

    A part many times as large as the region is a change of season or weather that touches it.
    """
    parts = filled(without_specks(joined(recoloured, _JOIN_PX), _JOIN_PX))
    labels, _ = components(parts)
    label = commonest(labels, region)
    if not label:
        return None
    found = marked(labels == label)
    shares = size_px2(both(found, region)) >= _LEAST_SHARED * size_px2(region)
    return found if shares and size_px2(found) <= _LARGEST_GROWTH * size_px2(region) else None
