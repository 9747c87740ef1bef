"""Checks of what an installer draws: zones that fit the picture, control points that fix a plane."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.validation import explain_validity

from edge_agent.types import Polygon

MIN_CONTROL_POINTS = 4
MIN_SPREAD = 0.02
"""Points whose narrower spread is below this part of the wider one lie on a line for our purpose."""


def polygon_problem(polygon: Polygon) -> str | None:
    """Say in one line what is wrong with a zone in relative coordinates, None when it is sound."""
    if len(polygon) < 3:
        return f"has {len(polygon)} corners; a polygon needs 3 or more"
    for x, y in polygon:
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return (
                f"corner [{x:g}, {y:g}] lies outside the picture; x and y go from 0 to 1{_pixel_hint(x, y)}"
            )
    shape = ShapelyPolygon(polygon)
    if not shape.is_valid:
        return f"crosses itself ({explain_validity(shape)}); give the corners in order around the area"
    if shape.area == 0.0:
        return "has no area; give corners that do not lie on one line"
    return None


def _pixel_hint(x: float, y: float) -> str:
    return " (these look like pixels; divide by width and height)" if max(x, y) > 2.0 else ""


def lonlat_problem(lon: float, lat: float) -> str | None:
    """Say what is wrong with a place in WGS 84, None when it is possible."""
    if not (isfinite(lon) and isfinite(lat)):
        return "must be finite degrees"
    if abs(lat) > 90.0 and abs(lon) <= 90.0:
        return f"[{lon:g}, {lat:g}] has a latitude beyond 90; longitude comes first"
    if abs(lon) > 180.0 or abs(lat) > 90.0:
        return f"[{lon:g}, {lat:g}] is not on Earth; longitude lies in -180..180, latitude in -90..90"
    return None


def spread_problem(points: Sequence[tuple[float, float]]) -> str | None:
    """Say why points can't fix a homography: all of them, or all but one, on one line."""
    array = np.asarray(points, dtype=np.float64)
    if _on_a_line(array):
        return "all lie on one line; spread them over the area"
    for left_out in range(len(array)):
        if _on_a_line(np.delete(array, left_out, axis=0)):
            return "all but one lie on one line; spread them over the area"
    return None


def _on_a_line(points: np.ndarray) -> bool:
    wide, narrow = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[:2]
    return bool(narrow <= MIN_SPREAD * wide)
