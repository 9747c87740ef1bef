"""The picture of a calibration: a grid of one metre on the ground, the control points and where they fit."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.geolocate import CalibratedPlane, Calibration, ControlPoint
from edge_agent.types import Image

_STEP_M = 0.25
_BEYOND_M = 5.0
_MAX_SPAN_M = 60.0
_BOLD_EVERY = 5
_FINEST_PX = 6.0
"""Where a metre is smaller than this in the picture only every fifth line is drawn."""

_GRID = (255, 255, 0)
_CLICKED = (0, 220, 255)
_FITTED = (80, 255, 80)
_WRONG = (60, 60, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_still(picture: Image, calibration: Calibration, points: Sequence[ControlPoint]) -> Image:
    """Give a copy of the picture with the grid and the points drawn in."""
    drawn = picture.copy()
    plane = calibration.plane
    for line_m, is_bold in _grid_lines(plane, points):
        _draw_line(drawn, plane, line_m, is_bold)
    cv2.addWeighted(drawn, 0.6, picture, 0.4, 0.0, dst=drawn)
    fitted = plane.to_pixels(plane.earth.to_metres([point.lonlat for point in points]))
    for number, (point, quality) in enumerate(zip(points, calibration.points, strict=True), start=1):
        clicked = (point.pixel[0] * plane.frame_size_px[0], point.pixel[1] * plane.frame_size_px[1])
        caption = f"{number}: {quality.residual_m:.2f} m"
        _draw_point(drawn, clicked, tuple(fitted[number - 1]), caption, is_used=quality.is_used)
    return drawn


def _grid_lines(
    plane: CalibratedPlane, points: Sequence[ControlPoint]
) -> Iterator[tuple[npt.NDArray[np.float64], bool]]:
    """Yield lines a metre apart around the points, (N, 2) metres, and whether each is bold."""
    places = plane.earth.to_metres([point.lonlat for point in points])
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    half = np.minimum(np.ptp(places, axis=0) / 2 + _BEYOND_M, _MAX_SPAN_M / 2)
    low, high = np.floor(middle - half), np.ceil(middle + half)
    for axis in (0, 1):
        along = np.arange(low[1 - axis], high[1 - axis] + _STEP_M, _STEP_M)
        for value in np.arange(low[axis], high[axis] + 1.0):
            line = np.empty((len(along), 2))
            line[:, axis], line[:, 1 - axis] = value, along
            yield line, value % _BOLD_EVERY == 0


def _draw_line(
    picture: Image, plane: CalibratedPlane, line_m: npt.NDArray[np.float64], is_bold: bool
) -> None:
    height, width = picture.shape[:2]
    pixels = plane.to_pixels(line_m)
    near = np.isfinite(pixels).all(axis=1) & (np.abs(pixels) < 2 * max(width, height)).all(axis=1)
    for index in np.flatnonzero(near[:-1] & near[1:]):
        start, end = pixels[index], pixels[index + 1]
        is_fine = float(np.linalg.norm(end - start)) / _STEP_M < _FINEST_PX
        if is_bold or not is_fine:
            cv2.line(picture, _pixel(start), _pixel(end), _GRID, 2 if is_bold else 1, cv2.LINE_AA)


def _draw_point(
    picture: Image, clicked: tuple[float, float], fitted: tuple[float, ...], caption: str, *, is_used: bool
) -> None:
    at = _pixel(clicked)
    colour = _CLICKED if is_used else _WRONG
    cv2.drawMarker(picture, at, colour, cv2.MARKER_CROSS, 16, 2)
    if np.isfinite(fitted).all():
        cv2.line(picture, at, _pixel(fitted), colour, 1, cv2.LINE_AA)
        cv2.circle(picture, _pixel(fitted), 7, _FITTED, 2, cv2.LINE_AA)
    for thickness, shade in ((3, (0, 0, 0)), (1, colour)):
        cv2.putText(picture, caption, (at[0] + 10, at[1] - 8), _FONT, 0.5, shade, thickness, cv2.LINE_AA)


def _pixel(point: npt.NDArray[np.float64] | tuple[float, ...]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
