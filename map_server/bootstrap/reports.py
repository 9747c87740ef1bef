"""Puts reports together."""

from collections.abc import Mapping

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.bootstrap.system import new_id
from map_server.domain.report import Names
from map_server.entrypoints.services import ReportServices
from map_server.services.ports import Clock
from map_server.services.report_scoring import ReportAppeals, ScoreFormulas
from map_server.services.reports import Reports
from map_server.services.responsibility_ports import OwnerLookup


def report_services(begin: SqlUnitsOfWork, clock: Clock, owners: OwnerLookup) -> ReportServices:
    """Put together what the doors call for reports."""

    def unit_names() -> Mapping[str, Names]:
        return {unit.unit_id: Names(unit.name_zh, unit.name_en) for unit in owners.units()}

    read = begin.reading
    return ReportServices(
        reports=Reports(begin, read, clock, new_id, unit_names),
        formulas=ScoreFormulas(begin, read, clock),
        appeals=ReportAppeals(begin, read, clock, new_id),
    )
