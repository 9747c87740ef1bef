"""What the guardian takes from a picture: where its edges run, a few of its rows, how bright it is.

Edge directions, not grey levels, so that sun, cloud and lamps leave it alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.guardian.texture import Rows, Texture, texture_of
from edge_agent.shrink import shrink_to_grey
from edge_agent.types import GreyImage, Image

Field = npt.NDArray[np.complex64]

_HEIGHT_PX = 72
_ROWS = 120
_COLUMN_STEP_PX = 4
_EDGE_BLUR_PX = 1.2
_LEAST_EDGE = 3.0
"""Gradient in grey levels per pixel at which noise and edge count alike."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture's features.

    small: the small grey picture. edges: its edge field, see `edge_field`.
    rows: about 120 rows of the picture in full width, in grey. texture: theirs.
    pixels: a sparse sample of it as it is, to tell whether anything changed at all.
    mean_level, bright_level: mean and 98th percentile of the grey levels.
    """

    small: GreyImage
    edges: Field
    rows: Rows
    texture: Texture
    pixels: GreyImage
    mean_level: float
    bright_level: float


def view_of(image: Image) -> View:
    """Take the features of a picture."""
    small = shrink_to_grey(image, _HEIGHT_PX)
    every = max(1, image.shape[0] // _ROWS)
    levels = cv2.cvtColor(np.ascontiguousarray(image[::every]), cv2.COLOR_BGR2GRAY)
    rows = levels.astype(np.float32)
    return View(
        small=small,
        edges=edge_field(small),
        rows=rows,
        texture=texture_of(rows),
        pixels=np.ascontiguousarray(levels[:, ::_COLUMN_STEP_PX]).astype(np.uint8),
        mean_level=float(small.mean()),
        bright_level=float(np.percentile(small, 98)),
    )


def edge_field(grey: GreyImage) -> Field:
    """Give each pixel's edge, (h, w) complex; size in [0, 1) = how far its gradient rises above noise.

    The angle is twice the gradient's direction, so that dark-to-light equals light-to-dark.
    Source: Bigün and Granlund, "Optimal Orientation Detection of Linear Symmetry", ICCV 1987: the orientation
    tensor, here divided by its own strength.
    """
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), _EDGE_BLUR_PX)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.125)
    strength = across * across + down * down
    noise = max(_LEAST_EDGE**2, float(np.median(strength)))
    field: Field = ((across + 1j * down) ** 2 / (strength + noise)).astype(np.complex64)
    return field
