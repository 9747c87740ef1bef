"""Frozen reports, versions of the score's formula, and appeals, as rows."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from map_server.adapters.db.repositories.report_ledger import row_of, row_page, rows_sha256
from map_server.adapters.db.tables.reports import (
    ROW_COLUMNS,
    report_appeals,
    report_rows,
    reports,
    score_formulas,
)
from map_server.domain.errors import NotFound
from map_server.domain.reach import Reach, reach_from
from map_server.domain.report import FrozenReport, ReportDefinition, ReportRow, RowPage
from map_server.domain.report_appeal import Appeal, Decision
from map_server.domain.report_figures import Drill, RowSubject
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.report_reading import report_from
from map_server.domain.report_score import Merit, ScoreFormula
from map_server.services.report_ports import ReportFilter, ReportSummary

_r = reports.c
_DEFINED = (_r.kind, _r.first_day, _r.last_day, _r.scope)
_LISTED = (
    *(_r.report_id, *_DEFINED),
    *(_r.sha256, _r.frozen_at, _r.frozen_by, _r.as_of_seq, _r.formula_version),
)


class SqlFrozenReports:
    """See services.report_ports.FrozenReportRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, report: FrozenReport) -> None:
        """Store one, whose rows are kept already."""
        made = report.report
        period = made.definition.period
        self._connection.execute(
            insert(reports).values(
                report_id=report.report_id,
                kind=str(period.kind),
                first_day=period.first,
                last_day=period.last,
                scope=made.definition.scope.facts(),
                formula_version=made.formula.version,
                as_of_seq=made.as_of_seq,
                content=report.content,
                sha256=report.sha256,
                rows_sha256=report.rows_sha256,
                frozen_at=report.frozen_at,
                frozen_by=report.frozen_by,
            )
        )

    def get(self, report_id: str) -> FrozenReport:
        """Give one. Raises NotFound."""
        row = self._connection.execute(select(reports).where(_r.report_id == report_id)).first()
        if row is None:
            raise NotFound(f"there is no report {report_id}")
        return FrozenReport(
            report_id=row.report_id,
            report=report_from(row.content),
            content=row.content,
            sha256=row.sha256,
            rows_sha256=row.rows_sha256,
            frozen_at=row.frozen_at,
            frozen_by=row.frozen_by,
        )

    def definition(self, report_id: str) -> ReportDefinition:
        """Tell what a report is about, without reading it. Raises NotFound."""
        row = self._connection.execute(select(*_DEFINED).where(_r.report_id == report_id)).first()
        if row is None:
            raise NotFound(f"there is no report {report_id}")
        return _definition_of(row)

    def page(
        self, wanted: ReportFilter, reach: Reach, before: str | None, limit: int
    ) -> Sequence[ReportSummary]:
        """Give reports about areas within a reach, the last frozen first."""
        statement = select(*_LISTED).where(*self._conditions(wanted, reach))
        if before is not None:  # ids grow with time
            statement = statement.where(_r.report_id < before)
        found = self._connection.execute(statement.order_by(_r.report_id.desc()).limit(limit))
        return [
            ReportSummary(
                report_id=row.report_id,
                definition=_definition_of(row),
                sha256=row.sha256,
                frozen_at=row.frozen_at,
                frozen_by=row.frozen_by,
                as_of_seq=row.as_of_seq,
                formula_version=row.formula_version,
            )
            for row in found
        ]

    def _conditions(self, wanted: ReportFilter, reach: Reach) -> list[ColumnElement[bool]]:
        conditions = []
        if wanted.kind is not None:
            conditions.append(_r.kind == str(wanted.kind))
        if wanted.since is not None:
            conditions.append(_r.last_day >= wanted.since)
        if wanted.until is not None:
            conditions.append(_r.first_day <= wanted.until)
        if not reach.is_whole_ward:  # there are few different scopes
            scopes = self._connection.scalars(select(_r.scope).distinct())
            own = [scope for scope in scopes if reach.holds(reach_from(scope))]
            conditions.append(_r.scope.in_(own))
        return conditions

    def frozen_id(self, definition: ReportDefinition) -> str | None:
        """Give the report that was frozen for these days and areas."""
        period = definition.period
        return self._connection.scalar(
            select(_r.report_id).where(
                _r.kind == str(period.kind),
                _r.first_day == period.first,
                _r.last_day == period.last,
                _r.scope == definition.scope.facts(),
            )
        )

    def rows(self, report_id: str, drill: Drill, after: int | None, limit: int) -> RowPage:
        """Give the rows behind a figure."""
        of_report = [report_rows.c.report_id == report_id]
        return row_page(self._connection, report_rows, of_report, drill, after, limit)

    def charged(self, report_id: str, work_order_id: str, unit_id: str) -> ReportRow | None:
        """Give the row that charges a unit with a work order."""
        about = report_rows.c
        statement = select(*(about[name] for name in ROW_COLUMNS)).where(
            about.report_id == report_id,
            about.subject == str(RowSubject.WORK_ORDER),
            about.subject_id == work_order_id,
            about.unit_id == unit_id,
        )
        row = self._connection.execute(statement).first()
        return row_of(row) if row else None

    def rows_sha256(self, report_id: str) -> str:
        """Hash the rows as they lie."""
        return rows_sha256(self._connection, report_id)


