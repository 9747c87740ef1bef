"""Public holidays of the ward's country: days off, and weekend days that are worked in exchange (调休)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

_SATURDAY = 5


class YearStatus(StrEnum):
    """How far a year's arrangement can be relied on."""

    ANNOUNCED = "announced"
    """The official arrangement for that very year."""
    STATUTORY_ONLY = "statutory_only"
    """Not announced yet: days off by law are known, exchanged days are not."""
    UNKNOWN = "unknown"
    """Nothing was loaded for that year; weekends alone are days off."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday: its days off in a row, `first` to `last` inclusive, and the weekend days worked for it."""

    name_zh: str
    name_en: str
    first: date
    last: date
    worked: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"last: {self.last} lies before first, {self.first}")
        for day in self.worked:
            if day.weekday() < _SATURDAY:
                raise ValueError(f"worked: {day} is no Saturday or Sunday; only such days are exchanged")
            if self.first <= day <= self.last:
                raise ValueError(f"worked: {day} lies inside the holiday itself")

    def days_off(self) -> Iterable[date]:
        """Give each day off."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """The arrangement of one year and where it was announced."""

    year: int
    status: YearStatus
    source: str
    holidays: tuple[Holiday, ...]

    def __post_init__(self) -> None:
        if not 2000 <= self.year <= 2100:
            raise ValueError(f"year: {self.year} must lie between 2000 and 2100")
        if self.status is YearStatus.UNKNOWN:
            raise ValueError("status: give announced or statutory_only; leave out a year that is unknown")


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Which days are worked. Built from the years that were loaded; the others know weekends alone."""

    years: Mapping[int, HolidayYear] = field(default_factory=lambda: MappingProxyType({}))
    _off: frozenset[date] = field(init=False, repr=False)
    _worked: frozenset[date] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        holidays = [one for year in self.years.values() for one in year.holidays]
        off = frozenset(day for one in holidays for day in one.days_off())
        worked = frozenset(day for one in holidays for day in one.worked)
        if both := sorted(off & worked):
            raise ValueError(f"holidays: {both[0]} is both a day off and a worked day")
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_worked", worked)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day in self._worked:
            return True
        return day not in self._off and day.weekday() < _SATURDAY

    def is_swapped_in(self, day: date) -> bool:
        """Whether it is a weekend day that is worked in exchange."""
        return day in self._worked

    def is_day_off(self, day: date) -> bool:
        """Whether a holiday covers that day, weekend or not."""
        return day in self._off

    def status_of(self, day: date) -> YearStatus:
        """Tell how far the calendar can be relied on that day."""
        year = self.years.get(day.year)
        return YearStatus.UNKNOWN if year is None else year.status
