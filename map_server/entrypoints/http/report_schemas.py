"""What the routes of reports take and give."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Path, Query
from pydantic import BaseModel, Field

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import FieldError, InvalidInput, NotFound
from map_server.domain.reach import Reach
from map_server.domain.report import FrozenReport, ReportDefinition, ReportRow, ReportStage, RowPage
from map_server.domain.report_appeal import MAX_TEXT, Appeal, Decision
from map_server.domain.report_corrections import Correction, CorrectionList
from map_server.domain.report_figures import Drill, RowSubject
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.report_score import Merit, ScoreFormula
from map_server.presentation.report_view import drill_from
from map_server.services.report_ports import ReportSummary
from map_server.services.report_runs import ReportRun, RunState


class PeriodQuery(BaseModel):
    """Which days: a daily, weekly or monthly report is named by any of its days, a custom one by two."""

    kind: ReportKind
    first: date
    last: date | None = None

    @property
    def period(self) -> ReportPeriod:
        """The period. Raises InvalidInput."""
        if self.kind is ReportKind.CUSTOM:
            if self.last is None:
                message = "A custom period has two dates."
                raise InvalidInput(message, (FieldError("last", message),))
            return ReportPeriod.custom(self.first, self.last)
        return ReportPeriod.holding(self.kind, self.first)


class ReportRequest(PeriodQuery):
    """What is to be made. A draft is shown once; frozen, it never changes again."""

    freeze: bool = False


class RunOut(BaseModel):
    """A report being made, or made."""

    run_id: str
    kind: ReportKind
    first: date
    last: date
    freeze: bool
    state: RunState
    stage: ReportStage | None
    share: float = Field(ge=0, le=1)
    report_id: str | None = Field(description="The frozen report, when it is done")
    problem: str

    @classmethod
    def of(cls, run: ReportRun) -> Self:
        """Write a run."""
        period = run.definition.period
        return cls(
            run_id=run.run_id,
            kind=period.kind,
            first=period.first,
            last=period.last,
            freeze=run.is_freezing,
            state=run.state,
            stage=run.stage,
            share=run.share,
            report_id=run.report_id,
            problem=run.problem,
        )


class ReportListed(BaseModel):
    """A frozen report in the list."""

    report_id: str
    kind: ReportKind
    first: date
    last: date
    scope: dict[str, object] = Field(description="The areas that it covers")
    sha256: str
    frozen_at: datetime
    frozen_by: str
    as_of_seq: int
    formula_version: int

    @classmethod
    def of(cls, summary: ReportSummary) -> Self:
        """Write a line of the list."""
        period = summary.definition.period
        return cls(
            report_id=summary.report_id,
            kind=period.kind,
            first=period.first,
            last=period.last,
            scope=dict(summary.definition.scope.facts()),
            sha256=summary.sha256,
            frozen_at=summary.frozen_at,
            frozen_by=summary.frozen_by,
            as_of_seq=summary.as_of_seq,
            formula_version=summary.formula_version,
        )


class ReportPage(BaseModel):
    """Frozen reports, the last frozen first; `next_before` goes on."""

    reports: list[ReportListed]
    next_before: str | None


class FrozenOut(BaseModel):
    """A frozen report. `sha256` is of `content` as canonical JSON (sorted keys, no spaces, UTF-8)."""

    report_id: str
    sha256: str
    rows_sha256: str
    frozen_at: datetime
    frozen_by: str
    content: dict[str, object]

    @classmethod
    def of(cls, frozen: FrozenReport, content: JsonObject) -> Self:
        """Write a frozen report."""
        return cls(
            report_id=frozen.report_id,
            sha256=frozen.sha256,
            rows_sha256=frozen.rows_sha256,
            frozen_at=frozen.frozen_at,
            frozen_by=frozen.frozen_by,
            content=dict(content),
        )


class RowOut(BaseModel):
    """One row behind a figure; seconds are null where they do not apply."""

    subject: RowSubject
    id: str
    number: int | None
    kind: str
    unit_id: str
    compound_id: str
    marks: list[str]
    waiting_s: int | None
    travel_s: int | None
    work_s: int | None
    checking_s: int | None
    observed_s: float | None
    weight: float | None

    @classmethod
    def of(cls, row: ReportRow) -> Self:
        """Write a row."""
        return cls(
            subject=row.subject,
            id=row.subject_id,
            number=row.number,
            kind=row.kind,
            unit_id=row.unit_id,
            compound_id=row.compound_id,
            marks=list(row.mark_names),
            waiting_s=row.waiting_s,
            travel_s=row.travel_s,
            work_s=row.work_s,
            checking_s=row.checking_s,
            observed_s=row.observed_s,
            weight=row.weight,
        )


class RowsOut(BaseModel):
    """A piece of the rows; `next_after` goes on behind it."""

    rows: list[RowOut]
    total: int
    next_after: int | None

    @classmethod
    def of(cls, page: RowPage) -> Self:
        """Write a piece."""
        return cls(rows=[RowOut.of(row) for row in page.rows], total=page.total, next_after=page.after)


class CorrectionOut(BaseModel):
    """A row that would read otherwise now. `was` null: it was not there; `now` null: it no longer counts."""

    was: RowOut | None
    now: RowOut | None
    known_at: datetime | None
    because: str | None
    seq: int | None
    appeal_id: str | None

    @classmethod
    def of(cls, one: Correction) -> Self:
        """Write a correction."""
        return cls(
            was=RowOut.of(one.was) if one.was else None,
            now=RowOut.of(one.now) if one.now else None,
            known_at=one.known_at,
            because=one.because,
            seq=one.seq,
            appeal_id=one.appeal_id,
        )


class CorrectionsOut(BaseModel):
    """What became known since; the frozen report stays as it is."""

    as_of_seq: int
    corrections: list[CorrectionOut]

    @classmethod
    def of(cls, found: CorrectionList) -> Self:
        """Write the list."""
        return cls(as_of_seq=found.as_of_seq, corrections=[CorrectionOut.of(one) for one in found.items])


class VerificationOut(BaseModel):
    """Whether a frozen report is still what was frozen."""

    is_whole: bool
    is_content_whole: bool
    are_rows_whole: bool


class AppealRequest(BaseModel):
    """An objection to what a unit is charged with. A supervisor may write it down for a unit."""

    work_order_id: str = Field(max_length=64)
    reason: str = Field(max_length=MAX_TEXT)
    unit_id: str | None = Field(default=None, max_length=64)


class DecisionRequest(BaseModel):
    """What becomes of an appeal, and why."""

    decision: Decision
    reason: str = Field(max_length=MAX_TEXT)


class AppealOut(BaseModel):
    """An appeal. Its ETag goes with the decision."""

    appeal_id: str
    report_id: str
    work_order_id: str
    number: int
    unit_id: str
    reason: str
    raised_by: str
    raised_at: datetime
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    version: int

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """Write an appeal."""
        return cls.model_validate(appeal, from_attributes=True)


class FormulaRequest(BaseModel):
    """Points for each merit, together 100, and why they are changed."""

    weights: dict[Merit, int]
    reason: str = Field(max_length=MAX_TEXT)


class FormulaOut(BaseModel):
    """A version of the score's formula; none is ever changed."""

    version: int
    weights: dict[Merit, int]
    set_by: str
    set_at: datetime
    reason: str

    @classmethod
    def of(cls, formula: ScoreFormula) -> Self:
        """Write a version."""
        return cls(
            version=formula.version,
            weights=dict(formula.weights),
            set_by=formula.set_by,
            set_at=formula.set_at,
            reason=formula.reason,
        )


FigureName = Annotated[
    str, Path(max_length=200, description="Names rows: work_order.closed, incident.found@class:garbage_drop")
]


def named_drill(key: str) -> Drill:
    """Read the name of rows. Raises NotFound."""
    drill = drill_from(key)
    if drill is None:
        raise NotFound("There is no such figure.")
    return drill


PeriodDep = Annotated[PeriodQuery, Query()]


def definition_of(query: PeriodQuery, reach: Reach) -> ReportDefinition:
    """Say what is reported: the days, and the areas of who asks."""
    return ReportDefinition(query.period, reach)
