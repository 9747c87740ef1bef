"""Quantities as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from map_server.domain.ward_time import day_start
from map_server.presentation.formats import (
    DASH,
    clock_time,
    date_time,
    date_time_s,
    duration,
    filesize,
    metres,
)
from map_server.presentation.i18n import translations

LATE = datetime(2026, 11, 23, 16, 5, 9, tzinfo=UTC)
"""Five past midnight in Shanghai."""


def test_times_are_those_of_the_ward() -> None:
    assert date_time(LATE) == "2026-11-24 00:05"
    assert date_time_s(LATE) == "2026-11-24 00:05:09"
    assert clock_time(LATE) == "00:05"
    assert date_time(None) == DASH


def test_day_of_the_ward_begins_at_its_midnight() -> None:
    assert day_start(LATE) == datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length_m", "text"),
    [(0.04, "0.0 m"), (2.64, "2.6 m"), (41.4, "41 m"), (1240, "1.24 km"), (None, DASH)],
)
def test_lengths_have_three_figures_at_most(length_m: float | None, text: str) -> None:
    assert metres(length_m) == text


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (timedelta(seconds=-3), "0 s", "0 秒"),  # clocks differ a little
        (59, "59 s", "59 秒"),
        (timedelta(minutes=59), "59 min", "59 分钟"),
        (timedelta(hours=3, minutes=5), "3 h 05 min", "3 小时 05 分"),
        (timedelta(days=4), "4 d", "4 天"),
        (None, DASH, DASH),
    ],
)
def test_durations_in_both_languages(span: timedelta | float | None, english: str, chinese: str) -> None:
    assert duration(span) == english
    assert duration(span, translations("zh").gettext) == chinese


def test_sizes_are_decimal() -> None:
    assert [filesize(size) for size in (48_200_000, 21_400_000_000, None)] == ["48 MB", "21.4 GB", DASH]
