"""A camera as a pinhole with square pixels over flat ground: seven numbers where a free homography has eight,
and for each of the seven it is roughly known what cameras are like.

The maximum a posteriori pose and focal length under weak priors, by damped Gauss-Newton from several focal
lengths. The map ground -> picture and its covariance come from it; where the marks contradict a pinhole (a
stretched picture, an unknown lens) the free homography stays. Source of the decomposition of a start value:
Z. Zhang, A Flexible New Technique for Camera Calibration, PAMI 22 (2000), sections 2 and 3.
"""

from dataclasses import dataclass, replace

import numpy as np

from edge_agent.geolocate.homography import Array, Homography, Marks, fit, scale_of_noise

_FOCAL_STARTS = (0.8, 0.5, 1.3, 2.0)
"""Focal lengths in picture widths: 64, 90, 42 and 28 degrees across."""
_TYPICAL_FOCAL = 0.8
_TYPICAL_HEIGHT_M = 5.0
_MAX_ITERATIONS = 40
_CONVERGED = 1e-9
_FREE_PARAMETERS = 7
_CONTRADICTION = 13.8
"""99.9 % quantile of chi-squared with 2 degrees of freedom: a free homography has one more freedom, and the
priors may pull a little.
"""
_STEPS = np.array([1e-4, 1e-4, 1e-5, 1e-6, 1e-6, 1e-6, 1e-6, 1e-3, 1e-3])


@dataclass(frozen=True, slots=True)
class Optics:
    """What is known of the camera before its marks are seen, for ideal pixels.

    `focal_px` is None for an unknown lens. The sigmas of the priors: focal length in natural logarithms,
    centre of the picture in pixels.
    """

    width_px: float
    centre_px: tuple[float, float]
    aspect: float = 1.0
    """Focal length down divided by that across."""
    focal_px: float | None = None

    @property
    def sigmas(self) -> Array:
        """Of east, north, log height, yaw, tilt, roll (radians), log focal length, centre x, y."""
        is_known = self.focal_px is not None
        focal, centre = (0.01, 0.004 * self.width_px) if is_known else (0.5, 0.01 * self.width_px)
        return np.array([1e4, 1e4, 1.0, 1e4, 1e4, np.radians(8.0), focal, centre, centre])

    @property
    def means(self) -> Array:
        """The middle of the priors."""
        focal_px = self.focal_px or _TYPICAL_FOCAL * self.width_px
        return np.array([0, 0, np.log(_TYPICAL_HEIGHT_M), 0, 0, 0, np.log(focal_px), *self.centre_px])


@dataclass(frozen=True, slots=True)
class Pinhole:
    """A camera in the world of its marks: metres east and north of their origin, up from the ground."""

    place_m: Array
    """(3,)"""
    axes: Array
    """(3, 3): rows right, down, forward."""
    focal_px: Array
    """(2,)"""
    centre_px: Array
    """(2,)"""

    def project(self, points_m: Array) -> Array:
        """Give the ideal pixels (N, 2) of points (N, 3); NaN behind the camera."""
        seen = (points_m - self.place_m) @ self.axes.T
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = seen[:, :2] / seen[:, 2:] * self.focal_px + self.centre_px
        result: Array = np.where(seen[:, 2:] > 0, pixels, np.nan)
        return result

    def matrix(self) -> Array:
        """Give the homography (3, 3) from the ground to ideal pixels, of positive depth before the camera."""
        raised = np.column_stack([self.axes[:, :2], -self.axes @ self.place_m])
        inner = np.array(
            [[self.focal_px[0], 0, self.centre_px[0]], [0, self.focal_px[1], self.centre_px[1]], [0, 0, 1]]
        )
        result: Array = inner @ raised
        return result


def fit_camera(marks: Marks, optics: Optics) -> tuple[Homography, Pinhole | None]:
    """Fit marks, as a pinhole if they agree with one, else as a free homography (the camera is then None).

    Raises ValueError when the marks do not fix a plane.
    """
    free = fit(marks)
    problem = _Problem(marks, optics)
    values, cost = _solve(problem, free, optics)
    if not cost <= problem.cost_of(free) + _CONTRADICTION:
        return free, None
    return problem.homography(values, cost, free), _camera(values, optics)


def _solve(problem: "_Problem", free: Homography, optics: Optics) -> tuple[Array, float]:
    """Give the best values and their sum of squares, infinite without any; the first good start will do."""
    focals = [optics.focal_px] if optics.focal_px else [part * optics.width_px for part in _FOCAL_STARTS]
    best, least = np.zeros(0), np.inf
    for focal_px in focals:
        start = _start(free, optics, focal_px)
        if start is None:
            continue
        values, cost = problem.solve(start)
        if cost < least:
            best, least = values, cost
        if least <= problem.usual_cost:
            break
    return best, least


