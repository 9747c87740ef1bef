"""Holds a report against the figures that recompute.sql gives, and counts the rows behind each figure."""

import json
import math
import resource
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.domain.account import Role
from map_server.domain.reach import WHOLE_WARD
from map_server.domain.report import Report, ReportDefinition, ReportStage
from map_server.domain.report_figures import Figure, FigureKey, FigureUnit
from map_server.domain.report_period import ReportPeriod
from map_server.services.ports import Begin
from map_server.services.report_ports import Reader
from map_server.services.reports import Reports
from tests.year.rows import Plan

SCRIPT = Path(__file__).with_name("recompute.sql")
READER = Reader("system", Role.SUPERVISOR, WHOLE_WARD)
TOLERANCE = 1e-9
Key = tuple[str, str, str]
"""Section, row, figure."""


def told(report: Report) -> dict[Key, float | None]:
    """Give every figure of a report, ranks too."""
    figures: dict[Key, float | None] = {("headline", "", str(one.key)): one.value for one in report.headline}
    for section in report.sections:
        for row in section.rows:
            place = (str(section.dimension), row.key)
            figures |= {(*place, str(one.key)): one.value for one in row.figures}
            if row.rank is not None:
                figures[*place, "rank"] = row.rank
    return figures


def recomputed(database: Path, report: Report) -> dict[Key, float | None]:
    """Run the script on the database file of a whole ward, and give what it found."""
    period = report.definition.period
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("CREATE TEMP TABLE period(begins, ends, first_day, last_day)")
        begins, ends = (
            moment.isoformat(timespec="microseconds") for moment in (period.begins_at, period.ends_at)
        )
        days = (period.first.isoformat(), period.last.isoformat())
        connection.execute("INSERT INTO period VALUES (?, ?, ?, ?)", (begins, ends, *days))
        connection.execute("CREATE TEMP TABLE weight(merit TEXT, points INTEGER)")
        weights = [(str(merit), points) for merit, points in report.formula.weights.items()]
        connection.executemany("INSERT INTO weight VALUES (?, ?)", weights)
        connection.executescript(SCRIPT.read_text(encoding="utf-8"))
        rows = connection.execute("SELECT section, row, figure, value FROM recomputed").fetchall()
    connection.close()
    return {(section, row, figure): value for section, row, figure, value in rows}


def disagreements(report: Report, database: Path) -> list[str]:
    """Compare every figure; what stands on one side only is a disagreement too."""
    ours, theirs = told(report), recomputed(database, report)
    wrong = []
    for key in sorted({*ours, *theirs}):
        if key not in ours or key not in theirs:
            wrong.append(f"{key}: only {'recomputed' if key in theirs else 'in the report'}")
        elif not _is_same(ours[key], theirs[key]):
            wrong.append(f"{key}: the report has {ours[key]}, recomputed it is {theirs[key]}")
    return wrong


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def figures_of(report: Report) -> Iterator[Figure]:
    """Give all figures."""
    yield from report.headline
    for section in report.sections:
        for row in section.rows:
            yield from row.figures


def wrong_drills(read: Begin, report_id: str, report: Report) -> list[str]:
    """Name the counts of a frozen report that have not exactly as many rows behind them."""
    wrong = []
    with read() as work:
        for figure in figures_of(report):
            if figure.unit is FigureUnit.COUNT:
                page = work.reports.rows(report_id, figure.drill, None, 1)
                if page.total != figure.value:
                    wrong.append(f"{figure.drill.text}: {figure.value} told, {page.total} rows")
    return wrong


def check(data: Path, plan: Plan) -> int:
    """Make and freeze the year's report; print what it took and what disagrees. Gives the exit code."""
    with running_services(Settings(data_dir=data)) as services:
        reports = services.reporting.reports
        definition = ReportDefinition(ReportPeriod.custom(plan.first, plan.last))
        report = _timed(reports, definition)
        rate = report.figure(FigureKey.COMPLETION_RATE)
        assert rate.value is not None
        closed, to_close = rate.of or (0, 0)
        print(f"completion rate: {closed:,} / {to_close:,} = {rate.value:.1%}")
        wrong = disagreements(report, services.settings.data_dir / "lilong.sqlite3")
        count = sum(1 for _ in figures_of(report))
        print(f"{count:,} figures recomputed by plain SQL: {len(wrong)} disagree")
        frozen = reports.freeze(definition, READER)
        wrong += wrong_drills(services.read, frozen.report_id, frozen.report)
        print(f"frozen: sha256 {frozen.sha256}, {len(frozen.content):,} bytes; each count has its rows")
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


def _timed(reports: Reports, definition: ReportDefinition) -> Report:
    began, used = time.perf_counter(), _processor_s()
    stages: list[tuple[str, float]] = []

    def note(stage: ReportStage) -> None:
        stages.append((str(stage), time.perf_counter() - began))

    report = reports.draft(definition, READER, note)
    took, used = time.perf_counter() - began, _processor_s() - used
    print(f"the year's report: {took:.2f} s on the wall, {used:.2f} s of processor")
    print("  " + json.dumps({stage: round(at, 2) for stage, at in stages}))
    return report


def _processor_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
