"""Reports being made in the background: progress, calling off, failing, forgetting."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from itertools import count

import pytest

from map_server.domain.account import Role
from map_server.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from map_server.domain.reach import WHOLE_WARD
from map_server.domain.report import FrozenReport, Report, ReportDefinition, ReportStage
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.services.report_ports import Progress, Reader
from map_server.services.report_runs import MOST_KEPT, ReportRuns, RunState
from map_server.services.report_schedule import ScheduleParams
from tests.fakes.clock import FakeClock
from tests.hand_made_report import hand_made_frozen, hand_made_report

CHIEF = Reader("person:chief", Role.SUPERVISOR, WHOLE_WARD)
AUDITOR = Reader("person:auditor", Role.AUDITOR, WHOLE_WARD)
YESTERDAY = ReportDefinition(ReportPeriod.holding(ReportKind.DAILY, date(2026, 11, 22)))
TODAY = ReportDefinition(ReportPeriod.holding(ReportKind.DAILY, date(2026, 11, 23)))


class ByHand:
    """A `Background` whose work the test does when it likes."""

    def __init__(self) -> None:
        self.waiting: deque[Callable[[], None]] = deque()

    def __call__(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def go(self) -> None:
        while self.waiting:
            self.waiting.popleft()()


@dataclass
class SlowReports:
    """Goes through two stages; `meanwhile` happens between them."""

    meanwhile: Callable[[], None] = lambda: None
    frozen_id: str | None = None
    stages: list[ReportStage] = field(default_factory=list)

    def frozen_of(self, definition: ReportDefinition) -> str | None:
        return self.frozen_id

    def draft(self, definition: ReportDefinition, reader: Reader, progress: Progress) -> Report:
        progress(ReportStage.WORK_ORDERS)
        self.meanwhile()
        progress(ReportStage.FIGURES)
        return hand_made_report()

    def freeze(self, definition: ReportDefinition, reader: Reader, progress: Progress) -> FrozenReport:
        self.draft(definition, reader, progress)
        return hand_made_frozen()


def office(reports: SlowReports) -> tuple[ReportRuns, ByHand]:
    background, numbers = ByHand(), count(1)
    return ReportRuns(reports, FakeClock(), lambda: f"run-{next(numbers)}", background), background  # type: ignore[arg-type]


def test_progress_is_seen_from_waiting_to_done() -> None:
    seen = []
    reports = SlowReports()
    runs, background = office(reports)
    reports.meanwhile = lambda: seen.append(runs.show("run-1", CHIEF))
    assert runs.begin(TODAY, False, CHIEF).state is RunState.WAITING
    assert runs.under_way(CHIEF)[0].share == 0
    background.go()
    assert (seen[0].state, seen[0].stage) == (RunState.RUNNING, ReportStage.WORK_ORDERS)
    ended = runs.show("run-1", CHIEF)
    assert (ended.state, ended.share) == (RunState.DONE, 1.0)
    assert runs.draft("run-1", CHIEF) == hand_made_report()
    assert runs.under_way(CHIEF) == []


def test_run_called_off_ends_before_its_next_stage() -> None:
    reports = SlowReports()
    runs, background = office(reports)
    reports.meanwhile = lambda: runs.cancel("run-1", CHIEF) and None
    runs.begin(YESTERDAY, True, CHIEF)
    background.go()
    ended = runs.show("run-1", CHIEF)
    assert (ended.state, ended.report_id) == (RunState.CANCELLED, None)
    with pytest.raises(Conflict):
        runs.cancel("run-1", CHIEF)


def test_fault_is_told_and_the_next_run_is_made() -> None:
    def break_it() -> None:
        raise InvalidInput("the disk is full")

    reports = SlowReports(break_it)
    runs, background = office(reports)
    runs.begin(TODAY, False, CHIEF)
    background.go()
    assert (runs.show("run-1", CHIEF).state, runs.show("run-1", CHIEF).problem) == (
        RunState.FAILED,
        "the disk is full",
    )
    reports.meanwhile = lambda: None
    runs.begin(TODAY, False, CHIEF)
    background.go()
    assert runs.show("run-2", CHIEF).state is RunState.DONE


def test_what_cannot_be_frozen_is_refused_at_once() -> None:
    runs, background = office(SlowReports())
    with pytest.raises(Conflict):
        runs.begin(TODAY, True, CHIEF)  # it still runs
    with pytest.raises(Forbidden):
        runs.begin(YESTERDAY, True, AUDITOR)
    again, _ = office(SlowReports(frozen_id="there"))
    with pytest.raises(Conflict):
        again.begin(YESTERDAY, True, CHIEF)
    assert not background.waiting


def test_run_is_the_business_of_who_asked() -> None:
    runs, background = office(SlowReports())
    runs.begin(TODAY, False, CHIEF)
    background.go()
    with pytest.raises(NotFound):
        runs.show("run-1", AUDITOR)
    assert runs.draft("run-1", AUDITOR) is None


def test_ended_runs_are_forgotten_in_the_end() -> None:
    runs, background = office(SlowReports())
    for _ in range(MOST_KEPT + 5):
        runs.begin(TODAY, False, CHIEF)
        background.go()
    with pytest.raises(NotFound):
        runs.show("run-1", CHIEF)
    assert runs.show(f"run-{MOST_KEPT + 5}", CHIEF).state is RunState.DONE


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"most_caught_up": 0}, "most_caught_up"),
        ({"most_caught_up": 401}, "most_caught_up"),
        ({"not_before": time.fromisoformat("06:00+08:00")}, "not_before"),
    ],
)
def test_schedule_names_the_setting_that_is_wrong(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ScheduleParams(**wrong)  # type: ignore[arg-type]
