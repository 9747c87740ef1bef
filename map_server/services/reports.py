"""Reports as people ask for them: draft, freeze, read with the rows behind, see what came later."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from map_server.domain.account import Role
from map_server.domain.errors import Conflict, Forbidden, NotFound
from map_server.domain.report import (
    FrozenReport,
    Names,
    Report,
    ReportDefinition,
    ReportStage,
    RowPage,
    frozen,
)
from map_server.domain.report_appeal import Appeal, Decision
from map_server.domain.report_assembly import Sums, assembled, headline
from map_server.domain.report_corrections import APPEAL_ACCEPTED, Correction, CorrectionList
from map_server.domain.report_figures import Dimension, Drill
from map_server.domain.report_score import FIRST_FORMULA
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.report_ports import LastWord, Progress, Reader, ReportFilter, ReportSummary

MOST_ROWS = 500
"""Of one page of the rows behind a figure."""


def no_progress(_: ReportStage) -> None:
    """Tell nobody, and never cancel."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a frozen report is what was frozen: its bytes, and the rows behind it."""

    is_content_whole: bool
    are_rows_whole: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed."""
        return self.is_content_whole and self.are_rows_whole


class Reports:
    """Everything is cut to the areas of who asks. `unit_names` tells what the units are called now."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        new_id: IdFactory,
        unit_names: Callable[[], Mapping[str, Names]],
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._unit_names = unit_names

    def draft(self, definition: ReportDefinition, reader: Reader, progress: Progress = no_progress) -> Report:
        """Compute a report; nothing is kept. Raises Forbidden, ReportCancelled."""
        _expect_within(definition, reader)
        with self._read() as work:
            work.report_ledger.build(definition, progress)
            return self._assembled(work, definition, progress)

    def draft_rows(
        self,
        definition: ReportDefinition,
        drill: Drill,
        reader: Reader,
        after: int | None = None,
        limit: int = 100,
    ) -> RowPage:
        """Give the rows behind a figure of a draft; the ledger is made anew for it."""
        _expect_within(definition, reader)
        with self._read() as work:
            work.report_ledger.build(definition, no_progress)
            return work.report_ledger.page(drill, after, min(limit, MOST_ROWS))

    def freeze(
        self, definition: ReportDefinition, reader: Reader, progress: Progress = no_progress
    ) -> FrozenReport:
        """Freeze the report of a period that is over, with its rows; from then on it never changes.

        Raises Conflict while the period runs, and when these days and areas were frozen before; Forbidden,
        ReportCancelled.
        """
        expect_supervisor(reader)
        _expect_within(definition, reader)
        now = self._clock.now()
        definition.period.expect_over(now)
        with self._begin() as work:
            if work.reports.frozen_id(definition) is not None:
                raise Conflict("This period is frozen already; what came later is in its corrections.")
            work.report_ledger.build(definition, progress)
            report = self._assembled(work, definition, progress)
            progress(ReportStage.WRITING)
            report_id = self._new_id()
            kept = frozen(report, report_id, work.report_ledger.keep(report_id), reader.name, now)
            work.reports.add(kept)
            work.note(
                "report_frozen",
                "report",
                report_id,
                reader.name,
                after={
                    **definition.facts(),
                    "sha256": kept.sha256,
                    "rows_sha256": kept.rows_sha256,
                    "as_of_seq": report.as_of_seq,
                    "formula_version": report.formula.version,
                },
            )
            work.commit()
        return kept

    def _assembled(self, work: UnitOfWork, definition: ReportDefinition, progress: Progress) -> Report:
        progress(ReportStage.FIGURES)
        totals = work.report_ledger.totals()
        sums = Sums(
            whole=totals[None][""],
            by_class=totals[Dimension.CLASS],
            by_unit=totals[Dimension.UNIT],
            by_compound=totals[Dimension.COMPOUND],
            units=self._unit_names(),
            compounds=work.report_ledger.compounds(definition.scope),
        )
        formula = work.score_formulas.newest() or FIRST_FORMULA
        return assembled(definition, formula, work.audit_log.head().seq, sums)

    def page(
        self, wanted: ReportFilter, reader: Reader, before: str | None = None, limit: int = 50
    ) -> Sequence[ReportSummary]:
        """Give frozen reports about the reader's areas, the last frozen first."""
        with self._read() as work:
            return work.reports.page(wanted, reader.reach, before, limit)

    def get(self, report_id: str, reader: Reader) -> FrozenReport:
        """Give a frozen report. Raises NotFound, for one about other areas too."""
        with self._read() as work:
            return readable(work, report_id, reader)

    def frozen_of(self, definition: ReportDefinition) -> str | None:
        """Give the id of the report that was frozen for these days and areas."""
        with self._read() as work:
            return work.reports.frozen_id(definition)

    def rows(
        self, report_id: str, drill: Drill, reader: Reader, after: int | None = None, limit: int = 100
    ) -> RowPage:
        """Give the rows behind a figure of a frozen report, as they were frozen."""
        with self._read() as work:
            expect_readable(work, report_id, reader)
            return work.reports.rows(report_id, drill, after, min(limit, MOST_ROWS))

    def verify(self, report_id: str, reader: Reader) -> Verification:
        """Check a frozen report and its rows against their hashes."""
        with self._read() as work:
            report = readable(work, report_id, reader)
            digest = hashlib.sha256(report.content.encode()).hexdigest()
            return Verification(
                is_content_whole=digest == report.sha256,
                are_rows_whole=work.reports.rows_sha256(report_id) == report.rows_sha256,
            )

    def corrections(self, report_id: str, reader: Reader, progress: Progress = no_progress) -> CorrectionList:
        """Compare a frozen report with what its days give now. Raises NotFound, ReportCancelled."""
        with self._read() as work:
            report = readable(work, report_id, reader).report
            ledger = work.report_ledger
            ledger.build(report.definition, progress)
            progress(ReportStage.COMPARING)
            accepted = {
                (appeal.work_order_id, appeal.unit_id): appeal
                for appeal in work.report_appeals.of_report(report_id)
                if appeal.decision is Decision.ACCEPTED
            }
            ledger.set_aside(accepted)
            pairs = ledger.differences(report_id)
            subjects = [(str(row.subject), row.subject_id) for pair in pairs for row in pair if row]
            words = ledger.last_words(subjects, report.as_of_seq)
            unexplained = [Correction(was=was, now=now) for was, now in pairs]
            return CorrectionList(
                report_id=report_id,
                as_of_seq=work.audit_log.head().seq,
                items=tuple(_explained(each, accepted, words) for each in unexplained),
                headline_now=headline(ledger.totals()[None][""]),
            )


