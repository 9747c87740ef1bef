"""How quantities are written on every page: the ward's time, metres, shares with their denominator."""

from collections.abc import Callable
from datetime import datetime, timedelta

from map_server.domain.ward_time import WARD_ZONE

DASH = "–"


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


SECONDS = _("{s} s")
MINUTES = _("{min} min")
HOURS = _("{h} h {min} min")
DAYS = _("{d} d")


def date_time(moment: datetime | None) -> str:
    """Write 2026-11-23 14:05 in the ward's zone."""
    return DASH if moment is None else moment.astimezone(WARD_ZONE).strftime("%Y-%m-%d %H:%M")


def date_time_s(moment: datetime | None) -> str:
    """Write 2026-11-23 14:05:09 in the ward's zone, where seconds matter."""
    return DASH if moment is None else moment.astimezone(WARD_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def clock_time(moment: datetime | None) -> str:
    """Write 14:05 in the ward's zone."""
    return DASH if moment is None else moment.astimezone(WARD_ZONE).strftime("%H:%M")


def metres(length_m: float | None) -> str:
    """Write 2.6 m, 41 m, 1.24 km: three figures at most."""
    if length_m is None:
        return DASH
    if length_m >= 1000:
        return f"{length_m / 1000:.2f} km"
    return f"{length_m:.0f} m" if length_m >= 10 else f"{length_m:.1f} m"


def duration(span: timedelta | float | None, gettext: Callable[[str], str] = str) -> str:
    """Write 45 s, 12 min, 3 h 05 min, 4 d; a number is seconds. Units in the language of `gettext`."""
    if span is None:
        return DASH
    seconds = max(int(span.total_seconds() if isinstance(span, timedelta) else span), 0)
    if seconds < 60:
        return gettext(SECONDS).format(s=seconds)
    if seconds < 3600:
        return gettext(MINUTES).format(min=seconds // 60)
    if seconds < 86_400:
        return gettext(HOURS).format(h=seconds // 3600, min=f"{seconds % 3600 // 60:02d}")
    return gettext(DAYS).format(d=seconds // 86_400)


def filesize(size_bytes: int | None) -> str:
    """Write 48 MB, 21.4 GB: decimal units."""
    if size_bytes is None:
        return DASH
    if size_bytes >= 1e9:
        return f"{size_bytes / 1e9:.1f} GB"
    return f"{size_bytes / 1e6:.0f} MB"
