"""Control points and lens of one camera -> the plane before it, and how good that plane is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate.consensus import MIN_POINTS, Fit, fit_agreeing
from edge_agent.geolocate.homography import Array, Homography, Marks
from edge_agent.geolocate.lens import Lens, ideal_lens, lens_for
from edge_agent.geolocate.local_plane import LocalPlane
from edge_agent.geolocate.params import ControlPoint, GeolocateParams, LensParams
from edge_agent.geolocate.pinhole import Optics, Pinhole, fit_camera


@dataclass(frozen=True, slots=True)
class CalibratedPlane:
    """The real `ports.GroundPlane`, for frames of one size."""

    frame_size_px: tuple[int, int]
    earth: LocalPlane
    lens: Lens
    homography: Homography
    camera: Pinhole | None = None
    """None where the control points contradict a pinhole: heights above the ground are then unknown."""

    def to_ground_m(self, points_px: npt.ArrayLike) -> Array:
        """Turn (N, 2) pixels into (N, 2) metres east, north of `earth`; NaN above the horizon."""
        return self.homography.to_ground(self.lens.undistort(_points(points_px)))

    def to_pixels(self, points_m: npt.ArrayLike) -> Array:
        """Turn (N, 2) metres east, north into (N, 2) pixels; NaN behind the camera."""
        return self.lens.distort(self.homography.to_pixels(_points(points_m)))

    def raised_to_pixels(self, points_m: npt.ArrayLike) -> Array:
        """Turn (N, 3) metres east, north, up into (N, 2) pixels; NaN behind, and where no camera is known."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 3)
        if self.camera is None:
            return np.full((len(points), 2), np.nan)
        return self.lens.distort(self.camera.project(points))

    def metres_per_pixel_at(self, point_px: tuple[float, float]) -> float:
        """Give the side in metres of a ground square with one pixel's area there; NaN above the horizon."""
        points = _points([point_px])
        ground = self.to_ground_m(points)
        if not np.isfinite(ground).all():
            return float("nan")
        bend = np.linalg.det(self.lens.undistort_jacobian(points)[0])
        return float(np.sqrt(np.abs(bend / np.linalg.det(self.homography.pixels_per_metre(ground)[0]))))

    def ground_covariance(self, point_px: tuple[float, float], covariance_px2: Array) -> Array:
        """Propagate (2, 2) pixel noise and the calibration's own error to the ground, (2, 2) metres squared.

        First order, J_pix S_pix J_pix^T + J_H S_H J_H^T (Criminisi et al. 1997). The second term is written
        by the implicit function theorem: an error of the map shifts the pixel, and the pixel shifts the
        place.
        """
        points = _points([point_px])
        ground = self.to_ground_m(points)
        of_plane = self.homography.pixel_covariance(ground)[0]
        to_ground = np.linalg.inv(self.homography.pixels_per_metre(ground)[0])
        result: Array = (
            self.pixel_noise_on_ground(point_px, covariance_px2) + to_ground @ of_plane @ to_ground.T
        )
        return result

    def pixel_noise_on_ground(self, point_px: tuple[float, float], covariance_px2: Array) -> Array:
        """Give the first of the two terms alone, (2, 2) metres squared."""
        points = _points([point_px])
        ground = self.to_ground_m(points)
        bend = self.lens.undistort_jacobian(points)[0]
        to_ground = np.linalg.inv(self.homography.pixels_per_metre(ground)[0]) @ bend
        result: Array = to_ground @ covariance_px2 @ to_ground.T
        return result


@dataclass(frozen=True, slots=True)
class PointQuality:
    """How one control point fits. Errors left out are None with four points, where nothing can be checked."""

    residual_px: float
    residual_m: float
    left_out_m: float | None
    """Distance on the ground when the point is located by a calibration made without it."""
    is_used: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A plane with the quality of its control points, in their order."""

    plane: CalibratedPlane
    points: tuple[PointQuality, ...]

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals of the points in use, metres."""
        return _rms([point.residual_m for point in self.points if point.is_used])

    @property
    def left_out_rms_m(self) -> float | None:
        """Root mean square of the leave-one-out errors of the points in use; None when it cannot be known."""
        errors = [point.left_out_m for point in self.points if point.is_used and point.left_out_m is not None]
        return _rms(errors) if errors else None


def calibrate(
    control_points: Sequence[ControlPoint],
    lens_params: LensParams | None,
    params: GeolocateParams,
    frame_size_px: tuple[int, int],
) -> Calibration:
    """Fit the ground plane for frames of a size in pixels.

    Raises ValueError with one line for people when the points do not fix a plane.
    """
    if len(control_points) < MIN_POINTS:
        raise ValueError(
            f"{len(control_points)} control points given; a ground plane needs {MIN_POINTS} or more"
        )
    lens = ideal_lens(frame_size_px) if lens_params is None else lens_for(lens_params, frame_size_px)
    lonlats = [point.lonlat for point in control_points]
    earth = LocalPlane(*np.median(lonlats, axis=0))
    clicks = np.array([point.pixel for point in control_points]) * frame_size_px
    ideal, bend = lens.undistort(clicks), lens.undistort_jacobian(clicks)
    if not (np.isfinite(ideal).all() and np.isfinite(bend).all()):
        raise ValueError("the lens cannot be undone at a control point; check k1, k2, k3 and fx")
    marks = Marks(
        ground_m=earth.to_metres(lonlats),
        ideal_px=ideal,
        click_covariance_px2=params.click_sigma_px**2 * bend @ bend.transpose(0, 2, 1),
        place_sigma_m=params.control_point_sigma_m,
    )
    optics = Optics(
        width_px=float(frame_size_px[0]),
        centre_px=lens.centre_px,
        aspect=lens.focal_px[1] / lens.focal_px[0],
        focal_px=None if lens_params is None else lens.focal_px[0],
    )
    found = fit_agreeing(marks, optics)
    plane = CalibratedPlane(frame_size_px, earth, lens, found.homography, found.camera)
    return Calibration(plane, _quality(plane, clicks, marks, optics, found))


def _quality(
    plane: CalibratedPlane, clicks: Array, marks: Marks, optics: Optics, found: Fit
) -> tuple[PointQuality, ...]:
    residual_px = np.linalg.norm(plane.to_pixels(marks.ground_m) - clicks, axis=1)
    residual_m = np.linalg.norm(plane.to_ground_m(clicks) - marks.ground_m, axis=1)
    return tuple(
        PointQuality(
            float(px), float(metres), _left_out_m(index, marks, optics, found), bool(found.used[index])
        )
        for index, (px, metres) in enumerate(zip(residual_px, residual_m, strict=True))
    )


def _left_out_m(index: int, marks: Marks, optics: Optics, found: Fit) -> float | None:
    others = found.used.copy()
    others[index] = False
    if others.sum() < MIN_POINTS:
        return None
    try:
        without, _ = fit_camera(marks.chosen(others), optics)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return float(np.linalg.norm(without.to_ground(marks.ideal_px[[index]])[0] - marks.ground_m[index]))


def _points(points: npt.ArrayLike) -> Array:
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
