"""Finds how a view has moved against the reference: the shift, turn or zoom that makes edges meet again."""

from dataclasses import dataclass
from math import hypot

import cv2
import numpy as np
from scipy.fft import fft2, ifft2

from edge_agent.guardian.view import Field, edge_field
from edge_agent.types import GreyImage

_TURNS_DEG = (-8.0, -6.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
_ZOOMS = (0.85, 0.92, 1.08, 1.18)
_POSES = ((0.0, 1.0), *((turn_deg, 1.0) for turn_deg in _TURNS_DEG), *((0.0, zoom) for zoom in _ZOOMS))


@dataclass(frozen=True, slots=True)
class Move:
    """How the reference moved to become the present view. `likeness`: how well it fits once that is undone.

    shift_fraction: length of the shift, as part of the picture's width. turn_deg: clockwise positive.
    """

    shift_fraction: float
    turn_deg: float
    zoom: float
    likeness: float


def likeness(reference: Field, edges: Field) -> float:
    """Give how well edges agree with the reference in place and direction: 1 alike, about 0 unrelated."""
    return float(np.sum((edges * np.conj(reference)).real)) / _weight(reference)


def find_move(reference: Field, small: GreyImage) -> Move:
    """Try all shifts with each of a few turns and zooms; give the one under which the edges agree best.

    All shifts at once by cross-correlation in the frequency domain.
    """
    spectrum = np.conj(fft2(reference))
    height, width = small.shape
    best = Move(0.0, 0.0, 1.0, -1.0)
    for turn_deg, zoom in _POSES:
        correlation = ifft2(fft2(edge_field(_posed(small, turn_deg, zoom))) * spectrum).real
        row, column = divmod(int(np.argmax(correlation)), width)
        score = float(correlation[row, column]) / _weight(reference)
        if score > best.likeness:
            shift_px = hypot(_signed(column, width), _signed(row, height))
            best = Move(shift_px / width, turn_deg, 1.0 / zoom, score)
    return best


def _weight(reference: Field) -> float:
    return max(float(np.sum(np.abs(reference) ** 2)), 1e-6)


def _posed(small: GreyImage, turn_deg: float, zoom: float) -> GreyImage:
    """Turn a picture counter-clockwise about its middle and zoom it."""
    if (turn_deg, zoom) == (0.0, 1.0):
        return small
    height, width = small.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, zoom)
    turned = cv2.warpAffine(small, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def _signed(place: int, size: int) -> int:
    """Read a place in a periodic correlation as a shift to either side."""
    return place - size if place > size // 2 else place
