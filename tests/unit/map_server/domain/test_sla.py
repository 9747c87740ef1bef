"""Due times across national holidays, each computed by hand; and what must hold for all of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.adapters.handbook_files import HandbookFiles
from map_server.domain.handbook import Handbook
from map_server.domain.holidays import YearStatus
from map_server.domain.sla import Pause, PauseReason, Sla, Stage, StageLimit, due_at, elapsed
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.working_time import Measure, WorkingCalendar, WorkingHours
from tests.sample_ward import SAMPLE_WARD

BOOK = Handbook().with_draft(HandbookFiles().read([SAMPLE_WARD]))
OFFICE, SERVICE = (WorkingCalendar(BOOK.hours[name], BOOK.holidays) for name in ("OFFICE", "SERVICE"))
WORKING, CALENDAR = Measure.WORKING, Measure.CALENDAR
SUSPENDED, WEATHER, OTHER = PauseReason.SUSPENDED, PauseReason.WEATHER, PauseReason.OTHER_AUTHORITY


def at(text: str) -> datetime:
    """Read a time of the ward, of 2026 unless the year is given."""
    text = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=WARD_ZONE).astimezone(UTC)


def sla(
    minutes: int, measure: Measure = WORKING, stopped_by: Sequence[PauseReason] = tuple(PauseReason)
) -> Sla:
    limits = MappingProxyType({stage: StageLimit(minutes, measure) for stage in Stage})
    return Sla("S", 1, "时限", "Limit", "OFFICE", limits, frozenset(stopped_by))


def pause(begin: str, end: str | None, reason: PauseReason = SUSPENDED) -> Pause:
    return Pause(reason, at(begin), None if end is None else at(end))


# Office: 08:30-12:00 and 13:00-17:30, 480 minutes a day. In 2026 Mid-Autumn is off 25 to 27 September,
# National Day 1 (Thu) to 7 October (Wed); Sunday 20 September and Saturday 10 October are worked.
IN_THE_OFFICE = [
    ("09-30 09:00", 60, "09-30 10:00"),  # within the morning
    ("09-30 11:00", 60, "09-30 12:00"),  # ends with the morning, not after lunch
    ("09-30 11:30", 60, "09-30 13:30"),  # 30 before lunch, 30 after
    ("09-30 12:15", 60, "09-30 14:00"),  # begins during lunch
    ("09-30 17:00", 30, "09-30 17:30"),  # ends with the last minute before the holiday
    ("09-30 17:00", 31, "10-08 08:31"),  # one minute too many: over the whole holiday
    ("09-30 17:00", 60, "10-08 09:00"),  # 30 before, 30 after it
    ("09-30 18:00", 60, "10-08 09:30"),  # begins after hours
    ("09-30 08:30", 480, "09-30 17:30"),  # one whole day
    ("09-30 08:30", 481, "10-08 08:31"),  # a day and a minute
    ("09-30 08:30", 960, "10-08 17:30"),  # two days: 30th, 8th
    ("09-30 08:30", 1440, "10-09 17:30"),  # three: 30th, 8th, 9th
    ("09-30 08:30", 1920, "10-10 17:30"),  # four: the fourth is the worked Saturday
    ("09-30 08:30", 2400, "10-12 17:30"),  # five: Sunday the 11th is off
    ("10-01 10:00", 60, "10-08 09:30"),  # begins on the first day off
    ("10-03 00:00", 60, "10-08 09:30"),  # begins on a Saturday inside
    ("10-07 23:59", 60, "10-08 09:30"),  # begins in the last minute off
    ("10-09 17:00", 60, "10-10 09:00"),  # Friday into the worked Saturday
    ("10-10 17:00", 60, "10-12 09:00"),  # worked Saturday into Monday
    ("10-11 12:00", 60, "10-12 09:30"),  # a plain Sunday
    ("09-18 17:00", 60, "09-20 09:00"),  # Friday, Saturday off, Sunday worked
    ("09-19 10:00", 480, "09-20 17:30"),  # a plain Saturday, then the whole worked Sunday
    ("09-20 16:30", 120, "09-21 09:30"),  # worked Sunday into Monday
    ("09-24 17:00", 60, "09-28 09:00"),  # over Mid-Autumn
    ("09-25 09:00", 1, "09-28 08:31"),  # begins on a Friday that is off
    ("09-24 08:30", 3360, "10-10 17:30"),  # seven days over both holidays: 24 28 29 30 8 9 10
    ("09-28 13:00", 480, "09-29 12:00"),  # 270 in the afternoon, 210 next morning
    ("09-28 13:00", 481, "09-29 13:01"),  # and one after lunch
    ("09-30 17:29:30", 1, "10-08 08:30:30"),  # half a minute on either side
    ("09-28 00:00", 30, "09-28 09:00"),  # begins at midnight
    ("2025-12-31 17:00", 60, "2026-01-04 09:00"),  # New Year: off 1 to 3 January, Sunday the 4th worked
    ("02-13 17:00", 60, "02-14 09:00"),  # Friday into the worked Saturday before Spring Festival
    ("02-14 17:00", 60, "02-24 09:00"),  # over Spring Festival, 15 to 23 February
    ("2025-09-30 17:00", 60, "2025-10-09 09:00"),  # 2025: off 1 to 8 October
    ("2025-09-26 17:00", 60, "2025-09-28 09:00"),  # 2025: Sunday 28 September worked
    ("2027-09-30 17:00", 60, "2027-10-04 09:00"),  # 2027 not announced: by law off 1 to 3 October
    ("2028-10-02 09:00", 60, "2028-10-02 10:00"),  # 2028 not loaded: a Monday is a Monday
]  # fmt: skip

# Calendar minutes know no night; the service works 07:00-19:00 every day, holidays too.
IN_OTHER_MEASURES = [
    (CALENDAR, OFFICE, "09-30 17:00", 60, "09-30 18:00"),  # after hours
    (CALENDAR, OFFICE, "09-30 23:30", 60, "10-01 00:30"),  # over midnight
    (CALENDAR, OFFICE, "10-01 12:00", 1440, "10-02 12:00"),  # a day inside the holiday
    (WORKING, SERVICE, "10-01 18:30", 60, "10-02 07:30"),  # over a night of the holiday
    (WORKING, SERVICE, "10-04 06:00", 720, "10-04 19:00"),  # a whole Sunday inside the holiday
    (WORKING, SERVICE, "10-04 06:00", 721, "10-05 07:01"),  # and a minute
]

# All in the office; pauses stand still the clock of those reasons that the SLA names.
WITH_PAUSES = [
    ("09-30 09:00", 120, [pause("09-30 10:00", "09-30 11:00")], "09-30 12:00"),  # an hour later
    ("09-30 09:00", 120, [pause("09-30 10:00", "10-08 10:00")], "10-08 11:00"),  # put off over the holiday
    ("09-30 17:00", 60, [pause("10-02 09:00", "10-05 09:00")], "10-08 09:00"),  # only days off: nothing lost
    ("09-30 09:00", 240, [pause("09-30 11:30", "09-30 13:30")], "09-30 15:00"),  # lunch lies inside: 1 h more
    ("09-30 09:00", 120, [pause("09-30 10:00", "09-30 11:00"), pause("09-30 10:30", "09-30 11:30", WEATHER)],
     "09-30 13:30"),  # two that overlap count once: 60 before, 30 till lunch, 30 after
    ("09-30 16:30", 120, [pause("09-30 17:00", "09-30 17:30", OTHER)], "10-08 10:00"),  # until the close
    ("09-30 09:30", 60, [pause("09-30 09:00", "09-30 10:00")], "09-30 11:00"),  # begins inside the pause
    ("09-30 09:00", 60, [pause("09-30 08:30", "09-30 08:45")], "09-30 10:00"),  # over before it begins
    ("09-30 09:00", 60, [pause("09-30 10:00", None)], "09-30 10:00"),  # done when the pause begins
    ("09-30 09:00", 61, [pause("09-30 10:00", None)], None),  # still paused: no due time yet
    ("09-30 18:00", 60, [pause("10-03 09:00", None, WEATHER)], None),  # paused before work begins again
]  # fmt: skip


class TestHandComputed:
    @pytest.mark.parametrize(("start", "minutes", "due"), IN_THE_OFFICE)
    def test_due_in_office_time(self, start: str, minutes: int, due: str) -> None:
        assert due_at(at(start), Stage.HANDLE, sla(minutes), OFFICE) == at(due)
        assert elapsed(at(start), at(due), Stage.HANDLE, sla(minutes), OFFICE) == timedelta(minutes=minutes)

    @pytest.mark.parametrize(("measure", "calendar", "start", "minutes", "due"), IN_OTHER_MEASURES)
    def test_due_in_other_measures(
        self, measure: Measure, calendar: WorkingCalendar, start: str, minutes: int, due: str
    ) -> None:
        assert due_at(at(start), Stage.ACCEPT, sla(minutes, measure), calendar) == at(due)

    @pytest.mark.parametrize(("start", "minutes", "pauses", "due"), WITH_PAUSES)
    def test_due_with_pauses(self, start: str, minutes: int, pauses: list[Pause], due: str | None) -> None:
        found = due_at(at(start), Stage.CHECK, sla(minutes), OFFICE, pauses)
        assert found == (None if due is None else at(due))

    def test_there_are_enough_of_them(self) -> None:
        assert len(IN_THE_OFFICE) + len(IN_OTHER_MEASURES) + len(WITH_PAUSES) >= 40

    def test_calendar_minutes_stop_in_a_pause_too(self) -> None:
        off = [pause("10-01 00:00", "10-08 00:00", OTHER)]
        assert due_at(at("09-30 12:00"), Stage.HANDLE, sla(1440, CALENDAR), OFFICE, off) == at("10-08 12:00")

    def test_pause_for_a_reason_that_the_sla_does_not_name_stops_nothing(self) -> None:
        strict = sla(120, stopped_by=[SUSPENDED])
        rain = [pause("09-30 10:00", "09-30 11:00", WEATHER)]
        assert due_at(at("09-30 09:00"), Stage.HANDLE, strict, OFFICE, rain) == at("09-30 11:00")

    def test_nothing_has_run_before_the_start(self) -> None:
        assert elapsed(at("09-30 10:00"), at("09-30 09:00"), Stage.HANDLE, sla(1), OFFICE) == timedelta()


FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 1064 * 86_400).map(lambda seconds: FIRST_MOMENT + timedelta(seconds=seconds))
MINUTES = st.integers(1, 5000)
MEASURES = st.sampled_from(Measure)


@st.composite
def some_pauses(draw: st.DrawFn) -> list[Pause]:
    drawn = draw(st.lists(st.tuples(MOMENTS, st.integers(0, 20_000)), max_size=4))
    return [Pause(SUSPENDED, begin, begin + timedelta(minutes=length)) for begin, length in drawn]


class TestProperties:
    @given(MOMENTS, MINUTES, MEASURES, some_pauses())
    def test_the_time_that_ran_until_due_is_the_limit(
        self, start: datetime, minutes: int, measure: Measure, pauses: list[Pause]
    ) -> None:
        limit = sla(minutes, measure)
        due = due_at(start, Stage.HANDLE, limit, OFFICE, pauses)
        assert due is not None
        assert elapsed(start, due, Stage.HANDLE, limit, OFFICE, pauses) == timedelta(minutes=minutes)
        just_before = due - timedelta(microseconds=1)
        assert elapsed(start, just_before, Stage.HANDLE, limit, OFFICE, pauses) < timedelta(minutes=minutes)

    @given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)), MINUTES, some_pauses())
    def test_what_begins_later_is_not_due_earlier(
        self, start: datetime, later: timedelta, minutes: int, pauses: list[Pause]
    ) -> None:
        first, second = (
            due_at(one, Stage.HANDLE, sla(minutes), OFFICE, pauses) for one in (start, start + later)
        )
        assert first is not None
        assert second is not None
        assert first <= second

    @given(MOMENTS, MINUTES, st.integers(1, 2000), MEASURES)
    def test_more_minutes_are_due_later(
        self, start: datetime, minutes: int, more: int, measure: Measure
    ) -> None:
        short, long = (
            due_at(start, Stage.HANDLE, sla(one, measure), OFFICE) for one in (minutes, minutes + more)
        )
        assert short is not None
        assert long is not None
        assert short < long

    @given(MOMENTS, MINUTES, st.integers(0, 5000), st.integers(0, 5000))
    def test_pause_shifts_by_the_working_time_inside_it(
        self, start: datetime, minutes: int, after: int, length: int
    ) -> None:
        begin = start + timedelta(minutes=after)
        halt = Pause(SUSPENDED, begin, begin + timedelta(minutes=length))
        limit = sla(minutes)
        due = due_at(start, Stage.HANDLE, limit, OFFICE, [halt])
        assert due is not None
        assert halt.until_at is not None
        inside = elapsed(halt.from_at, min(halt.until_at, due), Stage.HANDLE, limit, OFFICE)
        ran = elapsed(start, due, Stage.HANDLE, limit, OFFICE)
        assert ran == timedelta(minutes=minutes) + (inside if begin < due else timedelta())


class TestCalendar:
    def test_years_say_how_far_they_can_be_relied_on(self) -> None:
        known = {year: BOOK.holidays.status_of(date(year, 6, 1)) for year in (2025, 2026, 2027, 2028)}
        assert known == {
            2025: YearStatus.ANNOUNCED,
            2026: YearStatus.ANNOUNCED,
            2027: YearStatus.STATUTORY_ONLY,
            2028: YearStatus.UNKNOWN,
        }

    @pytest.mark.parametrize(
        ("year", "workdays"),
        [
            (2025, 248),  # 261 days from Monday to Friday, 18 of them off, 5 weekend days worked
            (2026, 248),  # 261, less 20, and 7
        ],
    )
    def test_announced_years_have_the_workdays_of_the_law(self, year: int, workdays: int) -> None:
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        assert sum(map(BOOK.holidays.is_workday, days)) == workdays

    @pytest.mark.parametrize(
        ("key", "changes"),
        [
            ("weekdays", {"weekdays": frozenset()}),
            ("spans", {"spans": ()}),
            ("spans", {"spans": tuple(reversed(OFFICE.hours.spans))}),  # not in order
        ],
    )
    def test_impossible_hours_are_refused(self, key: str, changes: dict[str, object]) -> None:
        known = {name: getattr(OFFICE.hours, name) for name in WorkingHours.__dataclass_fields__}
        with pytest.raises(ValueError, match=f"^{key}:"):
            WorkingHours(**{**known, **changes})
