"""Undoing the lens: the inverse of what OpenCV's model does, and an honest "cannot" beyond its fold."""

import cv2
import numpy as np
import pytest

from edge_agent.geolocate import LensParams
from edge_agent.geolocate.lens import Lens, ideal_lens, lens_for

WIDE = Lens((900.0, 880.0), (640.0, 360.0), (-0.3, 0.1, -0.02), (0.001, -0.0005))
PIXELS = np.random.default_rng(0).uniform([0, 0], [1280, 720], (300, 2))


def test_undistorted_pixels_bent_by_opencv_are_the_pixels_seen() -> None:
    ideal = WIDE.undistort(PIXELS)
    rays = np.column_stack([(ideal - WIDE.centre_px) / WIDE.focal_px, np.ones(len(ideal))])
    matrix = np.array([[900.0, 0, 640], [0, 880.0, 360], [0, 0, 1]])
    coefficients = np.array([-0.3, 0.1, 0.001, -0.0005, -0.02])  # OpenCV's order: k1 k2 p1 p2 k3
    seen, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), matrix, coefficients)
    assert seen[:, 0] == pytest.approx(PIXELS, abs=1e-6)


def test_distort_takes_undistort_back() -> None:
    assert WIDE.distort(WIDE.undistort(PIXELS)) == pytest.approx(PIXELS, abs=1e-6)


def test_the_jacobian_is_the_slope_of_undistort() -> None:
    step = 1e-3
    columns = [
        (WIDE.undistort(PIXELS + d) - WIDE.undistort(PIXELS - d)) / (2 * step) for d in np.eye(2) * step
    ]
    assert WIDE.undistort_jacobian(PIXELS) == pytest.approx(np.stack(columns, axis=2), abs=1e-6)


def test_no_lens_changes_nothing() -> None:
    lens = ideal_lens((1280, 720))
    assert lens.undistort(PIXELS) == pytest.approx(PIXELS)
    assert lens.undistort_jacobian(PIXELS[:1])[0] == pytest.approx(np.eye(2))


def test_beyond_the_fold_of_a_barrel_there_is_no_place() -> None:
    barrel = Lens((600.0, 600.0), (640.0, 360.0), (-0.5, 0.0, 0.0))
    ideal = barrel.undistort(np.array([[640.0, 360.0], [0.0, 0.0]]))
    assert ideal[0] == pytest.approx([640, 360])
    assert np.isnan(ideal[1]).all()
    assert np.isnan(barrel.undistort_jacobian(np.array([[0.0, 0.0]]))).all()
    assert np.isnan(barrel.distort(np.array([[2640.0, 360.0]]))).all()


@pytest.mark.parametrize(
    "params",
    [
        LensParams(fx=0.5, fy=0.75),  # relative to width and height
        LensParams(fx=0.5),  # square pixels
        LensParams(
            fx=960.0, fy=810.0, cx=960.0, cy=540.0, size_px=(1920, 1080)
        ),  # as calibrated at full size
    ],
)
def test_a_lens_given_relative_or_in_pixels_fits_any_frame(params: LensParams) -> None:
    lens = lens_for(params, (640, 360))
    assert lens.focal_px[0] == pytest.approx(320)
    assert lens.focal_px[1] == pytest.approx(320 if params.fy is None else 270)
    assert lens.centre_px == pytest.approx((320, 180))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"fx": 0.0}, "fx"),
        ({"fx": 950.0}, "fx"),  # pixels without the picture's size
        ({"fx": 0.5, "fy": -1.0}, "fy"),
        ({"fx": 900.0, "size_px": (0, 720)}, "size_px"),
    ],
)
def test_a_lens_that_cannot_be_is_refused_by_key(values: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        LensParams(**values)  # type: ignore[arg-type]
