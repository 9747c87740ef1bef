"""Event messages as an agent would send them; every test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any

import uuid_utils

from tests.fakes.clock import NOON

HERE = (121.5601, 31.2555)
"""A bin station in the sample ward."""
_METRE_EAST_DEG = 1 / 95_200
_METRE_NORTH_DEG = 1 / 110_860


def new_event_id() -> str:
    return str(uuid_utils.uuid7())


def metres_from(lonlat: tuple[float, float], east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    """Give a point some metres away (good to a centimetre within 100 m at this latitude)."""
    return lonlat[0] + east_m * _METRE_EAST_DEG, lonlat[1] + north_m * _METRE_NORTH_DEG


def rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(
    phase: str = "opened",
    *,
    event_id: str | None = None,
    at: tuple[float, float] | None = HERE,
    error_m: float = 1.5,
    started_at: datetime = NOON,
    closed_at: datetime | None = None,
    device_id: str = "box-1",
    method: str = "homography",
    **other: Any,
) -> dict[str, Any]:
    """Write one message; `other` replaces or adds fields."""
    raised_at = started_at + timedelta(seconds=30)
    if phase == "closed" and closed_at is None:
        closed_at = started_at + timedelta(seconds=300)
    fix = (
        None
        if at is None
        else {"lon": at[0], "lat": at[1], "error_m": error_m, "ellipse": None, "method": method}
    )
    body = {
        "schema_version": 1,
        "event_id": event_id or new_event_id(),
        "device_id": device_id,
        "camera_id": "cam-1",
        "zone_id": "forecourt",
        "kind": "garbage_drop",
        "phase": phase,
        "started_at": rfc3339(started_at),
        "raised_at": rfc3339(raised_at),
        "closed_at": None if closed_at is None else rfc3339(closed_at),
        "score": 0.91,
        "label": "garbage",
        "box_xyxy_px": [127, 310, 172, 365],
        "frame_size_px": [640, 480],
        "fix": fix,
        "attributes": {},
        "evidence": [],
        "model": None,
    }
    return body | other


def evidence(sha256: str, role: str = "alarm", captured_at: datetime = NOON) -> dict[str, Any]:
    """Write a reference to a still."""
    return {
        "sha256": sha256,
        "media_type": "image/jpeg",
        "role": role,
        "captured_at": rfc3339(captured_at),
        "redaction": "persons",
    }