def _explained(
    correction: Correction,
    accepted: Mapping[tuple[str, str], Appeal],
    words: Mapping[str, LastWord],
) -> Correction:
    """Tell when and how it became known: by an accepted appeal, else by the record."""
    row = correction.row
    appeal = accepted.get((row.subject_id, row.unit_id))
    if appeal is not None:
        return replace(
            correction, known_at=appeal.decided_at, because=APPEAL_ACCEPTED, appeal_id=appeal.appeal_id
        )
    word = words.get(row.subject_id)
    if word is None:
        return correction
    return replace(correction, known_at=word.at, because=word.action, seq=word.seq)


def readable(work: UnitOfWork, report_id: str, reader: Reader) -> FrozenReport:
    """Give a frozen report to somebody who may see it. Raises NotFound, for one about other areas too."""
    expect_readable(work, report_id, reader)
    return work.reports.get(report_id)


def expect_readable(work: UnitOfWork, report_id: str, reader: Reader) -> None:
    """Raise NotFound for a report that is not there, or that is about areas which are not the reader's."""
    if not reader.reach.holds(work.reports.definition(report_id).scope):
        raise NotFound(f"there is no report {report_id}")


def _expect_within(definition: ReportDefinition, reader: Reader) -> None:
    if not reader.reach.holds(definition.scope):
        raise Forbidden("This report covers areas that are not yours.")


def expect_supervisor(reader: Reader) -> None:
    """Raise Forbidden for those who may not decide."""
    if not reader.role.covers(Role.SUPERVISOR):
        raise Forbidden("Only a supervisor may do this.")
