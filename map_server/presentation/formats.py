"""How quantities are written on every page: the ward's time, metres, shares with their denominator."""

from datetime import datetime, timedelta

from map_server.domain.ward_time import WARD_ZONE

DASH = "–"


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


def duration(span: timedelta | float | None) -> str:
    """Write 45 s, 12 min, 3 h 05 min, 4 d; a number is seconds."""
    if span is None:
        return DASH
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 60:
        return f"{max(seconds, 0)} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86_400} d"


def share(part: int, whole: int) -> str:
    """Write 12 of 40 as "12/40 (30 %)"; nothing of nothing has no share."""
    return f"{part}/{whole}" + (f" ({100 * part / whole:.0f} %)" if whole else "")
