"""Instants and days that a request may name: none so far away that one cannot reckon from it."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, WithJsonSchema

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


def _expect_near(day: date) -> None:
    if not FIRST <= day <= LAST:
        raise ValueError(f"use a time between {FIRST} and {LAST}")


def _moment(given: datetime) -> datetime:
    _expect_near(given.date())
    return given.astimezone(UTC)


def _day(given: date) -> date:
    _expect_near(given)
    return given


Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
"""An instant with its zone; UTC inside."""
Day = Annotated[date, AfterValidator(_day)]
"""A day of the ward."""
WardTime = Annotated[
    time,
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$", "examples": ["08:30:00"]}
    ),
]
"""A time of the ward's day; `format: time` of JSON Schema would have an offset."""
