"""The ward's own clock: days begin at its midnight; inside, all times stay aware UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

WARD_ZONE = ZoneInfo("Asia/Shanghai")


def day_start(moment: datetime) -> datetime:
    """Give the beginning of the ward's day that holds `moment`, in UTC."""
    local = moment.astimezone(WARD_ZONE)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def ward_midnight(day: date) -> datetime:
    """Give the beginning of a day of the ward, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=WARD_ZONE).astimezone(UTC)
