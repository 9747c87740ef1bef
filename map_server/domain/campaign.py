"""Joint campaigns (联合行动): several teams at one place at one time, by a rule of recurrence.

A rule names days of the week, or the n-th such day of a month. A day on which offices do not work is moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import islice

from map_server.domain.datum import LonLat
from map_server.domain.holidays import HolidayCalendar
from map_server.domain.patrol import LONGEST_SERVICE_S, SubjectKind, Visit, own_skill

_FARTHEST_MOVE = timedelta(days=14)
"""No holiday is longer, so that no day is moved farther."""
_FARTHEST_LOOK = timedelta(days=800)
_PRIZE_S = 6 * 3600
MOST_TEAMS = 20


class WhenClosed(StrEnum):
    """What becomes of a day on which offices do not work."""

    NEXT = "next"
    """The next working day."""
    PREVIOUS = "previous"
    SKIP = "skip"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of a rule: the day that it names, and on which day it takes place; None where it falls out."""

    meant: date
    day: date | None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days on which something takes place, from `first` on.

    Every `every_weeks` weeks on `weekdays` (0 is Monday), counted from the week of `first`; or with
    `weeks_of_month` on those of each month (1 the first, -1 the last).
    """

    weekdays: frozenset[int]
    first: date
    last: date | None = None
    every_weeks: int = 1
    weeks_of_month: frozenset[int] = frozenset()
    when_closed: WhenClosed = WhenClosed.NEXT

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError("weekdays: give at least one of 0 (Monday) to 6 (Sunday)")
        if self.last is not None and self.last < self.first:
            raise ValueError(f"last: {self.last} lies before first, {self.first}")
        if not 1 <= self.every_weeks <= 52:
            raise ValueError(f"every_weeks: {self.every_weeks} must lie between 1 and 52")
        if not self.weeks_of_month <= {1, 2, 3, 4, 5, -1}:
            raise ValueError("weeks_of_month: use 1 to 5, or -1 for the last")
        if self.weeks_of_month and self.every_weeks != 1:
            raise ValueError("every_weeks: leave it at 1 where weeks_of_month are given")

    def takes_place_on(self, day: date, calendar: HolidayCalendar) -> bool:
        """Tell whether it takes place on that day, moved days included."""
        span = range(-_FARTHEST_MOVE.days, _FARTHEST_MOVE.days + 1)
        nearby = (day + timedelta(days=offset) for offset in span)
        return any(self._moved(meant, calendar) == day for meant in nearby if self._means(meant))

    def occurrences(self, since: date, count: int, calendar: HolidayCalendar) -> list[Occurrence]:
        """Give the next times whose named day is not before a day; fewer than `count` where the rule ends."""
        days = (since + timedelta(days=offset) for offset in range(_FARTHEST_LOOK.days))
        named = (day for day in days if self._means(day))
        return [Occurrence(day, self._moved(day, calendar)) for day in islice(named, count)]

    def _means(self, day: date) -> bool:
        """Tell whether the rule, holidays apart, names that day."""
        if (
            day < self.first
            or (self.last is not None and day > self.last)
            or day.weekday() not in self.weekdays
        ):
            return False
        if self.weeks_of_month:
            is_last = (day + timedelta(days=7)).month != day.month
            return (day.day - 1) // 7 + 1 in self.weeks_of_month or (is_last and -1 in self.weeks_of_month)
        first_monday = self.first - timedelta(days=self.first.weekday())
        return (day - first_monday).days // 7 % self.every_weeks == 0

    def _moved(self, meant: date, calendar: HolidayCalendar) -> date | None:
        if self.when_closed is WhenClosed.KEEP or _is_open(meant, calendar, self.weekdays):
            return meant
        if self.when_closed is WhenClosed.SKIP:
            return None
        step = timedelta(days=1 if self.when_closed is WhenClosed.NEXT else -1)
        days = (meant + step * count for count in range(1, _FARTHEST_MOVE.days + 1))
        return next((day for day in days if calendar.is_workday(day)), None)


def _is_open(day: date, calendar: HolidayCalendar, weekdays: frozenset[int]) -> bool:
    """A weekend day that the rule itself names is meant; a holiday is not."""
    return calendar.is_workday(day) or (day.weekday() in weekdays and not calendar.is_day_off(day))


@dataclass(frozen=True, slots=True)
class Campaign:
    """What takes place where, from when, and who comes.

    The `team_ids`, or where none are named any `team_count` teams; `units` names other units that take part,
    for the sheet. Times are the ward's.
    """

    campaign_id: str
    name_zh: str
    name_en: str
    place: LonLat
    begins: time
    service_s: int
    recurrence: Recurrence
    team_ids: tuple[str, ...] = ()
    team_count: int = 2
    units: tuple[str, ...] = ()
    is_active: bool = True
    version: int = 1

    def __post_init__(self) -> None:
        if not (self.name_zh.strip() and self.name_en.strip()):
            raise ValueError("name_zh: give the campaign a name in both languages")
        if not 300 <= self.service_s <= LONGEST_SERVICE_S:
            raise ValueError(f"service_s: {self.service_s} must lie between 300 and {LONGEST_SERVICE_S}")
        if len(set(self.team_ids)) != len(self.team_ids):
            raise ValueError("team_ids: a team is named twice")
        if not 1 <= self.places <= MOST_TEAMS:
            raise ValueError(f"team_count: {self.places} must lie between 1 and {MOST_TEAMS}")

    @property
    def places(self) -> int:
        """How many teams come."""
        return len(self.team_ids) or self.team_count

    def visits(self, origin_at: datetime, zone: tzinfo) -> list[Visit]:
        """Give one visit for each team, all at the one time of the day on which the plan begins."""
        day = origin_at.astimezone(zone).date()
        begins_s = round((datetime.combine(day, self.begins, zone) - origin_at).total_seconds())
        visit = Visit(
            subject_kind=SubjectKind.CAMPAIGN,
            subject_id=self.campaign_id,
            category=SubjectKind.CAMPAIGN.value,
            name_zh=self.name_zh,
            name_en=self.name_en,
            point=self.place,
            service_s=self.service_s,
            prize_s=_PRIZE_S,
            opens_s=begins_s,
            closes_s=begins_s,
            is_firm=True,
        )
        bound = [frozenset({own_skill(team_id)}) for team_id in self.team_ids]
        skills = bound or [frozenset[str]()] * self.team_count
        return [
            replace(visit, subject_id=f"{self.campaign_id}#{number}", skills=skill)
            for number, skill in enumerate(skills, 1)
        ]


def campaigns_on(day: date, campaigns: Iterable[Campaign], calendar: HolidayCalendar) -> list[Campaign]:
    """Give what takes place on a day."""
    return [one for one in campaigns if one.is_active and one.recurrence.takes_place_on(day, calendar)]
