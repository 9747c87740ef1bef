"""Pictures as logarithms of light, in which a change of light is an offset."""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.types import Image

LogImage: TypeAlias = npt.NDArray[np.float32]
"""(H, W, 3) natural logarithm of blue, green, red, each raised by `DARK_OFFSET`; or a difference of such."""

Plane: TypeAlias = npt.NDArray[np.float32]
"""(H, W) float32."""

DARK_OFFSET = 16.0
"""Grey levels added before the logarithm, so that noise in the dark stays below the contrast of things."""

_LOGARITHM = np.log(np.arange(256, dtype=np.float32) + np.float32(DARK_OFFSET)).astype(np.float32)


def logarithm(image: Image) -> LogImage:
    """Give the picture in logarithms, shape (H, W, 3)."""
    return np.asarray(cv2.LUT(image, _LOGARITHM), dtype=np.float32)


def smoothed(image: Image) -> Image:
    """Give the picture with the noise of single pixels taken off."""
    return np.asarray(cv2.blur(image, (3, 3)), dtype=np.uint8)


def strongest_channel(difference: LogImage) -> Plane:
    """Give the largest absolute value of the three channels at each pixel, shape (H, W)."""
    blue, green, red = cv2.split(np.abs(difference))
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32)


def brightness(picture: LogImage) -> Plane:
    """Give the mean of the three channels at each pixel, shape (H, W)."""
    return np.asarray(cv2.transform(picture, np.full((1, 3), 1 / 3, np.float32)), dtype=np.float32)


def fine_structure(picture: LogImage, window_px: int = 7) -> Plane:
    """Give the brightness less its local mean, shape (H, W): what light leaves as it is."""
    plane = brightness(picture)
    return plane - np.asarray(cv2.blur(plane, (window_px, window_px)), dtype=np.float32)


def correlation(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Give Pearson's correlation of equally many values, 0 where one of them does not vary."""
    spread = float(one.std() * other.std())
    if spread < 1e-6:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread
