"""How far an event's place lies from the true one, and whether its stated 95 % ellipse holds the truth."""

from math import asin, cos, radians, sin, sqrt

from wire_contract.messages import GroundFix

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius, IUGG 1980."""


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two places, lon and lat in degrees, on a sphere (haversine; right to 0.5 %)."""
    (lon1, lat1), (lon2, lat2) = ((radians(lon), radians(lat)) for lon, lat in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(half))


def is_in_ellipse(fix: GroundFix, truth: tuple[float, float]) -> bool | None:
    """Tell whether the fix's ellipse holds the true place; None when it states none.

    The azimuth of the major axis counts clockwise from north.
    """
    ellipse = fix.ellipse
    if ellipse is None:
        return None
    east = radians(truth[0] - fix.lon) * EARTH_RADIUS_M * cos(radians(fix.lat))
    north = radians(truth[1] - fix.lat) * EARTH_RADIUS_M
    azimuth = radians(ellipse.azimuth_deg)
    along, across = east * sin(azimuth) + north * cos(azimuth), east * cos(azimuth) - north * sin(azimuth)
    if min(ellipse.major_m, ellipse.minor_m) == 0:
        return along == across == 0
    return (along / ellipse.major_m) ** 2 + (across / ellipse.minor_m) ** 2 <= 1.0
