"""The scene's camera: pixels of known places, worked out by hand, and places of pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scenes.pinhole import Camera, Origin


def test_what_lies_straight_ahead_shows_in_the_middle() -> None:
    # 4 m up, tilted 30 degrees down: the axis meets the ground 4 / tan(30) m ahead
    camera = Camera((0.0, 0.0, 4.0), tilt_deg=30.0)
    assert camera.pixel(0.0, 4.0 / np.tan(np.radians(30.0))) == pytest.approx((320, 180))


def test_a_level_camera_sees_by_similar_triangles() -> None:
    # 90 degrees of view: the focal length is half the width; 1 m aside and 2 m below at 10 m is 32 and 64 px
    camera = Camera((0.0, 0.0, 3.0), tilt_deg=0.0, field_of_view_deg=90.0)
    assert camera.focal_px == pytest.approx(320)
    assert camera.pixel(1.0, 10.0, 1.0) == pytest.approx((320 + 32, 180 + 64))


def test_a_camera_that_looks_east_sees_the_north_on_its_left() -> None:
    camera = Camera((0.0, 0.0, 3.0), heading_deg=90.0, tilt_deg=0.0)
    assert camera.pixel(10.0, 1.0, 3.0)[0] < 320 < camera.pixel(10.0, -1.0, 3.0)[0]


def test_a_rolled_camera_shows_the_horizon_slanted() -> None:
    camera = Camera((0.0, 0.0, 3.0), tilt_deg=0.0, roll_deg=10.0)
    (left_u, left_v), (right_u, right_v) = camera.pixel(-20.0, 50.0, 3.0), camera.pixel(20.0, 50.0, 3.0)
    slope = np.degrees(np.arctan2(right_v - left_v, right_u - left_u))
    assert slope == pytest.approx(10.0)


def test_behind_the_camera_the_depth_is_negative() -> None:
    camera = Camera((0.0, 0.0, 3.0))
    assert camera.seen(np.array([[0.0, -5.0, 0.0]]))[0, 2] < 0


@given(
    st.floats(-8, 8),
    st.floats(4, 40),
    st.floats(-30, 30),
    st.floats(8, 40),
    st.floats(-8, 8),
    st.floats(2, 9),
)
def test_a_place_on_the_ground_is_found_again_from_its_pixel(
    x: float, y: float, heading: float, tilt: float, roll: float, height: float
) -> None:
    camera = Camera((0.3, -0.2, height), heading_deg=heading, tilt_deg=tilt, roll_deg=roll)
    u, v, depth = camera.seen(np.array([[x, y, 0.0]]))[0]
    if depth > 0.5:
        assert camera.ground(float(u), float(v)) == pytest.approx((x, y), abs=1e-6)


def test_the_sky_is_no_ground() -> None:
    with pytest.raises(ValueError, match="sky"):
        Camera((0.0, 0.0, 3.0), tilt_deg=5.0).ground(320, 0)


def test_metres_become_degrees_as_on_the_ellipsoid() -> None:
    # at 31.25 N a degree of latitude is 110.87 km, one of longitude 95.24 km (WGS 84)
    lon, lat = Origin(121.5, 31.25).lonlat(95.24, 110.87)
    assert lon == pytest.approx(121.501, abs=2e-7)
    assert lat == pytest.approx(31.251, abs=2e-7)
