"""Working hours and the two clocks of a due time: working minutes, and minutes of the calendar.

All times are aware UTC; hours are those of the ward's day. Nothing here reads a clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from map_server.domain.holidays import HolidayCalendar
from map_server.domain.ward_time import WARD_ZONE

Interval: TypeAlias = tuple[datetime, datetime]
"""From (inclusive) until (exclusive), aware UTC."""

MINUTES_OF_DAY = 1440
_LEAST_WEEK_MIN = 60
ALL_WEEK = frozenset(range(7))
MONDAY_TO_FRIDAY = frozenset(range(5))


class Measure(StrEnum):
    """Which minutes are counted."""

    WORKING = "working_minutes"
    CALENDAR = "calendar_minutes"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of the ward's day, in minutes from its midnight; `until_min` may be 1440."""

    from_min: int
    until_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_min < self.until_min <= MINUTES_OF_DAY:
            raise ValueError(f"span: {self} must begin before it ends, within 00:00-24:00")

    def __str__(self) -> str:
        return f"{_clock(self.from_min)}-{_clock(self.until_min)}"


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a unit works. `weekdays` are 0 (Monday) to 6.

    `keeps_holidays` True: public holidays are off and exchanged weekend days are worked, as in an office.
    False: the week alone decides, as in a service that runs every day.
    """

    hours_id: str
    name_zh: str
    name_en: str
    spans: tuple[Span, ...]
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    keeps_holidays: bool = True

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= ALL_WEEK:
            raise ValueError("weekdays: give one or more days of the week")
        if not self.spans:
            raise ValueError("spans: give one or more parts of the day, like 09:00-17:30")
        for earlier, later in zip(self.spans, self.spans[1:], strict=False):
            if later.from_min < earlier.until_min:
                raise ValueError(f"spans: {later} begins before {earlier} ends; put them in order")
        if self.minutes_of_day() * len(self.weekdays) < _LEAST_WEEK_MIN:
            raise ValueError(f"spans: less than {_LEAST_WEEK_MIN} minutes a week; no work gets done in them")

    def minutes_of_day(self) -> int:
        """Give the length of one working day."""
        return sum(span.until_min - span.from_min for span in self.spans)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working hours on the days that are worked."""

    hours: WorkingHours
    holidays: HolidayCalendar

    def is_worked(self, day: date) -> bool:
        """Whether that day of the ward is worked."""
        if self.hours.keeps_holidays:
            if self.holidays.is_swapped_in(day):
                return True
            if self.holidays.is_day_off(day):
                return False
        return day.weekday() in self.hours.weekdays

    def intervals_from(self, start: datetime) -> Iterator[Interval]:
        """Give working time from `start` on, without end, in order."""
        midnight = start.astimezone(WARD_ZONE).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        while True:
            if self.is_worked(midnight.date()):
                for span in self.hours.spans:
                    opens, closes = (_at(midnight, minute) for minute in (span.from_min, span.until_min))
                    if closes > start:
                        yield max(opens, start), closes
            midnight += timedelta(days=1)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Join intervals that touch or overlap; give them in order, empty ones left out."""
    joined: list[Interval] = []
    for begin, end in sorted(one for one in intervals if one[0] < one[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def without(interval: Interval, gaps: Sequence[Interval]) -> Iterator[Interval]:
    """Give what remains of an interval; `gaps` are merged."""
    begin, end = interval
    for gap_begin, gap_end in gaps:
        if gap_end <= begin:
            continue
        if gap_begin >= end:
            break
        if gap_begin > begin:
            yield begin, gap_begin
        begin = gap_end
    if begin < end:
        yield begin, end


def _at(midnight: datetime, minute: int) -> datetime:
    """Give a minute of the ward's day; `midnight` is its naive beginning."""
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=WARD_ZONE).astimezone(UTC)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
