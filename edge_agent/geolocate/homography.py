"""The projective map from the ground plane to the picture, fitted to control points, with its covariance.

The errors are in the clicks, so pixels are fitted, not metres. Estimation: normalised DLT (R. Hartley, In
Defense of the Eight-Point Algorithm, PAMI 1997), then weighted Gauss-Newton with damping
(Levenberg-Marquardt). Propagation to the ground: first order (A. Criminisi, I. Reid, A. Zisserman, A Plane
Measuring Device, BMVC 1997).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_PRIOR_FREEDOM = 4.0
"""The stated noise counts like this many residuals: a few points alone say little about their noise."""
_MAX_ITERATIONS = 50
_CONVERGED = 1e-10


@dataclass(frozen=True, slots=True)
class Similarity:
    """Centres points and scales them to a mean distance of sqrt 2 (Hartley's normalisation)."""

    centre: Array
    scale: float

    def apply(self, points: Array) -> Array:
        """Normalise (N, 2) points."""
        result: Array = (points - self.centre) * self.scale
        return result

    def undo(self, points: Array) -> Array:
        """Take (N, 2) normalised points back."""
        result: Array = points / self.scale + self.centre
        return result


@dataclass(frozen=True, slots=True)
class Homography:
    """Ground metres -> ideal pixels, kept in normalised coordinates with the last entry of the matrix 1."""

    ground: Similarity
    pixels: Similarity
    matrix: Array
    """(3, 3), normalised ground -> normalised pixels; positive depth before the camera."""
    covariance: Array
    """(8, 8), of the first eight entries of `matrix`."""

    def to_pixels(self, points_m: Array) -> Array:
        """Project (N, 2) metres; NaN behind the camera."""
        return self.pixels.undo(_project(self.matrix, self.ground.apply(points_m)))

    def to_ground(self, points_px: Array) -> Array:
        """Project (N, 2) ideal pixels; NaN at and above the horizon."""
        return self.ground.undo(_project(_inverse(self.matrix), self.pixels.apply(points_px)))

    def in_metres(self) -> Array:
        """Give the matrix (3, 3) from metres to ideal pixels, of positive depth before the camera."""
        ground, pixels = self.ground, self.pixels
        normalise = np.diag([ground.scale, ground.scale, 1.0])
        normalise[:2, 2] = -ground.scale * ground.centre
        undo = np.diag([1 / pixels.scale, 1 / pixels.scale, 1.0])
        undo[:2, 2] = pixels.centre
        result: Array = undo @ self.matrix @ normalise
        return result

    def pixels_per_metre(self, points_m: Array) -> Array:
        """Give d pixel / d ground, shape (N, 2, 2)."""
        scale = self.ground.scale / self.pixels.scale
        result: Array = _jacobian_by_place(self.matrix, self.ground.apply(points_m)) * scale
        return result

    def pixel_covariance(self, points_m: Array) -> Array:
        """Give how uncertain the projection of ground points is, pixels squared, shape (N, 2, 2)."""
        by_entry = _jacobian_by_entry(self.matrix, self.ground.apply(points_m)) / self.pixels.scale
        result: Array = by_entry @ self.covariance @ _turned(by_entry)
        return result


@dataclass(frozen=True, slots=True)
class Marks:
    """Control points ready for the fit: places, clicks, and how exact both are."""

    ground_m: Array
    """(N, 2)"""
    ideal_px: Array
    """(N, 2)"""
    click_covariance_px2: Array
    """(N, 2, 2), of the clicks in ideal pixels."""
    place_sigma_m: float

    def chosen(self, flags: Flags) -> "Marks":
        """Give some of them, (N,) bool."""
        return Marks(
            self.ground_m[flags], self.ideal_px[flags], self.click_covariance_px2[flags], self.place_sigma_m
        )

    def covariance_px2(self, homography: "Homography") -> Array:
        """Give how far clicks may lie from their projections, (N, 2, 2): clicks and places together."""
        by_place = homography.pixels_per_metre(self.ground_m)
        result: Array = self.click_covariance_px2 + self.place_sigma_m**2 * by_place @ _turned(by_place)
        return result


def fit(marks: Marks) -> Homography:
    """Fit a homography to four or more control points.

    Raises ValueError when they do not fix a plane, or lie on both sides of the horizon.
    """
    start = through(marks.ground_m, marks.ideal_px)
    ground, pixels = start.ground.apply(marks.ground_m), start.pixels.apply(marks.ideal_px)
    noise = _Noise(
        marks.click_covariance_px2 * start.pixels.scale**2, (marks.place_sigma_m * start.ground.scale) ** 2
    )
    return _refine(start, ground, pixels, noise)


def through(ground_m: Array, ideal_px: Array) -> Homography:
    """Give the homography through four points, or nearly through more, by the direct linear transform alone.

    Raises ValueError when the points do not fix one.
    """
    ground, pixels = _similarity(ground_m), _similarity(ideal_px)
    matrix = _direct_linear(ground.apply(ground_m), pixels.apply(ideal_px))
    return Homography(ground, pixels, matrix, np.zeros((8, 8)))


def squared_distances(homography: Homography, marks: Marks, covariance_px2: Array) -> Array:
    """Give squared Mahalanobis distances of clicks from projections, (N,); infinite behind the camera."""
    residual = marks.ideal_px - homography.to_pixels(marks.ground_m)
    distance = np.einsum("ni,nij,nj->n", residual, np.linalg.inv(covariance_px2), residual)
    result: Array = np.where(np.isfinite(distance), distance, np.inf)
    return result


def _direct_linear(ground: Array, pixels: Array) -> Array:
    """Solve for the matrix of normalised points by the direct linear transform; last entry 1."""
    x, y = ground.T
    u, v = pixels.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u]),
            np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v]),
        ]
    )
    _, singular, vectors = np.linalg.svd(rows)
    if singular[7] < 1e-9 * singular[0] or abs(vectors[8, 8]) < 1e-9:
        raise ValueError("the control points do not fix a plane; spread them over the area, not on a line")
    matrix: Array = (vectors[8] / vectors[8, 8]).reshape(3, 3)
    return matrix


