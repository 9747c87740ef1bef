"""The 95 % ellipse and circle hold 95 % of draws."""

import numpy as np
import pytest

from edge_agent.geolocate.ellipse import ellipse_95, radius_95_m


@pytest.mark.parametrize(
    ("axes_m", "azimuth_deg"),
    [((1.0, 1.0), 0), ((3.0, 1.0), 30), ((3.0, 0.1), 120), ((2.0, 1e-9), 90)],
)
def test_ellipse_and_circle_hold_95_percent(axes_m: tuple[float, float], azimuth_deg: float) -> None:
    azimuth = np.radians(azimuth_deg)
    along = np.array([np.sin(azimuth), np.cos(azimuth)])
    across = np.array([np.cos(azimuth), -np.sin(azimuth)])
    covariance = axes_m[0] ** 2 * np.outer(along, along) + axes_m[1] ** 2 * np.outer(across, across)
    ellipse, radius_m = ellipse_95(covariance), radius_95_m(covariance)
    draws = np.random.default_rng(2).normal(size=(20_000, 2)) * axes_m @ np.array([along, across])
    inside = np.linalg.norm(draws, axis=1) <= radius_m
    assert inside.mean() == pytest.approx(0.95, abs=0.01)
    assert ellipse.major_m == pytest.approx(axes_m[0] * 2.4477, rel=1e-3)
    assert ellipse.minor_m == pytest.approx(axes_m[1] * 2.4477, rel=1e-3, abs=1e-6)
    if axes_m[0] != axes_m[1]:
        assert ellipse.azimuth_deg == pytest.approx(azimuth_deg, abs=0.1)


def test_the_circle_lies_between_the_one_and_the_two_dimensional_limit() -> None:
    assert radius_95_m(np.diag([1.0, 1.0])) == pytest.approx(2.4477, abs=1e-3)
    assert radius_95_m(np.diag([1.0, 0.0])) == pytest.approx(1.9600, abs=1e-3)
