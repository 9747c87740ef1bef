"""A report (日反馈, 周汇总, 月通报): figures of a period, each with its rows, in one canonical form.

Event -> Incident -> WorkOrder -> *Report*. A draft is computed whenever it is asked for; frozen, it is bytes
under a hash and never changes. What becomes known later stands in a list of corrections beside it.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from map_server.domain.audit_log import JsonObject, canonical_json, instant
from map_server.domain.errors import DomainError
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.report_figures import Dimension, Figure, FigureKey, Mark, RowSubject
from map_server.domain.report_period import ReportPeriod
from map_server.domain.report_score import ScoreFormula

FORMAT_VERSION = 1
"""Of the canonical bytes; rises when their shape changes, so that old reports are read as they are."""


class ReportStage(StrEnum):
    """How far a long report is; it can be cancelled between two stages."""

    WORK_ORDERS = "work_orders"
    STEPS = "steps"
    INCIDENTS = "incidents"
    CAMERAS = "cameras"
    FIGURES = "figures"
    COMPARING = "comparing"
    WRITING = "writing"


class ReportCancelled(DomainError):
    """Somebody called a long report off; nothing was written. A progress callback raises it."""


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """What is reported: a period, and the areas that count."""

    period: ReportPeriod
    scope: Reach = WHOLE_WARD

    def facts(self) -> JsonObject:
        """Give what names it in the record and in the canonical bytes."""
        return {
            "kind": self.period.kind,
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "scope": self.scope.facts(),
        }


@dataclass(frozen=True, slots=True)
class Names:
    """What people call a class, unit or compound; empty where only its id is known."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One class, unit or compound: `key` is its id ("" for what has none), `rank` its place, 1 the best.

    Equal figures share a rank; None: not ranked, because nothing was observed or nothing was to be done.
    """

    key: str
    names: Names
    figures: tuple[Figure, ...]
    rank: int | None = None

    def figure(self, key: FigureKey) -> Figure:
        """Give one figure. Raises KeyError for one that this row does not have."""
        return _figure(self.figures, key)


@dataclass(frozen=True, slots=True)
class Section:
    """The figures by class, by unit (ranked by score) or by compound (ranked by finds per camera-hour).

    Rows stand in the order in which they are printed: by rank, then by key; the unranked last.
    """

    dimension: Dimension
    rows: tuple[SectionRow, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as computed. `as_of_seq` is the last entry of the audit log that it knows."""

    definition: ReportDefinition
    formula: ScoreFormula
    as_of_seq: int
    headline: tuple[Figure, ...]
    sections: tuple[Section, ...]

    def figure(self, key: FigureKey) -> Figure:
        """Give a headline figure. Raises KeyError."""
        return _figure(self.headline, key)

    def section(self, dimension: Dimension) -> Section:
        """Give a breakdown."""
        return next(section for section in self.sections if section.dimension is dimension)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row of a report's ledger. `subject_id` of a camera is `device/camera`; `number` is what people say.

    Seconds are None where they do not apply; `observed_s` is of cameras. `weight` is for how many detections
    an audited one stands.
    """

    subject: RowSubject
    subject_id: str
    marks: Mark
    kind: str = ""
    unit_id: str = ""
    compound_id: str = ""
    number: int | None = None
    waiting_s: int | None = None
    travel_s: int | None = None
    work_s: int | None = None
    checking_s: int | None = None
    observed_s: int | None = None
    weight: float | None = None

    @property
    def mark_names(self) -> tuple[str, ...]:
        """Name its marks, in their order."""
        return tuple(str(mark.name).lower() for mark in Mark if mark in self.marks)


@dataclass(frozen=True, slots=True)
class RowPage:
    """A piece of the rows behind a figure, by number. `after` goes on behind it; None: there are no more."""

    rows: tuple[ReportRow, ...]
    total: int
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenReport:
    """A report that never changes again. `content` are its canonical bytes, as text; `sha256` is of those.

    The bytes hold the figures, the formula, who froze it and when, how far the audit log was, and the hash
    of the ledger's rows.
    """

    report_id: str
    report: Report
    content: str = field(repr=False)
    sha256: str
    rows_sha256: str
    frozen_at: datetime
    frozen_by: str


def frozen(report: Report, report_id: str, rows_sha256: str, by: str, at: datetime) -> FrozenReport:
    """Freeze a report, whose ledger's rows have this hash."""
    facts = {
        **report_facts(report),
        "report_id": report_id,
        "rows_sha256": rows_sha256,
        "frozen_by": by,
        "frozen_at": instant(at),
    }
    content = canonical_json(facts)
    return FrozenReport(
        report_id=report_id,
        report=report,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        rows_sha256=rows_sha256,
        frozen_at=at,
        frozen_by=by,
    )


def report_facts(report: Report) -> JsonObject:
    """Give what a report says, for its canonical bytes and for machines."""
    return {
        "format": FORMAT_VERSION,
        **report.definition.facts(),
        "as_of_seq": report.as_of_seq,
        "formula": report.formula.facts(),
        "headline": _figures_facts(report.headline),
        "sections": [_section_facts(each) for each in report.sections],
    }


def _section_facts(section: Section) -> JsonObject:
    return {
        "by": section.dimension,
        "rows": [
            {
                "key": row.key,
                "name_zh": row.names.zh,
                "name_en": row.names.en,
                "rank": row.rank,
                "figures": _figures_facts(row.figures),
            }
            for row in section.rows
        ],
    }


def _figures_facts(figures: tuple[Figure, ...]) -> JsonObject:
    """Give figures by key: the value; of a share also part and whole. Unit and rows follow from the key."""
    return {
        str(figure.key): figure.value if figure.of is None else [figure.value, *figure.of]
        for figure in figures
    }


def _figure(figures: tuple[Figure, ...], key: FigureKey) -> Figure:
    for figure in figures:
        if figure.key is key:
            return figure
    raise KeyError(key)