@dataclass(frozen=True, slots=True)
class _Noise:
    """Covariance of the clicks (N, 2, 2) and variance of the places, both in normalised units."""

    clicks: Array
    place_variance: float

    def at(self, matrix: Array, ground: Array) -> Array:
        by_place = _jacobian_by_place(matrix, ground)
        result: Array = self.clicks + self.place_variance * by_place @ _turned(by_place)
        return result


def _refine(start: Homography, ground: Array, pixels: Array, noise: _Noise) -> Homography:
    matrix, damping = start.matrix, 1e-3
    cost, normal, gradient = _system(matrix, ground, pixels, noise)
    if not np.isfinite(cost):
        raise ValueError("the control points lie on both sides of the horizon; one of them must be wrong")
    for _ in range(_MAX_ITERATIONS):
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient)
        candidate = matrix + np.append(step, 0.0).reshape(3, 3)
        new_cost, new_normal, new_gradient = _system(candidate, ground, pixels, noise)
        if not new_cost <= cost:
            damping *= 10.0
            if damping > 1e9:
                break
            continue
        improved = cost - new_cost
        matrix, cost, normal, gradient, damping = (
            candidate,
            new_cost,
            new_normal,
            new_gradient,
            damping / 10.0,
        )
        if improved <= _CONVERGED * (1.0 + cost):
            break
    scale = scale_of_noise(cost, 2 * len(ground) - 8)
    return replace(start, matrix=matrix, covariance=_inverse(normal) * scale)


def scale_of_noise(cost: float, freedom: int) -> float:
    """Give by how much the residuals widen a covariance; they never narrow what is stated."""
    return max(1.0, (_PRIOR_FREEDOM + cost) / (_PRIOR_FREEDOM + freedom))


def _system(matrix: Array, ground: Array, pixels: Array, noise: _Noise) -> tuple[float, Array, Array]:
    """Give weighted sum of squares, normal matrix (8, 8) and gradient (8,); the sum is infinite behind."""
    projected = _project(matrix, ground)
    if not np.isfinite(projected).all():
        return np.inf, np.eye(8), np.zeros(8)
    weight = np.linalg.inv(noise.at(matrix, ground))
    residual = pixels - projected
    by_entry = _jacobian_by_entry(matrix, ground)
    weighted = _turned(by_entry) @ weight
    normal = (weighted @ by_entry).sum(axis=0)
    gradient = (weighted @ residual[:, :, None]).sum(axis=0)[:, 0]
    return float(np.einsum("ni,nij,nj->", residual, weight, residual)), normal, gradient


def _similarity(points: Array) -> Similarity:
    centre = points.mean(axis=0)
    spread = float(np.linalg.norm(points - centre, axis=1).mean())
    if not spread > 0:
        raise ValueError("the control points all lie on one spot; spread them over the area")
    return Similarity(centre, float(np.sqrt(2.0)) / spread)


def _project(matrix: Array, points: Array) -> Array:
    raised = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        projected: Array = np.where(raised[:, 2:] > 0, raised[:, :2] / raised[:, 2:], np.nan)
    return projected


def _jacobian_by_place(matrix: Array, points: Array) -> Array:
    """Give d projection / d point, shape (N, 2, 2)."""
    raised = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depth = raised[:, 2, None, None]
    image = raised[:, :2, None] / depth
    result: Array = (matrix[None, :2, :2] - image * matrix[None, 2:, :2]) / depth
    return result


def _jacobian_by_entry(matrix: Array, points: Array) -> Array:
    """Give d projection / d first eight entries of the matrix, shape (N, 2, 8)."""
    homogeneous = np.column_stack([points, np.ones(len(points))])
    raised = homogeneous @ matrix.T
    row = homogeneous / raised[:, 2:]
    image = raised[:, :2] / raised[:, 2:]
    jacobian = np.zeros((len(points), 2, 8))
    jacobian[:, 0, :3] = row
    jacobian[:, 1, 3:6] = row
    jacobian[:, :, 6:] = -image[:, :, None] * row[:, None, :2]
    return jacobian


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _turned(matrices: Array) -> Array:
    """Transpose each of (N, i, j)."""
    return matrices.transpose(0, 2, 1)
