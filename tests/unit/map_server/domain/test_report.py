"""What a report says: its days, its shares, its ranks, its score; and what it says where nobody looked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.errors import Conflict, InvalidInput
from map_server.domain.report import Names, Report, ReportDefinition
from map_server.domain.report_assembly import Sums, assembled
from map_server.domain.report_figures import COUNTED, Dimension, FigureKey, FigureUnit, Mark, subject_of
from map_server.domain.report_period import ReportKind, ReportPeriod, period_today
from map_server.domain.report_reading import report_from
from map_server.domain.report_score import FIRST_FORMULA, FIRST_WEIGHTS, Merit, ScoreFormula
from map_server.domain.report_totals import NOTHING, Totals, spread
from tests.fakes.reports import JUNE, frozen_june, june

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
FIXED_KINDS = st.sampled_from([ReportKind.DAILY, ReportKind.WEEKLY, ReportKind.MONTHLY])


@given(FIXED_KINDS, DAYS)
def test_periods_of_a_kind_follow_each_other_without_gap_or_overlap(kind: ReportKind, day: date) -> None:
    period = ReportPeriod.holding(kind, day)
    assert period.first <= day <= period.last
    assert period.before().ends_at == period.begins_at
    assert ReportPeriod(kind, period.first, period.last) == period


def test_the_ward_day_begins_at_its_own_midnight() -> None:
    period = ReportPeriod.holding(ReportKind.DAILY, date(2026, 6, 1))
    assert period.begins_at == datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    assert period.ends_at - period.begins_at == timedelta(days=1)
    late_evening_in_london = datetime(2026, 5, 31, 22, 0, tzinfo=UTC)
    assert period_today(ReportKind.DAILY, late_evening_in_london) == period


def test_a_year_may_run_from_november_to_october() -> None:
    year = ReportPeriod.custom(date(2025, 11, 1), date(2026, 10, 31))
    assert (year.days, year.before().last) == (365, date(2025, 10, 31))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (ReportKind.CUSTOM, date(2026, 6, 2), date(2026, 6, 1)),  # ends before it begins
        (ReportKind.CUSTOM, date(2020, 1, 1), date(2026, 1, 1)),  # a mistyped year
        (ReportKind.WEEKLY, date(2026, 6, 2), date(2026, 6, 8)),  # a week begins on Monday
        (ReportKind.MONTHLY, date(2026, 6, 1), date(2026, 6, 29)),  # June has 30 days
        (ReportKind.DAILY, date(2026, 6, 1), date(2026, 6, 2)),
    ],
)
def test_days_that_are_no_period_are_refused(kind: ReportKind, first: date, last: date) -> None:
    with pytest.raises(InvalidInput):
        ReportPeriod(kind, first, last)


def test_a_period_that_still_runs_is_not_over() -> None:
    JUNE.expect_over(JUNE.ends_at)
    with pytest.raises(Conflict):
        JUNE.expect_over(JUNE.ends_at - timedelta(microseconds=1))


def test_the_whole_year_reads_as_the_ward_publishes_it() -> None:
    totals = Totals({Mark.TO_CLOSE: 56_000, Mark.CLOSED: 55_552})
    rate = report_of(whole=totals).figure(FigureKey.COMPLETION_RATE)
    assert rate.of == (55_552, 56_000)
    assert f"{rate.value:.1%}" == "99.2%"


def report_of(
    whole: Totals = NOTHING,
    by_unit: dict[str, Totals] | None = None,
    by_compound: dict[str, Totals] | None = None,
    compounds: dict[str, Names] | None = None,
) -> Report:
    sums = Sums(whole, {}, by_unit or {}, by_compound or {}, {}, compounds or {})
    return assembled(ReportDefinition(JUNE), FIRST_FORMULA, 7, sums)


def watched(found: int, hours: float) -> Totals:
    return Totals({Mark.FOUND_STANDING: found}, observed_s=hours * 3600)


def test_a_compound_that_nobody_watched_is_unknown_and_has_no_rank() -> None:
    names = {key: Names(key, key) for key in ("A", "B", "C")}
    report = report_of(by_compound={"A": watched(4, 1000), "B": watched(0, 1000)}, compounds=names)
    rows = report.section(Dimension.COMPOUND).rows
    assert [(row.key, row.rank) for row in rows] == [("B", 1), ("A", 2), ("C", None)]
    rates = [row.figure(FigureKey.FOUND_PER_1000_HOURS).value for row in rows]
    assert rates == [0.0, 4.0, None]
    assert rows[-1].figure(FigureKey.CAMERA_HOURS).value is None


@given(st.integers(0, 500), st.floats(1, 1e6), st.integers(1, 9))
def test_more_cameras_at_the_same_true_rate_change_no_rank(found: int, hours: float, more: int) -> None:
    once = {"A": watched(found, hours), "B": watched(100, 5000)}
    again = {**once, "A": watched(found * more, hours * more)}
    ranks = [
        {row.key: row.rank for row in report_of(by_compound=each).section(Dimension.COMPOUND).rows}
        for each in (once, again)
    ]
    assert ranks[0] == ranks[1] or found / hours == pytest.approx(0.02)


def test_equals_share_a_rank_and_stand_by_name() -> None:
    same = {key: watched(2, 100) for key in ("C", "A", "B")} | {"D": watched(3, 100)}
    rows = report_of(by_compound=same).section(Dimension.COMPOUND).rows
    assert [(row.key, row.rank) for row in rows] == [("A", 1), ("B", 1), ("C", 1), ("D", 4)]


def test_what_lies_in_no_compound_or_with_no_unit_is_told_and_not_ranked() -> None:
    busy = Totals({Mark.TO_CLOSE: 2, Mark.CLOSED: 1}, observed_s=3600.0)
    report = report_of(by_unit={"": busy, "U": busy}, by_compound={"": busy, "A": busy})
    for dimension in (Dimension.UNIT, Dimension.COMPOUND):
        assert [row.rank for row in report.section(dimension).rows] == [1, None]
    assert report.section(Dimension.UNIT).rows[-1].figure(FigureKey.SCORE).value is None


def test_the_score_weighs_what_there_was_to_do() -> None:
    counts = dict.fromkeys(COUNTED, 0) | {FigureKey.TO_CLOSE: 10, FigureKey.CLOSED: 8, FigureKey.ON_TIME: 4}
    # 40 x 0.8 + 30 x 0.5 of 70 possible points: nothing was handled or asked, which weighs nothing
    assert FIRST_FORMULA.score(counts) == pytest.approx(100 * 47 / 70)
    assert FIRST_FORMULA.score(dict.fromkeys(COUNTED, 0)) is None


@pytest.mark.parametrize(
    "weights",
    [
        {**FIRST_WEIGHTS, Merit.COMPLETION: 41},  # 101 together
        {Merit.COMPLETION: 100},  # the others are forgotten
        {**FIRST_WEIGHTS, Merit.COMPLETION: 80, Merit.PUNCTUALITY: -10},
    ],
)
def test_weights_that_are_no_score_are_refused(weights: dict[Merit, int]) -> None:
    with pytest.raises(InvalidInput):
        ScoreFormula(2, weights, "person:1", datetime(2026, 6, 1, tzinfo=UTC))


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_half_of_all_take_no_longer_than_the_median(seconds: list[int]) -> None:
    found = spread(seconds)
    for value, share in ((found.median_s, 0.5), (found.p90_s, 0.9)):
        assert value in seconds
        assert sum(each <= value for each in seconds) >= share * len(seconds)
        assert sum(each < value for each in seconds) < share * len(seconds)


def test_a_frozen_report_reads_back_whole() -> None:
    kept = frozen_june()
    assert report_from(kept.content) == kept.report == june()


def test_each_figure_names_its_rows() -> None:
    report = june()
    rows = [row for section in report.sections for row in section.rows]
    for figure in (*report.headline, *(figure for row in rows for figure in row.figures)):
        assert figure.drill.subject is subject_of(figure.drill.mark)
        if figure.unit is FigureUnit.COUNT:
            assert figure.drill.mark.name == figure.key.name
    assert rows[0].figure(FigureKey.CLOSED).drill.text == "work_order.closed@class:blocked_fire_lane"


def test_every_mark_is_a_figure_or_stands_behind_one() -> None:
    behind = {figure.drill.mark for figure in june().headline}
    assert set(Mark) - behind == set()
