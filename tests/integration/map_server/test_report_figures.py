"""A synthetic year of 2,000 orders: every figure of its reports is what plain SQL of its own recomputes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.domain.reach import Reach
from map_server.domain.report import Report, ReportDefinition
from map_server.domain.report_figures import Dimension, Drill, Figure, FigureKey, Mark, RowSubject
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.entrypoints.services import Services
from tests.year.check import READER, disagreements, wrong_drills
from tests.year.rows import Ground, Plan, Year
from tests.year.seed import seed_into
from wire_contract.vocabulary import EventKind

PLAN = Plan(orders=2_000, closed=1_984, void=20, rejected=220, devices=100)
YEAR = ReportPeriod.custom(PLAN.first, PLAN.last)
PERIODS = {
    "year": YEAR,
    "June": ReportPeriod.holding(ReportKind.MONTHLY, date(2026, 6, 1)),
    "week": ReportPeriod.holding(ReportKind.WEEKLY, date(2026, 3, 4)),
    "day": ReportPeriod.holding(ReportKind.DAILY, date(2026, 8, 18)),
    "before the year": ReportPeriod.holding(ReportKind.MONTHLY, date(2025, 1, 1)),
    "after the year": ReportPeriod.holding(ReportKind.DAILY, date(2026, 11, 2)),
}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(Settings(data_dir=tmp_path_factory.mktemp("year"))) as services:
        seed_into(services, PLAN)
        yield services


def draft(ward: Services, period: ReportPeriod, reach: Reach | None = None) -> Report:
    definition = ReportDefinition(period) if reach is None else ReportDefinition(period, reach)
    return ward.reporting.reports.draft(definition, READER)


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS.keys())
def test_every_figure_is_recomputed_by_independent_sql(ward: Services, period: ReportPeriod) -> None:
    assert disagreements(draft(ward, period), ward.settings.data_dir / "lilong.sqlite3") == []


def test_the_year_reads_as_planned(ward: Services) -> None:
    year = draft(ward, YEAR)
    rate = year.figure(FigureKey.COMPLETION_RATE)
    assert (rate.of, f"{rate.value:.1%}") == ((1_984, 2_000), "99.2%")
    assert year.figure(FigureKey.VOID).value == 20
    assert len(year.section(Dimension.COMPOUND).rows) == 99
    unwatched = [row.key for row in year.section(Dimension.COMPOUND).rows if row.rank is None]
    assert unwatched == ["C-33", "C-66", "C-99"]


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS.keys())
def test_what_comes_in_goes_out_or_stays(ward: Services, period: ReportPeriod) -> None:
    report = draft(ward, period)
    for figures in (report, *(row for section in report.sections for row in section.rows)):
        count = {key: figures.figure(key).value or 0 for key in FigureKey if _has(figures, key)}
        assert count[FigureKey.CARRIED_OVER] + count[FigureKey.FILED] == count[FigureKey.TO_CLOSE]
        assert count[FigureKey.CLOSED] + count[FigureKey.OPEN_AT_END] == count[FigureKey.TO_CLOSE]
        assert count[FigureKey.ON_TIME] + count[FigureKey.CLOSED_LATE] == count[FigureKey.CLOSED]
        assert count[FigureKey.REWORK] <= count[FigureKey.HANDLED]
        assert count[FigureKey.RETURNED] <= count[FigureKey.DISPATCHED]


def _has(figures: object, key: FigureKey) -> bool:
    try:
        figures.figure(key)  # type: ignore[attr-defined]  # a report or a row of one
    except KeyError:
        return False
    return True


def test_what_is_open_at_the_end_of_a_month_is_carried_over_to_the_next(ward: Services) -> None:
    june = PERIODS["June"]
    july = ReportPeriod.holding(ReportKind.MONTHLY, date(2026, 7, 1))
    left = draft(ward, june).figure(FigureKey.OPEN_AT_END).value
    assert left == draft(ward, july).figure(FigureKey.CARRIED_OVER).value


def test_each_count_has_exactly_its_rows_behind_it(ward: Services) -> None:
    frozen = ward.reporting.reports.freeze(ReportDefinition(PERIODS["June"]), READER)
    assert wrong_drills(ward.read, frozen.report_id, frozen.report) == []
    for figure in frozen.report.headline:  # behind a share stand the rows of its divisor
        if figure.of is not None:
            page = ward.reporting.reports.rows(frozen.report_id, figure.drill, READER, limit=1)
            assert page.total == figure.of[1]


def test_rows_come_in_pages_that_miss_and_repeat_none(ward: Services) -> None:
    reports, june = ward.reporting.reports, ReportDefinition(PERIODS["June"])
    report_id = reports.frozen_of(june) or reports.freeze(june, READER).report_id
    drill = Drill(RowSubject.WORK_ORDER, Mark.CLOSED)
    seen, after = [], None
    while True:
        page = reports.rows(report_id, drill, READER, after, limit=37)
        seen += [row.subject_id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page.total
    draft_page = reports.draft_rows(june, drill, READER, limit=500)
    assert [row.subject_id for row in draft_page.rows] == seen[:500]


def test_the_report_of_one_compound_is_its_row_in_the_whole(ward: Services) -> None:
    row = next(row for row in draft(ward, YEAR).section(Dimension.COMPOUND).rows if row.key == "C-07")
    alone = draft(ward, YEAR, Reach.of_areas(compounds=("C-07",)))
    assert [plain(alone.figure(figure.key)) for figure in row.figures] == [plain(f) for f in row.figures]
    assert [other.key for other in alone.section(Dimension.COMPOUND).rows] == ["C-07"]


def plain(figure: Figure) -> Figure:
    return replace(figure, drill=replace(figure.drill, dimension=None, key=""))


def test_the_same_seed_gives_the_same_year() -> None:
    owners = {kind: (f"unit-{kind}", {"unit_id": f"unit-{kind}"}) for kind in EventKind}
    grounds = [Ground(f"C-{number}", "G-1", ((121.5, 31.2),), owners) for number in range(40)]
    plan = replace(PLAN, orders=300, closed=280, void=10, rejected=30, devices=5)
    one, other = (Year(plan, grounds) for _ in range(2))
    assert one.devices() == other.devices()
    assert list(one.orders()) == list(other.orders())
    assert list(one.lone_incidents()) == list(other.lone_incidents())