def _definition_of(row: Any) -> ReportDefinition:
    period = ReportPeriod(ReportKind(row.kind), row.first_day, row.last_day)
    return ReportDefinition(period, reach_from(row.scope))


class SqlScoreFormulas:
    """See services.report_ports.ScoreFormulaRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> ScoreFormula | None:
        """Give the one that holds."""
        return next(iter(self.all()), None)

    def all(self) -> Sequence[ScoreFormula]:
        """Give all, the newest first."""
        statement = select(score_formulas).order_by(score_formulas.c.version.desc())
        return [
            ScoreFormula(
                row.version,
                {Merit(merit): points for merit, points in row.weights.items()},
                row.set_by,
                row.set_at,
                row.reason,
            )
            for row in self._connection.execute(statement)
        ]

    def add(self, formula: ScoreFormula) -> None:
        """Store a new version."""
        row = {name: getattr(formula, name) for name in ("version", "set_by", "set_at", "reason")}
        weights = {str(merit): points for merit, points in formula.weights.items()}
        self._connection.execute(insert(score_formulas).values(**row, weights=weights))


_APPEAL = tuple(field.name for field in fields(Appeal))


class SqlAppeals:
    """See services.report_ports.AppealRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, appeal_id: str) -> Appeal:
        """Give one. Raises NotFound."""
        found = self._read(select(report_appeals).where(report_appeals.c.appeal_id == appeal_id))
        if not found:
            raise NotFound(f"there is no appeal {appeal_id}")
        return found[0]

    def of_report(self, report_id: str) -> Sequence[Appeal]:
        """Give those of a report, oldest first."""
        return self._read(select(report_appeals).where(report_appeals.c.report_id == report_id))

    def open(self, limit: int) -> Sequence[Appeal]:
        """Give those that wait for a decision, oldest first."""
        waiting = select(report_appeals).where(report_appeals.c.decided_at.is_(None))
        return self._read(waiting.limit(limit))

    def add(self, appeal: Appeal) -> None:
        """Store a new one."""
        self._connection.execute(insert(report_appeals).values(_appeal_row(appeal)))

    def put(self, appeal: Appeal) -> None:
        """Store a decision."""
        statement = update(report_appeals).where(report_appeals.c.appeal_id == appeal.appeal_id)
        self._connection.execute(statement.values(_appeal_row(appeal)))

    def _read(self, statement: Select[Any]) -> list[Appeal]:
        ordered = statement.order_by(report_appeals.c.raised_at, report_appeals.c.appeal_id)
        return [_appeal_of(row) for row in self._connection.execute(ordered).mappings()]


def _appeal_row(appeal: Appeal) -> dict[str, Any]:
    row = {name: getattr(appeal, name) for name in _APPEAL}
    return row | {"decision": None if appeal.decision is None else str(appeal.decision)}


def _appeal_of(row: Any) -> Appeal:
    decision = None if row["decision"] is None else Decision(row["decision"])
    return Appeal(**{**{name: row[name] for name in _APPEAL}, "decision": decision})
