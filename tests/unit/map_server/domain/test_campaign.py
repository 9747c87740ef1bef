"""On which days a joint campaign takes place: weekdays, weeks of a month, holidays, worked weekends."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

import pytest

from map_server.domain.campaign import Campaign, Recurrence, WhenClosed, campaigns_on
from map_server.domain.holidays import Holiday, HolidayCalendar, HolidayYear, YearStatus
from map_server.domain.patrol import own_skill
from map_server.domain.ward_time import WARD_ZONE

NATIONAL_DAY = Holiday("国庆节", "National Day", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 10, 10),))
CALENDAR = HolidayCalendar(
    MappingProxyType({2026: HolidayYear(2026, YearStatus.ANNOUNCED, "test", (NATIONAL_DAY,))})
)
THURSDAYS = Recurrence(frozenset({3}), first=date(2026, 9, 1))


def days(rule: Recurrence, first: date, last: date) -> list[date]:
    span = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [day for day in span if rule.takes_place_on(day, CALENDAR)]


def october(*numbers: int) -> list[date]:
    return [date(2026, 10, number) for number in numbers]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (THURSDAYS, october(8, 15, 22, 29)),  # the 1st is a holiday: moved to Thursday the 8th, once
        (replace(THURSDAYS, when_closed=WhenClosed.SKIP), october(8, 15, 22, 29)),
        (replace(THURSDAYS, when_closed=WhenClosed.KEEP), october(1, 8, 15, 22, 29)),
        (replace(THURSDAYS, weekdays=frozenset({4})), october(8, 9, 16, 23, 30)),  # Friday the 2nd moves
        (replace(THURSDAYS, weekdays=frozenset({5})), october(8, 10, 17, 24, 31)),  # Saturdays are meant
        (replace(THURSDAYS, every_weeks=2), october(8, 15, 29)),  # 1, moved, 15 and 29
        (replace(THURSDAYS, weeks_of_month=frozenset({1, -1})), october(8, 29)),
        (replace(THURSDAYS, last=date(2026, 10, 20)), october(8, 15)),
        (replace(THURSDAYS, first=date(2026, 10, 9)), october(15, 22, 29)),
    ],
)
def test_days_of_october(rule: Recurrence, expected: list[date]) -> None:
    assert days(rule, date(2026, 10, 1), date(2026, 10, 31)) == expected


@pytest.mark.parametrize(
    ("when_closed", "instead"),
    [
        (WhenClosed.NEXT, date(2026, 10, 8)),
        (WhenClosed.PREVIOUS, date(2026, 9, 30)),
        (WhenClosed.SKIP, None),
        (WhenClosed.KEEP, date(2026, 10, 1)),
    ],
)
def test_coming_times_tell_what_a_holiday_does_to_them(when_closed: WhenClosed, instead: date | None) -> None:
    rule = replace(THURSDAYS, when_closed=when_closed)
    coming = rule.occurrences(date(2026, 9, 24), 3, CALENDAR)
    assert [(one.meant, one.day) for one in coming] == [
        (date(2026, 9, 24), date(2026, 9, 24)),
        (date(2026, 10, 1), instead),
        (date(2026, 10, 8), date(2026, 10, 8)),
    ]
    assert len(replace(rule, last=date(2026, 10, 1)).occurrences(date(2026, 9, 24), 9, CALENDAR)) == 2


def test_day_before_a_holiday_stands_in_for_it() -> None:
    rule = replace(THURSDAYS, when_closed=WhenClosed.PREVIOUS)
    assert date(2026, 9, 30) in days(rule, date(2026, 9, 28), date(2026, 10, 7))


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("weekdays", {"weekdays": frozenset()}),
        ("weekdays", {"weekdays": frozenset({7})}),
        ("last", {"last": date(2020, 1, 1)}),
        ("every_weeks", {"every_weeks": 0}),
        ("weeks_of_month", {"weeks_of_month": frozenset({6})}),
        ("every_weeks", {"weeks_of_month": frozenset({1}), "every_weeks": 2}),
    ],
)
def test_rule_out_of_range_names_its_key(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"^{key}"):
        replace(THURSDAYS, **changes)  # type: ignore[arg-type]


MARKET = Campaign("c", "集市整治", "Market", (121.5, 31.2), time(10), 3600, THURSDAYS, team_ids=("A", "B"))


def test_each_named_team_gets_its_own_visit_at_the_same_moment() -> None:
    origin_at = datetime(2026, 10, 15, 0, 30, tzinfo=UTC)  # 08:30 in the ward
    one, other = MARKET.visits(origin_at, WARD_ZONE)
    assert (one.opens_s, one.closes_s) == (other.opens_s, other.closes_s) == (5400, 5400)
    assert (one.skills, other.skills) == ({own_skill("A")}, {own_skill("B")})
    assert one.subject_id != other.subject_id


def test_campaign_that_was_laid_to_rest_takes_place_no_more() -> None:
    day = date(2026, 10, 15)
    assert campaigns_on(day, [MARKET], CALENDAR) == [MARKET]
    assert campaigns_on(day, [replace(MARKET, is_active=False)], CALENDAR) == []
