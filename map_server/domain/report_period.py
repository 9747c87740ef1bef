"""Which days a report covers: a day (日反馈), a week (周汇总), a month (月通报), or any span.

Days are the ward's; a period begins at its first midnight and ends before the midnight after its last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from map_server.domain.errors import Conflict, FieldError, InvalidInput
from map_server.domain.ward_time import WARD_ZONE, ward_midnight

LONGEST_DAYS = 1100
"""Three years and some days: more is a mistyped date."""


class ReportKind(StrEnum):
    """What sort of report it is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """From `first` to `last`, both included; the dates of a kind fit it (a week begins on Monday)."""

    kind: ReportKind
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise _wrong("last", "The last day lies before the first.")
        if (self.last - self.first).days >= LONGEST_DAYS:
            raise _wrong("last", f"A report covers at most {LONGEST_DAYS} days.")
        if self.kind is not ReportKind.CUSTOM and _span(self.kind, self.first) != (self.first, self.last):
            raise _wrong("first", f"These days are not one {self.kind} period.")

    @classmethod
    def holding(cls, kind: ReportKind, day: date) -> Self:
        """Give the day, week (Monday to Sunday) or month that holds a day."""
        if kind is ReportKind.CUSTOM:
            raise _wrong("kind", "A custom period has two dates.")
        return cls(kind, *_span(kind, day))

    @classmethod
    def custom(cls, first: date, last: date) -> Self:
        """Give any span, such as 1 November to 31 October."""
        return cls(ReportKind.CUSTOM, first, last)

    @property
    def begins_at(self) -> datetime:
        """The first moment, UTC."""
        return ward_midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it, UTC."""
        return ward_midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1

    def before(self) -> Self:
        """Give the period before it, to compare with: of the same kind, or as long."""
        day = self.first - timedelta(days=1)
        if self.kind is ReportKind.CUSTOM:
            return type(self).custom(self.first - timedelta(days=self.days), day)
        return type(self).holding(self.kind, day)

    def expect_over(self, now: datetime) -> None:
        """Raise Conflict while it still runs: its figures would not be final."""
        if now < self.ends_at:
            last = self.last.isoformat()
            raise Conflict(f"The period runs until {last}; freeze it after that day has ended.")


def period_today(kind: ReportKind, now: datetime) -> ReportPeriod:
    """Give the period of a kind that holds the ward's present day."""
    return ReportPeriod.holding(kind, now.astimezone(WARD_ZONE).date())


def _span(kind: ReportKind, day: date) -> tuple[date, date]:
    if kind is ReportKind.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if kind is ReportKind.MONTHLY:
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return day, day


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, (FieldError(field, message),))
