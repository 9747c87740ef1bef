"""How units are scored: versions of the formula, and appeals of units against what they are charged with."""

from collections.abc import Mapping, Sequence

from map_server.domain.errors import Forbidden, VersionConflict
from map_server.domain.report_appeal import Appeal, Decision, expect_appealable, spelled_reason
from map_server.domain.report_score import FIRST_FORMULA, Merit, ScoreFormula
from map_server.services.ports import Begin, Clock, IdFactory
from map_server.services.report_ports import Reader
from map_server.services.reports import expect_readable, expect_supervisor

MOST_OPEN = 200
"""Appeals shown at once to who decides."""


class ScoreFormulas:
    """The weights of the score. Frozen reports keep those that they were made with."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock

    def all(self) -> Sequence[ScoreFormula]:
        """Give all versions, the one that holds first."""
        with self._read() as work:
            return (*work.score_formulas.all(), FIRST_FORMULA)

    def set(self, weights: Mapping[Merit, int], reason: str, reader: Reader) -> ScoreFormula:
        """Let other weights hold from now on. Raises Forbidden, InvalidInput."""
        expect_supervisor(reader)
        if not reader.reach.is_whole_ward:
            raise Forbidden("The score holds for the whole ward; only its supervisors may change it.")
        with self._begin() as work:
            before = work.score_formulas.newest() or FIRST_FORMULA
            formula = ScoreFormula(
                before.version + 1, weights, reader.name, self._clock.now(), spelled_reason(reason)
            )
            work.score_formulas.add(formula)
            work.note(
                "score_formula_set",
                "score_formula",
                str(formula.version),
                reader.name,
                formula.reason,
                before=before.facts(),
                after=formula.facts(),
            )
            work.commit()
        return formula


class ReportAppeals:
    """Objections of units to rows of frozen reports. What is accepted stands in the corrections."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, new_id: IdFactory) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id

    def raise_one(
        self, report_id: str, work_order_id: str, reason: str, reader: Reader, unit_id: str | None = None
    ) -> Appeal:
        """Object to what a unit is charged with; a supervisor may write it down for a unit.

        Raises NotFound, Forbidden for another unit's row, InvalidInput for one that cost nothing, Conflict
        when this row was objected to before.
        """
        unit_id = unit_id or reader.unit_id or ""
        is_own = unit_id == reader.unit_id
        if not is_own:
            expect_supervisor(reader)
        with self._begin() as work:
            if not is_own:  # what their own unit is charged with is people's business wherever it lies
                expect_readable(work, report_id, reader)
            charged = expect_appealable(work.reports.charged(report_id, work_order_id, unit_id))
            appeal = Appeal(
                appeal_id=self._new_id(),
                report_id=report_id,
                work_order_id=work_order_id,
                number=charged.number or 0,
                unit_id=charged.unit_id,
                reason=spelled_reason(reason),
                raised_by=reader.name,
                raised_at=self._clock.now(),
            )
            work.report_appeals.add(appeal)
            work.note(
                "appeal_raised",
                "appeal",
                appeal.appeal_id,
                reader.name,
                appeal.reason,
                after={
                    "report_id": report_id,
                    "work_order_id": work_order_id,
                    "number": appeal.number,
                    "unit": appeal.unit_id,
                },
            )
            work.commit()
        return appeal

    def decide(
        self, appeal_id: str, decision: Decision, reason: str, reader: Reader, version: int | None = None
    ) -> Appeal:
        """Accept or refuse one. Raises NotFound, Forbidden, Conflict, VersionConflict, InvalidInput."""
        expect_supervisor(reader)
        with self._begin() as work:
            appeal = work.report_appeals.get(appeal_id)
            expect_readable(work, appeal.report_id, reader)
            if version is not None and version != appeal.version:
                raise VersionConflict("This appeal was changed meanwhile; look again.")
            decided = appeal.decided(decision, reader.name, self._clock.now(), reason)
            work.report_appeals.put(decided)
            work.note(
                f"appeal_{decision}",
                "appeal",
                appeal_id,
                reader.name,
                decided.decision_reason,
                after={
                    "report_id": appeal.report_id,
                    "work_order_id": appeal.work_order_id,
                    "number": appeal.number,
                    "unit": appeal.unit_id,
                },
            )
            work.commit()
        return decided

    def of_report(self, report_id: str, reader: Reader) -> Sequence[Appeal]:
        """Give the appeals against a report that the reader may see."""
        with self._read() as work:
            expect_readable(work, report_id, reader)
            return work.report_appeals.of_report(report_id)

    def open(self, reader: Reader) -> Sequence[Appeal]:
        """Give what waits for a decision in reports that the reader may see, oldest first."""
        with self._read() as work:
            waiting = work.report_appeals.open(MOST_OPEN)
            scopes = {
                report_id: work.reports.definition(report_id).scope
                for report_id in {appeal.report_id for appeal in waiting}
            }
        return [appeal for appeal in waiting if reader.reach.holds(scopes[appeal.report_id])]
