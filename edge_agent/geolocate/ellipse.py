"""Covariance on the ground -> the 95 % ellipse and the radius that holds 95 %."""

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate.params import PERCENT_95_CHI2
from edge_agent.types import ErrorEllipse

_DIRECTIONS = 90
_HALVINGS = 30


def ellipse_95(covariance_m2: npt.NDArray[np.float64]) -> ErrorEllipse:
    """Give the 95 % ellipse of a (2, 2) covariance of east, north."""
    variances, axes = np.linalg.eigh(covariance_m2)
    minor_m, major_m = np.sqrt(np.maximum(variances, 0.0) * PERCENT_95_CHI2)
    east, north = axes[:, 1]
    return ErrorEllipse(float(major_m), float(minor_m), float(np.degrees(np.arctan2(east, north)) % 180.0))


def radius_95_m(covariance_m2: npt.NDArray[np.float64]) -> float:
    """Give the radius of the circle about the mean that holds 95 % of a normal distribution.

    With unit deviates in polar form, (a t cos u, b t sin u) and t Rayleigh distributed, the probability of
    a circle of radius r is the mean over u of 1 - exp(-r^2 / (2 (a^2 cos^2 u + b^2 sin^2 u))); it is solved
    by halving.
    """
    small, large = np.maximum(np.linalg.eigvalsh(covariance_m2), 0.0)
    angles = (np.arange(_DIRECTIONS) + 0.5) * np.pi / (2 * _DIRECTIONS)
    spread = np.maximum(large * np.cos(angles) ** 2 + small * np.sin(angles) ** 2, 1e-30)
    low, high = 0.0, float(np.sqrt(large * PERCENT_95_CHI2)) + 1e-9
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if float(np.mean(1.0 - np.exp(-(middle**2) / (2 * spread)))) < 0.95:
            low = middle
        else:
            high = middle
    return high
