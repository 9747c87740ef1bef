"""A place on the ground as the five columns that events and incidents share."""

from collections.abc import Mapping
from typing import Any

from map_server.domain.event import ErrorEllipse, GroundFix

_NO_FIX: dict[str, Any] = {"lon": None, "lat": None, "error_m": None, "ellipse": None, "is_surveyed": None}


def fix_to_row(fix: GroundFix | None) -> dict[str, Any]:
    """Write lon, lat, error_m, ellipse, is_surveyed."""
    if fix is None:
        return _NO_FIX
    ellipse = fix.ellipse
    return {
        "lon": fix.lon,
        "lat": fix.lat,
        "error_m": fix.error_m,
        "ellipse": None if ellipse is None else [ellipse.major_m, ellipse.minor_m, ellipse.azimuth_deg],
        "is_surveyed": fix.is_surveyed,
    }


def fix_from_row(row: Mapping[Any, Any]) -> GroundFix | None:
    """Read what `fix_to_row` wrote."""
    if row["lon"] is None:
        return None
    ellipse = None if row["ellipse"] is None else ErrorEllipse(*row["ellipse"])
    return GroundFix(row["lon"], row["lat"], row["error_m"], ellipse, row["is_surveyed"])
