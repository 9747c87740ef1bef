"""The place of an event: on the ground where it can be told, else at the camera, with the reason."""

import re
from dataclasses import replace

import numpy as np
import pytest

from edge_agent.geolocate import CameraLocator, GeolocateParams, calibrate
from edge_agent.solids import CAR
from edge_agent.types import BoxXyxy, GroundFix
from tests.fakes.pipeline import event
from tests.fakes.synthetic_camera import EARTH, SIZE_PX, SyntheticCamera, spread_marks
from wire_contract.vocabulary import EventKind

CAMERA = SyntheticCamera()
PARAMS = GeolocateParams()
POSITION = (121.5601, 31.2555)
PLANE = calibrate(
    CAMERA.marks(spread_marks(CAMERA, np.random.default_rng(3), 8)), None, PARAMS, SIZE_PX
).plane
LOCATOR = CameraLocator(POSITION, PLANE, PARAMS)


def locate(box: BoxXyxy, label: str = "garbage", locator: CameraLocator = LOCATOR) -> GroundFix:
    fix = locator.locate(event(box_xyxy_px=box, frame_size_px=SIZE_PX, label=label))
    assert fix is not None
    return fix


def ground_of(fix: GroundFix) -> np.ndarray:
    return EARTH.to_metres([[fix.lon, fix.lat]])[0]


def test_a_bag_stands_just_behind_where_the_bottom_of_its_box_touches_the_ground() -> None:
    place = CAMERA.scatter(np.random.default_rng(5), 1, 10, 15)[0]
    x, y = CAMERA.see(place)[0]
    fix = locate((x - 15, y - 25, x + 15, y))
    assert fix.method == "homography"
    assert ground_of(fix) == pytest.approx(place, abs=0.15)
    assert np.linalg.norm(ground_of(fix)) > np.linalg.norm(place)
    assert fix.ellipse is not None
    assert fix.ellipse.minor_m <= fix.ellipse.major_m
    assert 0.5 < fix.error_m < 2.0
    assert fix.note == ""


def test_a_car_stands_in_the_middle_of_its_footprint_not_on_its_near_bumper() -> None:
    middle = 14 * np.array([np.sin(CAMERA.yaw), np.cos(CAMERA.yaw)])
    points = np.array(CAR.points) * (2.25, 0.9, 1.5)
    points[:, :2] += PLANE.earth.to_metres(EARTH.to_lonlat([middle]))[0]
    pixels = PLANE.raised_to_pixels(points)
    box = (*map(float, pixels.min(axis=0)), *map(float, pixels.max(axis=0)))
    bumper, car = ground_of(locate(box)), ground_of(locate(box, "car"))
    assert np.linalg.norm(car - middle) < 0.7
    assert np.linalg.norm(bumper - middle) > np.linalg.norm(car - middle)


def test_the_ellipse_points_away_from_the_camera() -> None:
    """A pixel up or down is metres, a pixel left or right is centimetres."""
    place = 25 * np.array([np.sin(CAMERA.yaw), np.cos(CAMERA.yaw)])
    x, y = CAMERA.see(place)[0]
    fix = locate((x - 5, y - 10, x + 5, y))
    assert fix.ellipse is not None
    assert fix.ellipse.azimuth_deg == pytest.approx(np.degrees(CAMERA.yaw), abs=5)
    assert fix.ellipse.major_m > 1.5 * fix.ellipse.minor_m


def test_a_box_cut_off_by_the_frame_is_less_certain() -> None:
    exact = CameraLocator(POSITION, PLANE, replace(PARAMS, survey_sigma_m=0.0))
    whole, cut = (locate((600, 640, 700, bottom), locator=exact) for bottom in (716, 719))
    assert cut.error_m > 1.1 * whole.error_m


def test_a_rough_survey_is_never_hidden() -> None:
    rough = CameraLocator(POSITION, PLANE, replace(PARAMS, survey_sigma_m=1.0))
    assert locate((600, 640, 700, 700), locator=rough).error_m > 2.4


def test_an_event_from_frames_of_another_size_is_at_the_same_place() -> None:
    small = LOCATOR.locate(event(box_xyxy_px=(300.0, 320.0, 350.0, 350.0), frame_size_px=(640, 360)))
    assert small is not None
    assert ground_of(small) == pytest.approx(ground_of(locate((600, 640, 700, 700))), abs=1e-6)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((600.0, 20.0, 640.0, 60.0), "ellipse"),  # far away, near the horizon
        ((600.0, 2.0, 640.0, 4.0), "horizon"),  # in the sky
    ],
)
def test_a_place_that_cannot_be_told_is_refused_with_the_reason(box: BoxXyxy, reason: str) -> None:
    camera = SyntheticCamera(tilt=0.34)  # the horizon lies just inside the picture
    marks = camera.marks(spread_marks(camera, np.random.default_rng(3), 8))
    fix = locate(box, locator=CameraLocator(POSITION, calibrate(marks, None, PARAMS, SIZE_PX).plane, PARAMS))
    assert (fix.method, fix.lon, fix.lat, fix.error_m) == ("camera_position", *POSITION, 30.0)
    assert fix.ellipse is None
    assert re.search(reason, fix.note)


def test_without_control_points_the_camera_stands_for_the_event_with_a_large_error() -> None:
    fix = locate((600, 640, 700, 700), locator=CameraLocator(POSITION, None, PARAMS))
    assert (fix.method, fix.error_m) == ("camera_position", PARAMS.position_error_m)
    assert "no control points" in fix.note


def test_a_fault_of_the_camera_is_where_the_camera_is() -> None:
    fix = LOCATOR.locate(event(kind=EventKind.CAMERA_HEALTH, frame_size_px=SIZE_PX))
    assert fix is not None
    assert (fix.method, fix.note) == ("camera_position", "")


def test_with_neither_plane_nor_position_there_is_no_fix() -> None:
    assert CameraLocator(None, None, PARAMS).locate(event()) is None
