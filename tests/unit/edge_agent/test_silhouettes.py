"""A shed has walls: what it covers on the ground is less than what it hides in the picture."""

import numpy as np
import pytest
from shapely import MultiPoint, Polygon

from edge_agent.geolocate import GeolocateParams, calibrate
from edge_agent.silhouettes import block_of
from tests.fakes.ground import FlatGround
from tests.fakes.synthetic_camera import SIZE_PX, SyntheticCamera, spread_marks

CAMERA = SyntheticCamera(height_m=6.5, tilt=0.5, yaw=0.0)
PLANE = calibrate(
    CAMERA.marks(spread_marks(CAMERA, np.random.default_rng(3), 10)), None, GeolocateParams(), SIZE_PX
).plane


def outline(
    place: tuple[float, float],
    sizes_m: tuple[float, float, float],
    turn: float = 0.0,
    eaves_m: float = 0.0,
    rise_m: float = 0.0,
) -> Polygon:
    """Give the outline of a block, its corners one pixel off; its place counts from the camera's foot."""
    assert PLANE.camera is not None
    corners = np.array([(a, b, up) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for up in (0.0, 1.0)])
    corners *= sizes_m + np.outer(corners[:, 2], (2 * eaves_m, 2 * eaves_m, 0))
    corners[:, 2] += rise_m * (corners[:, 2] > 0) * (corners[:, 1] > 0)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners[:, :2] = corners[:, :2] @ turned + PLANE.camera.place_m[:2] + place
    hull = np.array(MultiPoint(PLANE.raised_to_pixels(corners)).convex_hull.exterior.coords)[:-1]
    return Polygon(hull + np.random.default_rng(1).normal(0, 1.0, hull.shape))


@pytest.mark.parametrize(
    ("place", "sizes_m", "turn"),
    [
        ((2.0, 13.0), (3.4, 2.6, 2.3), 0.0),  # a shed beside the middle
        ((-3.0, 11.0), (2.2, 2.2, 2.8), 0.4),  # a small one, turned
        ((0.5, 15.0), (5.0, 2.5, 2.6), -0.3),  # a long one
        ((-1.0, 10.0), (3.0, 4.0, 2.2), 0.2),  # a deep one
    ],
)
def test_the_footprint_of_a_shed_is_told_within_a_fifth(place, sizes_m, turn):
    seen = outline(place, sizes_m, turn)
    block = block_of(seen, PLANE)
    assert block is not None
    assert block.footprint_m2 == pytest.approx(sizes_m[0] * sizes_m[1], rel=0.2)
    assert block.height_m == pytest.approx(sizes_m[2], rel=0.15)
    flat = Polygon(PLANE.to_ground_m(np.array(seen.exterior.coords)))
    assert flat.area > 1.5 * block.footprint_m2


@pytest.mark.parametrize(
    ("place", "sizes_m", "turn", "eaves_m", "rise_m"),
    [
        ((0.5, 11.0), (3.6, 3.0, 2.3), 0.15, 0.15, 0.3),  # seen from the front: the hardest
        ((2.0, 12.0), (3.0, 2.4, 2.5), 0.5, 0.25, 0.0),
        ((-3.0, 10.0), (2.6, 2.6, 2.4), -0.4, 0.2, 0.3),
    ],
)
def test_a_roof_that_stands_out_and_rises_is_not_taken_for_ground(place, sizes_m, turn, eaves_m, rise_m):
    block = block_of(outline(place, sizes_m, turn, eaves_m, rise_m), PLANE)
    assert block is not None
    assert block.footprint_m2 == pytest.approx(sizes_m[0] * sizes_m[1], rel=0.15)


def test_an_outline_that_is_no_block_is_left_alone() -> None:
    stripe = Polygon([(100, 640), (1200, 330), (1200, 340), (100, 655)])
    assert block_of(stripe, PLANE) is None


def test_what_stands_above_the_horizon_is_left_alone() -> None:
    assert block_of(Polygon([(600, -400), (700, -400), (700, -300), (600, -300)]), PLANE) is None


def test_a_camera_whose_pose_is_not_known_gives_none() -> None:
    assert block_of(Polygon([(100, 100), (200, 100), (200, 200), (100, 200)]), FlatGround(0.1)) is None
