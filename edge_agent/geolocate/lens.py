"""Pixels as captured <-> pixels of an ideal pinhole with the same focal length and centre (Brown-Conrady)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate.params import LensParams

Points = npt.NDArray[np.float64]

_NEWTON_STEPS = 20
_GOOD_ENOUGH = 1e-9


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
            for _ in range(_NEWTON_STEPS):
                misfit = self._bend(ideal) - seen
                if not (np.abs(misfit) > _GOOD_ENOUGH).any():
                    break
                slope = self._slope(ideal)
                ideal -= (
                    np.column_stack(
                        [
                            slope[:, 1, 1] * misfit[:, 0] - slope[:, 0, 1] * misfit[:, 1],
                            slope[:, 0, 0] * misfit[:, 1] - slope[:, 1, 0] * misfit[:, 0],
                        ]
                    )
                    / _determinant(slope)[:, None]
                )
            ideal[~self._is_inverse(ideal, seen)] = np.nan
        return ideal * self.focal_px + self.centre_px

    def distort(self, ideal_px: Points) -> Points:
        """Turn (N, 2) ideal pixels into pixels as captured; NaN where the model folds back on itself."""
        ideal = (ideal_px - self.centre_px) / self.focal_px
        seen = self._bend(ideal)
        seen[~self._is_unfolded(ideal)] = np.nan
        return seen * self.focal_px + self.centre_px

    def undistort_jacobian(self, points_px: Points) -> Points:
        """Give d ideal / d captured at each point, (N, 2, 2); NaN where the model cannot be inverted."""
        ideal = (self.undistort(points_px) - self.centre_px) / self.focal_px
        focal = np.asarray(self.focal_px)
        known = np.isfinite(ideal).all(axis=1)
        jacobian = np.full((len(ideal), 2, 2), np.nan)
        jacobian[known] = np.linalg.inv(self._slope(ideal[known])) * (focal[:, None] / focal[None, :])
        return jacobian

    def _is_inverse(self, ideal: Points, seen: Points) -> npt.NDArray[np.bool_]:
        """Tell which points bend to what is seen, on the near side of where the model folds back."""
        close = (np.abs(self._bend(ideal) - seen) <= _GOOD_ENOUGH).all(axis=1)
        return np.asarray(close & self._is_unfolded(ideal), dtype=np.bool_)

    def _is_unfolded(self, ideal: Points) -> npt.NDArray[np.bool_]:
        slope = self._slope(ideal)
        return np.asarray((_determinant(slope) > 0) & (slope[:, 0, 0] + slope[:, 1, 1] > 0), dtype=np.bool_)

    def _bend(self, ideal: Points) -> Points:
        """Apply the distortion to (N, 2) points of the unit focal plane."""
        x, y = ideal.T
        r2 = x * x + y * y
        (k1, k2, k3), (p1, p2) = self.radial, self.tangential
        ratio = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
        return np.column_stack(
            [
                x * ratio + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                y * ratio + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
            ]
        )

    def _slope(self, ideal: Points) -> Points:
        """Give d bend / d ideal, shape (N, 2, 2)."""
        x, y = ideal.T
        r2 = x * x + y * y
        (k1, k2, k3), (p1, p2) = self.radial, self.tangential
        ratio = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
        by_r2 = 2.0 * (k1 + r2 * (2 * k2 + 3 * k3 * r2))
        mixed = x * y * by_r2 + 2 * p1 * x + 2 * p2 * y
        slope = np.empty((len(ideal), 2, 2))
        slope[:, 0, 0] = ratio + x * x * by_r2 + 2 * p1 * y + 6 * p2 * x
        slope[:, 0, 1] = slope[:, 1, 0] = mixed
        slope[:, 1, 1] = ratio + y * y * by_r2 + 6 * p1 * y + 2 * p2 * x
        return slope


def _determinant(matrices: Points) -> Points:
    return np.asarray(
        matrices[:, 0, 0] * matrices[:, 1, 1] - matrices[:, 0, 1] * matrices[:, 1, 0], dtype=np.float64
    )


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
