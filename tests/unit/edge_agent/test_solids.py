"""What a box in the picture covers on the ground: a car is longer than its bottom edge is thick."""

import numpy as np
import pytest

from edge_agent.geolocate import GeolocateParams, calibrate
from edge_agent.solids import BLOCK, CAR, LARGE_VEHICLE, TWO_WHEELER, Solid, Stand, best_stand, stand_of
from edge_agent.types import BoxXyxy
from tests.fakes.ground import FlatGround
from tests.fakes.synthetic_camera import SIZE_PX, SyntheticCamera, spread_marks

CAMERA = SyntheticCamera(height_m=4.5, tilt=0.32, yaw=0.0)
PLANE = calibrate(
    CAMERA.marks(spread_marks(CAMERA, np.random.default_rng(3), 10)), None, GeolocateParams(), SIZE_PX
).plane
NORTH, EAST = (0.0, 1.0), (1.0, 0.0)
SIGMA_PX = (1.5, 1.5)


def seen(solid: Solid, place: tuple[float, float], sizes_m: tuple[float, float, float]) -> BoxXyxy:
    """Give the box of a solid that stands along north, its place counted from the camera's foot."""
    assert PLANE.camera is not None
    length, width, height = sizes_m
    points = np.array(solid.points)[:, [1, 0, 2]] * (width / 2, length / 2, height)
    pixels = PLANE.raised_to_pixels(points + np.append(PLANE.camera.place_m[:2] + place, 0.0))
    left, top, right, bottom = *pixels.min(axis=0), *pixels.max(axis=0)
    return (float(left), float(top), float(right), float(bottom))


def found(
    solid: Solid, place: tuple[float, float], sizes_m: tuple[float, float, float], along=NORTH
) -> tuple[np.ndarray, Stand]:
    stand = stand_of(solid, seen(solid, place, sizes_m), SIZE_PX, along, PLANE, SIGMA_PX)
    assert stand is not None
    assert PLANE.camera is not None
    return stand.centre_m - PLANE.camera.place_m[:2], stand


@pytest.mark.parametrize(
    ("solid", "sizes_m", "place"),
    [
        (CAR, (4.4, 1.8, 1.45), (-1.5, 14.0)),  # a saloon ahead
        (CAR, (4.7, 1.9, 1.7), (3.0, 18.0)),  # an SUV to the right
        (CAR, (4.1, 1.75, 1.5), (-4.0, 11.0)),  # a small car to the left
        (LARGE_VEHICLE, (8.5, 2.5, 3.3), (2.0, 22.0)),  # a lorry
        (TWO_WHEELER, (1.8, 0.7, 1.1), (1.0, 9.0)),  # an e-bike
    ],
)
def test_a_thing_of_usual_size_is_found_where_it_stands(solid, sizes_m, place):
    centre, stand = found(solid, place, sizes_m)
    assert centre == pytest.approx(place, abs=0.5)
    assert centre[0] == pytest.approx(place[0], abs=0.12)
    right_m = stand.corners_m[:, 0].max() - PLANE.camera.place_m[0]
    assert right_m == pytest.approx(place[0] + sizes_m[1] / 2, abs=0.12)


def test_its_covariance_tells_how_far_off_it_may_be() -> None:
    rng, misses = np.random.default_rng(4), []
    for _ in range(150):
        sizes_m = tuple(np.array(CAR.sizes_m) * np.exp(rng.normal(0, CAR.spread)))
        place = (rng.uniform(-3, 3), rng.uniform(10, 20))
        box = np.array(seen(CAR, place, sizes_m)) + rng.normal(0, 1.5, 4)
        stand = stand_of(CAR, tuple(box), SIZE_PX, NORTH, PLANE, SIGMA_PX)
        assert stand is not None
        miss = stand.centre_m - PLANE.camera.place_m[:2] - place
        misses.append(miss @ np.linalg.solve(stand.covariance_m2, miss))
    assert 0.88 <= np.mean(np.array(misses) < 5.991) <= 0.99


def test_of_two_directions_the_one_that_fits_is_taken() -> None:
    box = seen(CAR, (1.0, 12.0), (4.5, 1.8, 1.5))
    stand = best_stand("car", box, SIZE_PX, (EAST, NORTH), PLANE, SIGMA_PX)
    assert stand is not None
    assert np.ptp(stand.corners_m[:, 1]) > 2 * np.ptp(stand.corners_m[:, 0])


def test_a_thing_of_unknown_size_still_ends_where_its_box_ends() -> None:
    centre, stand = found(BLOCK, (-1.0, 13.0), (2.5, 1.0, 1.2))
    right_m = stand.corners_m[:, 0].max() - PLANE.camera.place_m[0]
    assert right_m == pytest.approx(-0.5, abs=0.2)
    assert centre[1] == pytest.approx(13.0, abs=1.0)


def test_a_row_of_e_bikes_in_one_box_is_longer_than_an_e_bike() -> None:
    box = seen(BLOCK, (-1.5, 12.0), (4.5, 1.8, 1.1))
    stand = best_stand("two_wheeler", box, SIZE_PX, (EAST, NORTH), PLANE, SIGMA_PX)
    assert stand is not None
    assert stand.centre_m - PLANE.camera.place_m[:2] == pytest.approx((-1.5, 12.0), abs=0.8)
    right_m = stand.corners_m[:, 0].max() - PLANE.camera.place_m[0]
    assert right_m == pytest.approx(-0.6, abs=0.2)


def test_a_car_cut_off_by_the_frame_is_completed() -> None:
    place, sizes_m = (-6.4, 11.0), (4.5, 1.8, 1.5)
    left, top, right, bottom = seen(CAR, place, sizes_m)
    assert left < 0 < right
    stand = stand_of(CAR, (0.0, top, right, bottom), SIZE_PX, NORTH, PLANE, SIGMA_PX)
    assert stand is not None
    assert stand.centre_m - PLANE.camera.place_m[:2] == pytest.approx(place, abs=0.5)


def test_what_stands_above_the_horizon_has_no_ground() -> None:
    assert stand_of(CAR, (600.0, 10.0, 700.0, 40.0), SIZE_PX, NORTH, PLANE, SIGMA_PX) is None


def test_a_camera_whose_pose_is_not_known_gives_none() -> None:
    assert stand_of(CAR, (100.0, 100.0, 200.0, 160.0), (640, 360), NORTH, FlatGround(0.1), SIGMA_PX) is None
