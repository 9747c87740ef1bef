"""A ground plane that is seen from straight above: pixels are metres times a scale."""

import numpy as np
import numpy.typing as npt


class FlatGround:
    """Fulfils `ports.GroundPlane`. Pixel (0, 0) is metre (0, 0); y runs south."""

    def __init__(self, metres_per_px: float) -> None:
        self._scale = metres_per_px

    def to_ground_m(self, points_px: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.asarray(points_px, dtype=np.float64) * (self._scale, -self._scale)

    def to_pixels(self, points_m: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.asarray(points_m, dtype=np.float64) / (self._scale, -self._scale)

    def raised_to_pixels(self, points_m: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.full((len(np.asarray(points_m)), 2), np.nan)

    def metres_per_pixel_at(self, point_px: tuple[float, float]) -> float:
        return self._scale
