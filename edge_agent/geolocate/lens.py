"""Pixels as captured <-> pixels of an ideal pinhole with the same focal length and centre (Brown-Conrady)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate.params import LensParams

Points = npt.NDArray[np.float64]

_ITERATIONS = 60
_GOOD_ENOUGH = 1e-7
_HALF_STEP_PX = 0.5


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens for frames of one size; all lengths in pixels of that frame."""

    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    radial: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """k1, k2, k3"""
    tangential: tuple[float, float] = (0.0, 0.0)
    """p1, p2"""

    def undistort(self, points_px: Points) -> Points:
        """Turn (N, 2) pixels as captured into ideal ones; NaN where the model cannot be inverted."""
        seen = (points_px - self.centre_px) / self.focal_px
        ideal = seen.copy()
        with np.errstate(all="ignore"):
            for _ in range(_ITERATIONS):
                ratio, shift = self._terms(ideal)
                ideal = (seen - shift) / ratio
            ratio, shift = self._terms(ideal)
            misfit = np.abs(ideal * ratio + shift - seen).max(axis=1, initial=0.0)
            ideal[~((misfit < _GOOD_ENOUGH) & (ratio[:, 0] > 0))] = np.nan
        return ideal * self.focal_px + self.centre_px

    def distort(self, ideal_px: Points) -> Points:
        """Turn (N, 2) ideal pixels into pixels as captured."""
        ideal = (ideal_px - self.centre_px) / self.focal_px
        ratio, shift = self._terms(ideal)
        return (ideal * ratio + shift) * self.focal_px + self.centre_px

    def undistort_jacobian(self, points_px: Points) -> Points:
        """Give d ideal / d captured at each point, shape (N, 2, 2), by central differences of one pixel."""
        columns = [
            self.undistort(points_px + step) - self.undistort(points_px - step)
            for step in np.eye(2) * _HALF_STEP_PX
        ]
        return np.stack(columns, axis=2)

    def _terms(self, ideal: Points) -> tuple[Points, Points]:
        """Give the radial factor, shape (N, 1), and the tangential shift, shape (N, 2)."""
        x, y = ideal.T
        r2 = x * x + y * y
        k1, k2, k3 = self.radial
        p1, p2 = self.tangential
        ratio = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
        shift = np.column_stack(
            [2 * p1 * x * y + p2 * (r2 + 2 * x * x), p1 * (r2 + 2 * y * y) + 2 * p2 * x * y]
        )
        return ratio[:, None], shift


def ideal_lens(frame_size_px: tuple[int, int]) -> Lens:
    """Give the lens that bends nothing, for cameras whose lens is not known."""
    width, height = frame_size_px
    return Lens((float(width), float(width)), (width / 2, height / 2))


def lens_for(params: LensParams, frame_size_px: tuple[int, int]) -> Lens:
    """Scale a lens to frames of a size in pixels."""
    width, height = frame_size_px
    if params.size_px is not None:
        scale_x, scale_y = width / params.size_px[0], height / params.size_px[1]
        default_centre = (params.size_px[0] / 2, params.size_px[1] / 2)
    else:
        scale_x, scale_y = float(width), float(height)
        default_centre = (0.5, 0.5)
    focal_x = params.fx * scale_x
    return Lens(
        focal_px=(focal_x, focal_x if params.fy is None else params.fy * scale_y),
        centre_px=(
            (default_centre[0] if params.cx is None else params.cx) * scale_x,
            (default_centre[1] if params.cy is None else params.cy) * scale_y,
        ),
        radial=(params.k1, params.k2, params.k3),
        tangential=(params.p1, params.p2),
    )
