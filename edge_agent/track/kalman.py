"""Where a box will be: a constant-velocity Kalman filter over centre, width and height, in seconds.

The four coordinates are filtered on their own, all with noise in proportion to the box, so that a far vehicle
of ten pixels and a near one of two hundred behave alike. With two numbers each, plain arithmetic is faster
than matrices.

Source: R. E. Kalman, "A New Approach to Linear Filtering and Prediction Problems", doi:10.1115/1.3662552;
white noise acceleration as in Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and
Navigation", 6.2.2.
"""

from dataclasses import dataclass, replace
from math import sqrt

from edge_agent.boxes import size_px
from edge_agent.types import BoxXyxy

MEASUREMENT_NOISE = 0.06
"""Standard deviation of a detected coordinate, in box sizes."""

PIXEL_NOISE_PX = 0.5
"""Standard deviation added because detectors give boxes in whole pixels of their input."""

ACCELERATION_NOISE = 2.0
"""Standard deviation of the acceleration, in box sizes per second squared: a car that starts or brakes."""

GROWTH_NOISE = 0.3
"""The same for width and height, which change slower than the place; also their unknown first change."""

INITIAL_SPEED = 2.0
"""Standard deviation of the unknown first velocity, in box sizes per second."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One coordinate: place and velocity, and the covariance of the two."""

    place_px: float
    velocity_px_s: float
    place_variance: float
    covariance: float
    velocity_variance: float

    def predicted(self, dt: float, acceleration_variance: float) -> "Coordinate":
        """Give the coordinate after `dt` seconds."""
        return Coordinate(
            place_px=self.place_px + dt * self.velocity_px_s,
            velocity_px_s=self.velocity_px_s,
            place_variance=self.place_variance
            + dt * (2 * self.covariance + dt * self.velocity_variance)
            + acceleration_variance * dt**3 / 3,
            covariance=self.covariance + dt * self.velocity_variance + acceleration_variance * dt**2 / 2,
            velocity_variance=self.velocity_variance + acceleration_variance * dt,
        )

    def updated(self, seen_px: float, variance: float) -> "Coordinate":
        """Give the coordinate after it was seen at a place with some noise."""
        innovation_variance = self.place_variance + variance
        place_gain = self.place_variance / innovation_variance
        velocity_gain = self.covariance / innovation_variance
        surprise_px = seen_px - self.place_px
        return Coordinate(
            place_px=self.place_px + place_gain * surprise_px,
            velocity_px_s=self.velocity_px_s + velocity_gain * surprise_px,
            place_variance=(1 - place_gain) * self.place_variance,
            covariance=(1 - place_gain) * self.covariance,
            velocity_variance=self.velocity_variance - velocity_gain * self.covariance,
        )


@dataclass(frozen=True, slots=True)
class BoxFilter:
    """State of the filter: centre x, centre y, width and height."""

    x: Coordinate
    y: Coordinate
    width: Coordinate
    height: Coordinate

    @property
    def box_xyxy_px(self) -> BoxXyxy:
        """The expected box."""
        half_width, half_height = max(self.width.place_px, 1.0) / 2, max(self.height.place_px, 1.0) / 2
        x, y = self.x.place_px, self.y.place_px
        return x - half_width, y - half_height, x + half_width, y + half_height

    @property
    def velocity_px_s(self) -> tuple[float, float]:
        """The expected velocity of the centre."""
        return self.x.velocity_px_s, self.y.velocity_px_s


def start(box: BoxXyxy) -> BoxFilter:
    """Give the filter of a box seen once."""
    size, variance = size_px(box), _measurement_variance(box)
    speeds = (INITIAL_SPEED, INITIAL_SPEED, GROWTH_NOISE, GROWTH_NOISE)
    x, y, width, height = (
        Coordinate(place, 0.0, variance, 0.0, (speed * size) ** 2)
        for place, speed in zip(_coordinates(box), speeds, strict=True)
    )
    return BoxFilter(x, y, width, height)


def predict(state: BoxFilter, elapsed_s: float) -> BoxFilter:
    """Give the filter after some time without a detection."""
    size = sqrt(max(state.width.place_px, 1.0) * max(state.height.place_px, 1.0))
    moving, growing = (ACCELERATION_NOISE * size) ** 2, (GROWTH_NOISE * size) ** 2
    return BoxFilter(
        state.x.predicted(elapsed_s, moving),
        state.y.predicted(elapsed_s, moving),
        state.width.predicted(elapsed_s, growing),
        state.height.predicted(elapsed_s, growing),
    )


def update(state: BoxFilter, box: BoxXyxy) -> BoxFilter:
    """Give the filter after a detection."""
    x, y, width, height = _coordinates(box)
    variance = _measurement_variance(box)
    return BoxFilter(
        state.x.updated(x, variance),
        state.y.updated(y, variance),
        state.width.updated(width, variance),
        state.height.updated(height, variance),
    )


def coast(state: BoxFilter, is_resting: bool) -> BoxFilter:
    """Give the filter of a box that is out of sight: it keeps its size, and its place if it rested.

    The last detection before a thing is hidden is often cut; its seeming motion must not be carried on.
    """
    x, y = state.x, state.y
    if is_resting:
        x, y = replace(x, velocity_px_s=0.0), replace(y, velocity_px_s=0.0)
    width, height = replace(state.width, velocity_px_s=0.0), replace(state.height, velocity_px_s=0.0)
    return BoxFilter(x, y, width, height)


def _coordinates(box: BoxXyxy) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1


def _measurement_variance(box: BoxXyxy) -> float:
    return (MEASUREMENT_NOISE * size_px(box)) ** 2 + PIXEL_NOISE_PX**2
