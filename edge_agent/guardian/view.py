"""What the guardian keeps of a picture: where its edges run, how rich and how sharp its parts are.

Edge directions, not grey levels, so that sun, cloud and lamps leave it alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.shrink import shrink_to_grey
from edge_agent.types import GreyImage, Image

Field = npt.NDArray[np.complex64]
Cells = npt.NDArray[np.float32]

HEIGHT_PX = 100
CELLS = (16, 12)
"""Columns and rows into which the picture is divided."""

_ROW_STEP_PX = 4
_EDGE_BLUR_PX = 1.2
_COARSE_BLUR_PX = 2.0
_DARK_LEVEL = 16.0
_LEAST_EDGE = 3.0
"""Gradient in grey levels per pixel at which noise and edge count alike."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture's features.

    edges: (h, w) complex; angle = twice the direction of the gradient, size in [0, 1) = how clear it is.
    fine: (12, 16) mean difference of neighbouring pixels in each cell, in percent of the cell's brightness.
    coarse: the same over two pixels after a blur of 2 px: texture that a defocused lens still shows.
    small: the small grey picture itself, to search for a move.
    pixels: a sparse sample of the picture as it is, to tell whether anything changed at all.
    mean_level, bright_level: mean and 98th percentile of the grey levels.
    """

    edges: Field
    fine: Cells
    coarse: Cells
    small: GreyImage
    pixels: GreyImage
    mean_level: float
    bright_level: float


def view_of(image: Image) -> View:
    """Measure a picture."""
    small = shrink_to_grey(image, HEIGHT_PX)
    rows = cv2.cvtColor(np.ascontiguousarray(image[::_ROW_STEP_PX]), cv2.COLOR_BGR2GRAY)
    sharp = rows.astype(np.float32)
    smooth = cv2.GaussianBlur(sharp, (13, 1), _COARSE_BLUR_PX)
    brightness = _cell_means(sharp) + _DARK_LEVEL
    return View(
        edges=edge_field(small),
        fine=_cell_means(np.abs(np.diff(sharp, axis=1))) * 100.0 / brightness,
        coarse=_cell_means(np.abs(smooth[:, 2:] - smooth[:, :-2])) * 100.0 / brightness,
        small=small,
        pixels=np.ascontiguousarray(rows[:, ::_ROW_STEP_PX]),
        mean_level=float(small.mean()),
        bright_level=float(np.percentile(small, 98)),
    )


def edge_field(grey: GreyImage) -> Field:
    """Give each pixel's gradient direction at double angle (dark to light equals light to dark), weighted by
    its clearness.

    Source: the orientation tensor of Bigün and Granlund, "Optimal Orientation Detection of Linear Symmetry",
    ICCV 1987, normalised by its own strength.
    """
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), _EDGE_BLUR_PX)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.125)
    strength = across * across + down * down
    noise = max(_LEAST_EDGE**2, float(np.median(strength)))
    field: Field = ((across + 1j * down) ** 2 / (strength + noise)).astype(np.complex64)
    return field


def _cell_means(values: npt.NDArray[np.float32]) -> Cells:
    return np.asarray(cv2.resize(values, CELLS, interpolation=cv2.INTER_AREA), dtype=np.float32)
