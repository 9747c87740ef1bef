"""Puts reports together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from map_server.adapters.background import BackgroundThread
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.bootstrap.system import new_id
from map_server.domain.report import Names
from map_server.entrypoints.services import ReportServices
from map_server.services.ports import Clock
from map_server.services.report_runs import ReportRuns
from map_server.services.report_schedule import ReportSchedule, ScheduleParams
from map_server.services.report_scoring import ReportAppeals, ScoreFormulas
from map_server.services.reports import Reports
from map_server.services.responsibility_ports import OwnerLookup


@contextmanager
def running_reports(begin: SqlUnitsOfWork, clock: Clock, owners: OwnerLookup) -> Iterator[ReportServices]:
    """Put together what the doors call for reports; long ones are made in a thread until the block ends."""

    def unit_names() -> Mapping[str, Names]:
        return {unit.unit_id: Names(unit.name_zh, unit.name_en) for unit in owners.units()}

    read = begin.reading
    reports = Reports(begin, read, clock, new_id, unit_names)
    background = BackgroundThread("reports")
    runs = ReportRuns(reports, clock, new_id, background)
    try:
        yield ReportServices(
            reports=reports,
            formulas=ScoreFormulas(begin, read, clock),
            appeals=ReportAppeals(begin, read, clock, new_id),
            runs=runs,
            schedule=ReportSchedule(reports, read, clock, ScheduleParams()),
        )
    finally:
        runs.stop_all()
        background.close()
