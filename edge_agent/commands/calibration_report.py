"""The quality of a calibration in words and figures, with what to do about it."""

from collections.abc import Sequence

import numpy as np

from edge_agent.geolocate import Calibration, ControlPoint, GeolocateParams, PointQuality
from edge_agent.geolocate.ellipse import radius_95_m

GOOD_LEFT_OUT_M = 0.5
"""Leave-one-out error of a calibration that needs no more work."""
_MIN_COVER = 0.1
_MANY_SIGMAS = 3.0

_HEAD = " no       pixel                 lon, lat     residual         left out   error 95 %"


def describe(
    camera_id: str, points: Sequence[ControlPoint], calibration: Calibration, params: GeolocateParams
) -> str:
    """Give the report: a line per control point, the sums, advice."""
    width, height = calibration.plane.frame_size_px
    rows = [
        _row(number, point, quality, _error_95_m(calibration, point, params))
        for number, (point, quality) in enumerate(zip(points, calibration.points, strict=True), start=1)
    ]
    lines = [f"camera {camera_id}, {width} x {height} px, {len(points)} control points", _HEAD, *rows]
    lines.append(_sums(calibration))
    lines += [f"- {line}" for line in _advice(points, calibration, params)]
    return "\n".join(lines)


def _row(number: int, point: ControlPoint, quality: PointQuality, error_m: float) -> str:
    pixel = f"[{point.pixel[0]:.4f}, {point.pixel[1]:.4f}]"
    place = f"{point.lonlat[0]:.7f}, {point.lonlat[1]:.7f}"
    left_out = "-" if quality.left_out_m is None else f"{quality.left_out_m:.2f} m"
    note = "" if quality.is_used else "   NOT USED: disagrees with the others"
    return (
        f"{number:3d}  {pixel}  {place}  {quality.residual_px:5.1f} px {quality.residual_m:5.2f} m"
        f"  {left_out:>9}  {error_m:8.2f} m{note}"
    )


def _sums(calibration: Calibration) -> str:
    left_out = calibration.left_out_rms_m
    if left_out is None:
        return f"residual RMS {calibration.rms_m:.2f} m; leave-one-out error unknown with so few points"
    number, worst = _worst(calibration)
    return (
        f"residual RMS {calibration.rms_m:.2f} m, leave-one-out RMS {left_out:.2f} m, "
        f"worst: point {number} ({worst:.2f} m)"
    )


def _worst(calibration: Calibration) -> tuple[int, float]:
    """Give number and leave-one-out error of the point that the others predict worst."""
    errors = [(point.left_out_m or 0.0, number) for number, point in enumerate(calibration.points, start=1)]
    error, number = max(errors)
    return number, error


def _error_95_m(calibration: Calibration, point: ControlPoint, params: GeolocateParams) -> float:
    """Give the 95 % radius that a small thing at this mark would be reported with."""
    size = calibration.plane.frame_size_px
    pixel = (point.pixel[0] * size[0], point.pixel[1] * size[1])
    covariance = calibration.plane.ground_covariance(pixel, np.eye(2) * params.box_sigma_px**2)
    return radius_95_m(covariance + np.eye(2) * params.survey_sigma_m**2)


def _advice(points: Sequence[ControlPoint], calibration: Calibration, params: GeolocateParams) -> list[str]:
    advice = [
        f"point {number} lies {quality.residual_m:.1f} m off the others: check its pixel and its lonlat"
        for number, quality in enumerate(calibration.points, start=1)
        if not quality.is_used
    ]
    if len(points) == 4:
        advice.append("four points leave nothing to check them by: add two or more")
    elif len(points) == 5:
        advice.append("with five points a wrong one cannot be told from the others: add one or more")
    cover = _cover([point.pixel for point in points])
    if cover < _MIN_COVER:
        advice.append(f"the points cover {cover:.0%} of the picture: spread them over the watched zones")
    if _typical_residual_px(calibration) > _MANY_SIGMAS * params.click_sigma_px:
        advice.append(
            "residuals are larger than clicks explain: give [lens] if straight lines look bent, "
            "or raise control_point_sigma_m if the marks were measured roughly"
        )
    left_out = calibration.left_out_rms_m
    if (
        left_out is not None
        and left_out > GOOD_LEFT_OUT_M
        and all(point.is_used for point in calibration.points)
    ):
        advice.append(f"point {_worst(calibration)[0]} fits worst: click it again or measure it again")
    return advice or ["good: nothing to mend"]


def _typical_residual_px(calibration: Calibration) -> float:
    return float(np.median([point.residual_px for point in calibration.points if point.is_used]))


def _cover(pixels: Sequence[tuple[float, float]]) -> float:
    """Give the part of the picture inside the box around the points."""
    spans = np.ptp(np.asarray(pixels), axis=0)
    return float(spans[0] * spans[1])
