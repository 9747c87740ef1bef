"""Converts between WGS 84, which is stored, and the datums in which maps and layers of China come.

GCJ-02 and BD-09 are shifted by hundreds of metres with a published reverse-engineered fit that is itself only
good to about ten metres in places: fit for display and for loading layers, never for a legal measurement.
CGCS2000 agrees with WGS 84 within centimetres and is taken over as it is.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

LonLat: TypeAlias = tuple[float, float]
"""Longitude and latitude in degrees, in this order."""

_SEMI_MAJOR_M = 6378245.0
_SQUARED_ECCENTRICITY = 0.00669342162296594323
"""Krasovsky 1940, the ellipsoid of the fit. Source of all constants: wandergis/coordtransform, index.js."""
_CHINA_LON, _CHINA_LAT = (73.66, 135.05), (3.86, 53.55)
_BD_ANGLE = math.pi * 3000 / 180
_INVERSE_STEPS = 12
_INVERSE_TOLERANCE_DEG = 1e-12


class Datum(StrEnum):
    """The datum in which coordinates are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000 = "cgcs2000"


def to_wgs84(point: LonLat, datum: Datum) -> LonLat:
    """Convert a point to WGS 84; exact to 1e-9 degrees with respect to `from_wgs84`."""
    match datum:
        case Datum.WGS84 | Datum.CGCS2000:
            return point
        case Datum.GCJ02:
            return _inverse(_gcj02_from_wgs84, point)
        case Datum.BD09:
            return _inverse(_gcj02_from_wgs84, _inverse(_bd09_from_gcj02, point))


def from_wgs84(point: LonLat, datum: Datum) -> LonLat:
    """Convert a point of WGS 84 outward, for display on a map of another datum."""
    match datum:
        case Datum.WGS84 | Datum.CGCS2000:
            return point
        case Datum.GCJ02:
            return _gcj02_from_wgs84(point)
        case Datum.BD09:
            return _bd09_from_gcj02(_gcj02_from_wgs84(point))


def is_in_china(point: LonLat) -> bool:
    """Tell whether GCJ-02 applies: a box around China; outside of it, GCJ-02 equals WGS 84."""
    return _CHINA_LON[0] < point[0] < _CHINA_LON[1] and _CHINA_LAT[0] < point[1] < _CHINA_LAT[1]


def _gcj02_from_wgs84(point: LonLat) -> LonLat:
    if not is_in_china(point):
        return point
    lon, lat = point
    x, y = lon - 105.0, lat - 35.0
    phi = math.radians(lat)
    m = 1 - _SQUARED_ECCENTRICITY * math.sin(phi) ** 2
    north_m, east_m = _north_shift_m(x, y), _east_shift_m(x, y)
    meridian_radius_m = _SEMI_MAJOR_M * (1 - _SQUARED_ECCENTRICITY) / (m * math.sqrt(m))
    parallel_radius_m = _SEMI_MAJOR_M / math.sqrt(m) * math.cos(phi)
    return lon + math.degrees(east_m / parallel_radius_m), lat + math.degrees(north_m / meridian_radius_m)


def _north_shift_m(x: float, y: float) -> float:
    shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    waves = (
        20 * math.sin(6 * math.pi * x)
        + 20 * math.sin(2 * math.pi * x)
        + 20 * math.sin(math.pi * y)
        + 40 * math.sin(math.pi * y / 3)
        + 160 * math.sin(math.pi * y / 12)
        + 320 * math.sin(math.pi * y / 30)
    )
    return shift + waves * 2 / 3


def _east_shift_m(x: float, y: float) -> float:
    shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    waves = (
        20 * math.sin(6 * math.pi * x)
        + 20 * math.sin(2 * math.pi * x)
        + 20 * math.sin(math.pi * x)
        + 40 * math.sin(math.pi * x / 3)
        + 150 * math.sin(math.pi * x / 12)
        + 300 * math.sin(math.pi * x / 30)
    )
    return shift + waves * 2 / 3


def _bd09_from_gcj02(point: LonLat) -> LonLat:
    lon, lat = point
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_ANGLE)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_ANGLE)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _inverse(forward: Callable[[LonLat], LonLat], target: LonLat) -> LonLat:
    """Invert by fixed-point iteration; the usual single step is off by up to 4.6 m in China."""
    lon, lat = target
    for _ in range(_INVERSE_STEPS):
        there = forward((lon, lat))
        off_lon, off_lat = target[0] - there[0], target[1] - there[1]
        lon, lat = lon + off_lon, lat + off_lat
        if abs(off_lon) < _INVERSE_TOLERANCE_DEG and abs(off_lat) < _INVERSE_TOLERANCE_DEG:
            break
    return lon, lat
