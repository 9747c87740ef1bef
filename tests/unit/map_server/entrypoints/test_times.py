"""Times so far away that nobody can reckon from them are refused at the door."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from map_server.entrypoints.http.times import Day, Moment


def test_an_instant_is_taken_with_its_zone_and_is_utc_inside() -> None:
    read = TypeAdapter(Moment).validate_python("2026-11-23T12:00:00+08:00")
    assert read == datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        "2026-11-23T12:00:00",  # whose noon?
        "0001-01-01T00:00:00+08:00",  # before the first year in UTC
        "9999-12-31T23:59:59-08:00",
        "1999-12-31T23:59:59Z",
    ],
)
def test_an_instant_without_zone_or_out_of_reach_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(given)


def test_a_day_out_of_reach_is_refused() -> None:
    assert TypeAdapter(Day).validate_python("2026-11-23") == date(2026, 11, 23)
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python("0001-01-01")
