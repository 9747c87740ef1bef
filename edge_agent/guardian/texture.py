"""How rich and how sharp each part of a picture is, measured along its rows."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Cells = npt.NDArray[np.float32]

_CELLS = (16, 12)
"""Columns and rows into which the picture is divided."""
_BLUR_PX = 2.0
_DARK_LEVEL = 16.0
_SHARP_ROW_STEP = 5


@dataclass(frozen=True, slots=True)
class Texture:
    """Mean grey level differences in each cell (12, 16), in percent of the cell's brightness.

    fine: between neighbouring pixels. coarse: over two pixels after a blur of 2 px, which a defocused lens
    still shows. sharpness: the strongest fine differences of the picture against the strongest coarse ones.
    """

    fine: Cells
    coarse: Cells
    sharpness: float


def texture_of(rows: Rows) -> Texture:
    """Measure rows of a picture, or of an average of pictures, where noise and passers-by have vanished."""
    smooth = cv2.GaussianBlur(rows, (13, 1), _BLUR_PX)
    fine = np.abs(np.diff(rows, axis=1))
    coarse = np.abs(smooth[:, 2:] - smooth[:, :-2])
    percent = 100.0 / (_cell_means(rows) + _DARK_LEVEL)
    strong_fine, strong_coarse = (
        float(np.percentile(steps[::_SHARP_ROW_STEP], 99)) for steps in (fine, coarse)
    )
    return Texture(
        _cell_means(fine) * percent, _cell_means(coarse) * percent, strong_fine / max(strong_coarse, 1.0)
    )


def _cell_means(values: Rows) -> Cells:
    return np.asarray(cv2.resize(values, _CELLS, interpolation=cv2.INTER_AREA), dtype=np.float32)