class _Problem:
    """The fit of one camera: residuals in sigmas, of the marks and then of the priors."""

    def __init__(self, marks: Marks, optics: Optics) -> None:
        self._marks = marks
        self._optics = optics
        self._points_m = np.column_stack([marks.ground_m, np.zeros(len(marks.ground_m))])

    @property
    def usual_cost(self) -> float:
        """What a right solution leaves in most cases: its expectation and two standard deviations."""
        freedom = 2.0 * len(self._points_m)
        return freedom + 2.0 * float(np.sqrt(2.0 * freedom))

    def solve(self, start: Array) -> tuple[Array, float]:
        """Give the best nine values from a start, and their sum of squares; infinite behind."""
        values, damping = start, 1e-3
        whitening = self._whitening(values)
        residuals = self._residuals(values, whitening)
        cost = float(residuals @ residuals)
        for _ in range(_MAX_ITERATIONS):
            if not np.isfinite(cost):
                return values, np.inf
            slope = self._slope(values, residuals, whitening)
            normal, gradient = slope.T @ slope, slope.T @ residuals
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient)
            candidate = values - step
            new_whitening = self._whitening(candidate)
            new_residuals = self._residuals(candidate, new_whitening)
            new_cost = float(new_residuals @ new_residuals)
            if not new_cost <= cost:
                damping *= 8.0
                if damping > 1e9:
                    break
                continue
            improved = cost - new_cost
            values, whitening, residuals, cost = candidate, new_whitening, new_residuals, new_cost
            damping /= 8.0
            if improved <= _CONVERGED * (1.0 + cost):
                break
        return values, cost

    def cost_of(self, homography: Homography) -> float:
        """Give the sum of squares that a free homography leaves."""
        covariance = self._marks.covariance_px2(homography)
        residual = self._marks.ideal_px - homography.to_pixels(self._marks.ground_m)
        return float(np.einsum("ni,nij,nj->", residual, np.linalg.inv(covariance), residual))

    def homography(self, values: Array, cost: float, like: Homography) -> Homography:
        """Give the map of the values in the normalisation of another, with the covariance of its entries."""
        slope = self._slope(values, self._residuals(values, self._whitening(values)), self._whitening(values))
        spread = np.linalg.inv(slope.T @ slope) * scale_of_noise(
            cost, 2 * len(self._points_m) - _FREE_PARAMETERS
        )
        entries = self._entries(values, like)
        by_value = np.column_stack(
            [(self._entries(values + step, like) - self._entries(values - step, like)) / (2 * step.sum())
             for step in np.diag(_STEPS)]
        )  # fmt: skip
        covariance = by_value @ spread @ by_value.T
        return replace(like, matrix=np.append(entries, 1.0).reshape(3, 3), covariance=covariance)

    def _entries(self, values: Array, like: Homography) -> Array:
        """Give the first eight entries of the normalised matrix whose last one is 1."""
        ground, pixels = like.ground, like.pixels
        undo_ground = np.array(
            [[1 / ground.scale, 0, ground.centre[0]], [0, 1 / ground.scale, ground.centre[1]], [0, 0, 1]]
        )
        apply_pixels = np.array(
            [
                [pixels.scale, 0, -pixels.scale * pixels.centre[0]],
                [0, pixels.scale, -pixels.scale * pixels.centre[1]],
                [0, 0, 1],
            ]
        )
        matrix = apply_pixels @ _camera(values, self._optics).matrix() @ undo_ground
        return np.asarray((matrix / matrix[2, 2]).ravel()[:8], dtype=np.float64)

    def _whitening(self, values: Array) -> Array:
        """Give for each mark the matrix (N, 2, 2) that turns pixels into sigmas."""
        covariance = self._marks.click_covariance_px2
        if self._marks.place_sigma_m > 0:
            camera = _camera(values, self._optics)
            by_place = np.stack(
                [camera.project(self._points_m + step) - camera.project(self._points_m - step)
                 for step in 0.01 * np.eye(3)[:2]], axis=2) / 0.02  # fmt: skip
            covariance = covariance + self._marks.place_sigma_m**2 * by_place @ by_place.transpose(0, 2, 1)
        if not np.isfinite(covariance).all():
            return np.full(covariance.shape, np.nan)
        return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)), dtype=np.float64)

    def _residuals(self, values: Array, whitening: Array) -> Array:
        misfit = _camera(values, self._optics).project(self._points_m) - self._marks.ideal_px
        of_marks = (whitening @ misfit[:, :, None])[:, :, 0].ravel()
        return np.concatenate([of_marks, (values - self._optics.means) / self._optics.sigmas])

    def _slope(self, values: Array, residuals: Array, whitening: Array) -> Array:
        """Give d residuals / d values by differences, the weights held."""
        columns = [
            (self._residuals(values + step, whitening) - residuals) / step.sum() for step in np.diag(_STEPS)
        ]
        return np.column_stack(columns)


def _camera(values: Array, optics: Optics) -> Pinhole:
    east, north, log_height, yaw, tilt, roll, log_focal, *centre = values
    forward = np.array([np.sin(yaw) * np.cos(tilt), np.cos(yaw) * np.cos(tilt), -np.sin(tilt)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    down = np.cross(forward, right)
    turned_right = np.cos(roll) * right + np.sin(roll) * down
    focal = np.exp(log_focal)
    return Pinhole(
        np.array([east, north, np.exp(log_height)]),
        np.stack([turned_right, np.cross(forward, turned_right), forward]),
        np.array([focal, optics.aspect * focal]),
        np.array(centre),
    )


def _start(free: Homography, optics: Optics, focal_px: float) -> Array | None:
    """Take the pose out of a free homography for a focal length; None when it looks up from below."""
    inner = np.array(
        [[focal_px, 0, optics.centre_px[0]], [0, optics.aspect * focal_px, optics.centre_px[1]], [0, 0, 1]]
    )
    raised = np.linalg.inv(inner) @ free.in_metres()
    raised /= np.linalg.norm(raised[:, :2], axis=0).mean()
    axes = np.column_stack([raised[:, 0], raised[:, 1], np.cross(raised[:, 0], raised[:, 1])])
    left, _, right = np.linalg.svd(axes)
    axes = left @ right
    place = -axes.T @ raised[:, 2]
    if not place[2] > 0.1:
        return None
    forward, across = axes[2], axes[0]
    yaw, tilt = np.arctan2(forward[0], forward[1]), np.arcsin(np.clip(-forward[2], -1, 1))
    level = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    roll = np.arctan2(across @ np.cross(forward, level), across @ level)
    return np.array(
        [place[0], place[1], np.log(place[2]), yaw, tilt, roll, np.log(focal_px), *optics.centre_px]
    )
