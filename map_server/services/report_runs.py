"""Makes reports outside of requests, one after the other, with their progress; they can be called off."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

import structlog

from map_server.domain.errors import Conflict, DomainError, NotFound
from map_server.domain.report import Report, ReportCancelled, ReportDefinition, ReportStage
from map_server.services.patrol_ports import Background
from map_server.services.ports import Clock, IdFactory
from map_server.services.report_ports import Reader
from map_server.services.reports import Reports, expect_supervisor

MOST_KEPT = 40
"""Runs that are remembered; the oldest ended ones are forgotten first."""
_STAGES = list(ReportStage)

_log = structlog.get_logger()


class RunState(StrEnum):
    """How a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({RunState.DONE, RunState.CANCELLED, RunState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun:
    """One report being made. A finished draft is `draft`; a frozen report is named by `report_id`.

    `problem` says why it failed.
    """

    run_id: str
    definition: ReportDefinition
    is_freezing: bool
    asked_by: str
    asked_at: datetime
    state: RunState = RunState.WAITING
    stage: ReportStage | None = None
    report_id: str | None = None
    draft: Report | None = field(default=None, repr=False)
    problem: str = ""

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        if self.state is RunState.DONE:
            return 1.0
        return 0.0 if self.stage is None else _STAGES.index(self.stage) / len(_STAGES)


class ReportRuns:
    """Remembers runs in this process alone; what was frozen is in the database."""

    def __init__(self, reports: Reports, clock: Clock, new_id: IdFactory, background: Background) -> None:
        self._reports = reports
        self._clock = clock
        self._new_id = new_id
        self._background = background
        self._runs: dict[str, ReportRun] = {}
        self._called_off: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, definition: ReportDefinition, is_freezing: bool, reader: Reader) -> ReportRun:
        """Ask for a report. Raises Forbidden; Conflict where it can't be frozen."""
        now = self._clock.now()
        if is_freezing:
            expect_supervisor(reader)
            definition.period.expect_over(now)
            if self._reports.frozen_of(definition) is not None:
                raise Conflict("This period is frozen already; what came later is in its corrections.")
        run = ReportRun(
            run_id=self._new_id(),
            definition=definition,
            is_freezing=is_freezing,
            asked_by=reader.name,
            asked_at=now,
        )
        self._keep(run)
        self._background(lambda: self._make(run.run_id, reader))
        return run

    def show(self, run_id: str, reader: Reader) -> ReportRun:
        """Give a run of the reader's own. Raises NotFound."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.asked_by != reader.name:
            raise NotFound(
                "There is no such run; the server may have been restarted. Ask for the report again."
            )
        return run

    def draft(self, run_id: str, reader: Reader) -> Report | None:
        """Give the draft that a run of the reader's own made; None where there is none (any more)."""
        with self._lock:
            run = self._runs.get(run_id)
        return run.draft if run is not None and run.asked_by == reader.name else None

    def cancel(self, run_id: str, reader: Reader) -> ReportRun:
        """Call a run off; it ends before its next stage. Raises NotFound; Conflict when it ended before."""
        run = self.show(run_id, reader)
        if run.state in ENDED:
            raise Conflict("This report is finished; there is nothing to call off.")
        with self._lock:
            self._called_off.add(run_id)
        return run

    def under_way(self, reader: Reader) -> Sequence[ReportRun]:
        """Give the reader's runs that have not ended, oldest first."""
        with self._lock:
            return [
                run for run in self._runs.values() if run.asked_by == reader.name and run.state not in ENDED
            ]

    def stop_all(self) -> None:
        """Call everything off, because the program ends."""
        with self._lock:
            self._called_off.update(self._runs)

    def _make(self, run_id: str, reader: Reader) -> None:
        run = self._change(run_id, state=RunState.RUNNING)

        def progress(stage: ReportStage) -> None:
            if run_id in self._called_off:
                raise ReportCancelled("called off")
            self._change(run_id, stage=stage)

        try:
            if run.is_freezing:
                frozen = self._reports.freeze(run.definition, reader, progress)
                self._change(run_id, state=RunState.DONE, report_id=frozen.report_id)
            else:
                draft = self._reports.draft(run.definition, reader, progress)
                self._change(run_id, state=RunState.DONE, draft=draft)
        except ReportCancelled:
            self._change(run_id, state=RunState.CANCELLED)
        except DomainError as error:
            self._change(run_id, state=RunState.FAILED, problem=error.message)
        except Exception as error:  # the background must live on; people see that it failed
            _log.error("report failed", run_id=run_id, exc_info=error)
            self._change(run_id, state=RunState.FAILED, problem=type(error).__name__)
        finally:
            with self._lock:
                self._called_off.discard(run_id)

    def _change(self, run_id: str, **changes: object) -> ReportRun:
        with self._lock:
            changed = replace(self._runs[run_id], **changes)  # type: ignore[arg-type]
            self._runs[run_id] = changed
        return changed

    def _keep(self, run: ReportRun) -> None:
        with self._lock:
            self._runs[run.run_id] = run
            ended = [each.run_id for each in self._runs.values() if each.state in ENDED]
            for run_id in ended[: max(len(self._runs) - MOST_KEPT, 0)]:
                del self._runs[run_id]
