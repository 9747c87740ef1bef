"""Control points make a plane: exact when they are exact, warned of when they are not."""

import numpy as np
import pytest

from edge_agent.geolocate import ControlPoint, GeolocateParams, LensParams, calibrate
from edge_agent.geolocate.lens import Lens
from tests.fakes.synthetic_camera import EARTH, SIZE_PX, SyntheticCamera, spread_marks

CAMERA = SyntheticCamera()
PARAMS = GeolocateParams()


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_exact_marks_give_the_exact_ground() -> None:
    calibration = calibrate(CAMERA.marks(spread_marks(CAMERA, rng(), 8)), None, PARAMS, SIZE_PX)
    truth = CAMERA.scatter(rng(), 50, 5, 40)
    found = EARTH.to_metres(
        calibration.plane.earth.to_lonlat(calibration.plane.to_ground_m(CAMERA.see(truth)))
    )
    assert found == pytest.approx(truth, abs=0.01)
    assert calibration.rms_m < 1e-3
    assert calibration.left_out_rms_m == pytest.approx(0, abs=0.01)


def test_ground_and_pixels_are_each_others_inverse() -> None:
    plane = calibrate(CAMERA.marks(spread_marks(CAMERA, rng(), 6)), None, PARAMS, SIZE_PX).plane
    pixels = CAMERA.see(CAMERA.scatter(rng(), 20, 5, 40))
    assert plane.to_pixels(plane.to_ground_m(pixels)) == pytest.approx(pixels, abs=1e-6)


def test_a_lens_that_is_given_is_undone() -> None:
    lens = Lens((950.0, 950.0), (640.0, 360.0), (-0.25, 0.05, 0.0))
    camera = SyntheticCamera(lens=lens)
    marks = camera.marks(spread_marks(camera, rng(), 8))
    params = LensParams(fx=950 / 1280, k1=-0.25, k2=0.05)
    assert calibrate(marks, params, PARAMS, SIZE_PX).rms_m < 1e-3
    assert calibrate(marks, None, PARAMS, SIZE_PX).rms_m > 0.1


def test_the_same_marks_serve_any_frame_size() -> None:
    marks = CAMERA.marks(spread_marks(CAMERA, rng(), 6))
    small = calibrate(marks, None, PARAMS, (640, 360)).plane
    large = calibrate(marks, None, PARAMS, SIZE_PX).plane
    assert small.to_ground_m([[320, 270]]) == pytest.approx(large.to_ground_m([[640, 540]]), abs=0.01)


def test_metres_per_pixel_is_the_size_of_a_pixel_on_the_ground() -> None:
    plane = calibrate(CAMERA.marks(spread_marks(CAMERA, rng(), 6)), None, PARAMS, SIZE_PX).plane
    corners = plane.to_ground_m([[640, 500], [641, 500], [641, 501], [640, 501]])
    east, north = corners.T
    area = 0.5 * abs(np.dot(east, np.roll(north, 1)) - np.dot(north, np.roll(east, 1)))
    assert plane.metres_per_pixel_at((640.5, 500.5)) == pytest.approx(np.sqrt(area), rel=1e-3)


def test_the_sky_has_no_ground() -> None:
    plane = calibrate(CAMERA.marks(spread_marks(CAMERA, rng(), 6)), None, PARAMS, SIZE_PX).plane
    assert np.isnan(plane.to_ground_m([[640, -400]])).all()
    assert np.isnan(plane.metres_per_pixel_at((640, -400)))
    behind = plane.earth.to_metres(EARTH.to_lonlat([[-50 * np.sin(CAMERA.yaw), -50 * np.cos(CAMERA.yaw)]]))
    assert np.isnan(plane.to_pixels(behind)).all()


@pytest.mark.parametrize("wrong", range(8))
def test_a_mark_with_a_gross_mistake_is_named_and_left_out(wrong: int) -> None:
    places = spread_marks(CAMERA, rng(), 8)
    clicks = CAMERA.see(places) + rng().normal(0, 1, (8, 2))
    clicks[wrong] += (90, -70)
    calibration = calibrate(CAMERA.marks(places, clicks), None, PARAMS, SIZE_PX)
    assert [point.is_used for point in calibration.points] == [index != wrong for index in range(8)]
    assert calibration.rms_m < 0.3


def test_a_mark_with_a_wrong_digit_in_its_longitude_does_not_spoil_the_plane() -> None:
    marks = CAMERA.marks(spread_marks(CAMERA, rng(), 8))
    marks[0] = ControlPoint(marks[0].pixel, (marks[0].lonlat[0] + 1.0, marks[0].lonlat[1]))
    calibration = calibrate(marks, None, PARAMS, SIZE_PX)
    assert [point.is_used for point in calibration.points] == [False] + [True] * 7
    assert calibration.rms_m < 1e-3


def test_marks_that_are_all_rough_are_all_used_and_widen_the_error() -> None:
    places = spread_marks(CAMERA, rng(), 8)
    fine = calibrate(
        CAMERA.marks(places, CAMERA.see(places) + rng().normal(0, 1, (8, 2))), None, PARAMS, SIZE_PX
    )
    rough = calibrate(
        CAMERA.marks(places, CAMERA.see(places) + rng().normal(0, 40, (8, 2))), None, PARAMS, SIZE_PX
    )
    spot, still = (640.0, 450.0), np.zeros((2, 2))
    assert all(point.is_used for point in rough.points)
    assert np.trace(rough.plane.ground_covariance(spot, still)) > 20 * np.trace(
        fine.plane.ground_covariance(spot, still)
    )


