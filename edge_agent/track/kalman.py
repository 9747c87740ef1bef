"""Where a box will be: a constant-velocity Kalman filter over centre, width and height, in seconds instead of
frames.

The four coordinates are filtered on their own, all with noise in proportion to the box, so that a far vehicle
of ten pixels and a near one of two hundred behave alike.

Source: R. E. Kalman, "A New Approach to Linear Filtering and Prediction Problems", 1960,
doi:10.1115/1.3662552; white noise acceleration as in Bar-Shalom, Li, Kirubarajan, "Estimation with
Applications to Tracking and Navigation", 6.2.2.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from edge_agent.types import BoxXyxy

Vector: TypeAlias = npt.NDArray[np.float64]

MEASUREMENT_NOISE = 0.06
"""Standard deviation of a detected coordinate, in box sizes."""

PIXEL_NOISE_PX = 0.5
"""Standard deviation added because detectors give boxes in whole pixels of their input."""

ACCELERATION_NOISE = 2.0
"""Standard deviation of the acceleration, in box sizes per second squared: a car that starts or brakes."""

GROWTH_NOISE = 0.3
"""The same for width and height, which change slower than the place."""

INITIAL_SPEED = 2.0
"""Standard deviation of the unknown first velocity, in box sizes per second."""


@dataclass(frozen=True, slots=True)
class BoxFilter:
    """State of the filter: `mean` (4, 2) position and velocity of cx, cy, w, h; `covariance` (4, 2, 2)."""

    mean: Vector
    covariance: Vector

    @property
    def box_xyxy_px(self) -> BoxXyxy:
        """The expected box."""
        cx, cy, width, height = (float(value) for value in self.mean[:, 0])
        width, height = max(width, 1.0), max(height, 1.0)
        return cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2

    @property
    def velocity_px_s(self) -> tuple[float, float]:
        """The expected velocity of the centre."""
        return float(self.mean[0, 1]), float(self.mean[1, 1])


def start(box: BoxXyxy) -> BoxFilter:
    """Give the filter of a box seen once."""
    place, size_px = _measurement(box)
    covariance = np.zeros((4, 2, 2))
    covariance[:, 0, 0] = _measurement_variance(size_px)
    covariance[:, 1, 1] = (_noise(INITIAL_SPEED, GROWTH_NOISE) * size_px) ** 2
    return BoxFilter(mean=np.stack([place, np.zeros(4)], axis=1), covariance=covariance)


def predict(state: BoxFilter, elapsed_s: float) -> BoxFilter:
    """Give the filter after some time without a detection."""
    dt = elapsed_s
    transition = np.array([[1.0, dt], [0.0, 1.0]])
    variance = (_noise(ACCELERATION_NOISE, GROWTH_NOISE) * _size_px(state)) ** 2
    spread = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    return BoxFilter(
        mean=state.mean @ transition.T,
        covariance=transition @ state.covariance @ transition.T + variance[:, None, None] * spread,
    )


def update(state: BoxFilter, box: BoxXyxy) -> BoxFilter:
    """Give the filter after a detection."""
    place, size_px = _measurement(box)
    innovation_variance = state.covariance[:, 0, 0] + _measurement_variance(size_px)
    gain = state.covariance[:, :, 0] / innovation_variance[:, None]
    mean = state.mean + gain * (place - state.mean[:, 0])[:, None]
    covariance = state.covariance - gain[:, :, None] * state.covariance[:, None, 0, :]
    return BoxFilter(mean=mean, covariance=covariance)


def _measurement(box: BoxXyxy) -> tuple[Vector, float]:
    width, height = box[2] - box[0], box[3] - box[1]
    place = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, width, height])
    return place, float(np.sqrt(width * height))


def _measurement_variance(size_px: float) -> float:
    return (MEASUREMENT_NOISE * size_px) ** 2 + PIXEL_NOISE_PX**2


def _noise(place: float, extent: float) -> Vector:
    return np.array([place, place, extent, extent])


def _size_px(state: BoxFilter) -> float:
    return float(np.sqrt(max(state.mean[2, 0], 1.0) * max(state.mean[3, 0], 1.0)))
