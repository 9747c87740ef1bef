"""What reports need from outside: the ledger that the database makes, and what is kept for good."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from map_server.domain.account import Role
from map_server.domain.reach import Reach
from map_server.domain.report import (
    FrozenReport,
    Names,
    ReportDefinition,
    ReportRow,
    ReportStage,
    RowPage,
)
from map_server.domain.report_appeal import Appeal
from map_server.domain.report_figures import Dimension, Drill
from map_server.domain.report_period import ReportKind
from map_server.domain.report_score import ScoreFormula
from map_server.domain.report_totals import Totals

Progress = Callable[[ReportStage], None]
"""Told before each stage of a long report; raises ReportCancelled to call it off."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: `name` as in the audit log; reports about areas beyond `reach` are not theirs to see."""

    name: str
    role: Role
    reach: Reach
    unit_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A frozen report as it stands in the list."""

    report_id: str
    definition: ReportDefinition
    sha256: str
    frozen_at: datetime
    frozen_by: str
    as_of_seq: int
    formula_version: int


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which frozen reports are wanted: of a kind, and whose days touch a span."""

    kind: ReportKind | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LastWord:
    """The newest entry of the audit log about a subject."""

    seq: int
    at: datetime
    action: str


class ReportLedger(Protocol):
    """The rows of one report, made by the database inside one unit of work. `build` comes first."""

    def build(self, definition: ReportDefinition, progress: Progress) -> None:
        """Make the ledger of a period; an earlier one of this unit of work is forgotten."""

    def totals(self) -> Mapping[Dimension | None, Mapping[str, Totals]]:
        """Sum it up: by class, by unit, by compound, and under None, with the key "", all of it."""

    def compounds(self, scope: Reach) -> Mapping[str, Names]:
        """Give the compounds of a scope, those with nothing in the ledger too."""

    def page(self, drill: Drill, after: int | None, limit: int) -> RowPage:
        """Give rows behind a figure."""

    def set_aside(self, charged: Iterable[tuple[str, str]]) -> None:
        """Take out what units were charged with: pairs of order and unit."""

    def differences(self, report_id: str) -> Sequence[tuple[ReportRow | None, ReportRow | None]]:
        """Compare with the rows kept with a frozen report, by subject and number: what was, what is."""

    def keep(self, report_id: str) -> str:
        """Keep the rows for a report that is about to be frozen; give the hash that binds them."""

    def last_words(self, subjects: Iterable[tuple[str, str]], after_seq: int) -> Mapping[str, LastWord]:
        """Give the newest entries about subjects (kind, id) since an entry, by subject id."""


class FrozenReportRepository(Protocol):
    """Reports that never change again."""

    def add(self, report: FrozenReport) -> None:
        """Store one, whose rows are kept already."""

    def get(self, report_id: str) -> FrozenReport:
        """Give one. Raises NotFound."""

    def definition(self, report_id: str) -> ReportDefinition:
        """Tell what a report is about, without reading it. Raises NotFound."""

    def page(
        self, wanted: ReportFilter, reach: Reach, before: str | None, limit: int
    ) -> Sequence[ReportSummary]:
        """Give reports about areas within a reach, the last frozen first; `before` goes on after an id."""

    def frozen_id(self, definition: ReportDefinition) -> str | None:
        """Give the report that was frozen for these days and areas."""

    def rows(self, report_id: str, drill: Drill, after: int | None, limit: int) -> RowPage:
        """Give the rows behind a figure."""

    def charged(self, report_id: str, work_order_id: str, unit_id: str) -> ReportRow | None:
        """Give the row that charges a unit with a work order."""

    def rows_sha256(self, report_id: str) -> str:
        """Hash the rows as they lie."""


class ScoreFormulaRepository(Protocol):
    """Versions of the score's formula; none is ever changed."""

    def newest(self) -> ScoreFormula | None:
        """Give the one that holds; None before anybody set one."""

    def all(self) -> Sequence[ScoreFormula]:
        """Give all, the newest first."""

    def add(self, formula: ScoreFormula) -> None:
        """Store a new version."""


class AppealRepository(Protocol):
    """Appeals against rows of frozen reports."""

    def get(self, appeal_id: str) -> Appeal:
        """Give one. Raises NotFound."""

    def of_report(self, report_id: str) -> Sequence[Appeal]:
        """Give those of a report, oldest first."""

    def open(self, limit: int) -> Sequence[Appeal]:
        """Give those that wait for a decision, oldest first."""

    def add(self, appeal: Appeal) -> None:
        """Store a new one. Raises Conflict when this order's row was objected to before."""

    def put(self, appeal: Appeal) -> None:
        """Store a decision."""