def test_marks_that_agree_without_fixing_a_plane_prove_nothing_against_the_rest() -> None:
    """Four far marks almost in a row and two near ones, clicked by hand: without the first one, which a map
    through four of the others misses, the rest does not tell where the horizon lies.
    """
    marks = [
        ControlPoint((0.276001, 0.747258), (121.560070487, 31.255557986)),
        ControlPoint((0.524370, 0.084465), (121.560112664, 31.255720091)),
        ControlPoint((0.783170, 0.172324), (121.560180377, 31.255669137)),
        ControlPoint((0.103571, 0.754304), (121.560050339, 31.255559659)),
        ControlPoint((0.450821, 0.047087), (121.560080404, 31.255745075)),
        ControlPoint((0.904318, 0.217262), (121.560204617, 31.255652989)),
    ]
    calibration = calibrate(marks, None, PARAMS, SIZE_PX)
    assert all(point.is_used for point in calibration.points)
    assert calibration.plane.camera is not None


def test_four_marks_give_a_plane_that_nothing_can_check() -> None:
    places = spread_marks(CAMERA, rng(), 4)
    clicks = CAMERA.see(places) + 5.0
    calibration = calibrate(CAMERA.marks(places, clicks), None, PARAMS, SIZE_PX)
    assert calibration.rms_m < 0.05
    assert calibration.left_out_rms_m is None
    assert all(point.left_out_m is None for point in calibration.points)


def test_left_out_error_is_that_of_a_calibration_without_the_point() -> None:
    places = spread_marks(CAMERA, rng(), 6)
    marks = CAMERA.marks(places, CAMERA.see(places) + rng().normal(0, 3, (6, 2)))
    calibration = calibrate(marks, None, PARAMS, SIZE_PX)
    without = calibrate(marks[:2] + marks[3:], None, PARAMS, SIZE_PX).plane
    pixel = np.array([marks[2].pixel]) * SIZE_PX
    error = without.to_ground_m(pixel) - without.earth.to_metres([marks[2].lonlat])
    assert calibration.points[2].left_out_m == pytest.approx(float(np.linalg.norm(error)), abs=1e-6)


def test_a_known_camera_sees_heights_above_the_ground() -> None:
    plane = calibrate(CAMERA.marks(spread_marks(CAMERA, rng(), 8)), None, PARAMS, SIZE_PX).plane
    places = plane.earth.to_metres(EARTH.to_lonlat(CAMERA.scatter(rng(), 20, 8, 20)))
    low, high = (
        plane.raised_to_pixels(np.column_stack([places, np.full(20, up)])) for up in (0.0, CAMERA.height_m)
    )
    assert low == pytest.approx(plane.to_pixels(places), abs=0.01)
    horizon_px = SIZE_PX[1] / 2 - CAMERA.focal_px * np.tan(CAMERA.tilt)
    assert high[:, 1] == pytest.approx(horizon_px, abs=5.0)  # what is as high as the lens meets the horizon
    assert plane.camera is not None
    assert plane.camera.place_m[2] == pytest.approx(CAMERA.height_m, abs=0.02)
    assert plane.camera.focal_px == pytest.approx([950, 950], rel=0.01)


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (SyntheticCamera(tilt=0.2, height_m=3.0), "looks far"),
        (SyntheticCamera(tilt=0.7, height_m=8.0), "looks down"),
        (SyntheticCamera(focal_px=600.0), "wide lens"),
        (SyntheticCamera(focal_px=2400.0, tilt=0.25), "long lens"),
        (SyntheticCamera(yaw=3.5), "looks south"),
    ],
)
def test_a_camera_of_any_kind_is_recognised(camera: SyntheticCamera, why: str) -> None:
    places = camera.scatter(rng(), 10, 5, 30)
    plane = calibrate(camera.marks(places, camera.see(places)), None, PARAMS, SIZE_PX).plane
    assert plane.camera is not None, why
    assert plane.camera.focal_px[0] == pytest.approx(camera.focal_px, rel=0.1), why


def test_marks_that_no_pinhole_can_see_give_a_plane_without_heights() -> None:
    """A picture squeezed to half of its width: pixels are not square."""
    places = spread_marks(CAMERA, rng(), 10)
    squeezed = (CAMERA.see(places) - np.array(SIZE_PX) / 2) * (0.5, 1.0) + np.array(SIZE_PX) / 2
    params = GeolocateParams(click_sigma_px=0.5, control_point_sigma_m=0.01)
    plane = calibrate(CAMERA.marks(places, squeezed), None, params, SIZE_PX).plane
    assert plane.camera is None
    assert np.isnan(plane.raised_to_pixels([[0.0, 0.0, 1.0]])).all()
    assert plane.to_pixels(plane.earth.to_metres(EARTH.to_lonlat(places))) == pytest.approx(squeezed, abs=0.1)


def line(count: int) -> list[ControlPoint]:
    return CAMERA.marks(np.array([[2.0 + 0.5 * n, 10.0 + 2.5 * n] for n in range(count)]))


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        (line(3), "4"),  # too few
        (line(6), "spread"),  # on one line
        (CAMERA.marks(np.array([[3.0, 12.0]] * 5)), "one spot"),
    ],
)
def test_marks_that_fix_no_plane_are_refused_with_the_reason(marks: list[ControlPoint], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        calibrate(marks, None, PARAMS, SIZE_PX)


@pytest.mark.parametrize(
    "key",
    [
        "click_sigma_px",
        "box_sigma_px",
        "max_major_m",
        "position_error_m",
        "survey_sigma_m",
        "box_width_sigma",
    ],
)
def test_a_noise_that_would_make_the_error_a_lie_is_refused_by_key(key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        GeolocateParams(**{key: -1.0})
