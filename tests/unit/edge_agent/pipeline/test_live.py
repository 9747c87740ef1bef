"""A camera's loop outlives its camera's faults, and never judges by a clock that cannot be right."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event as Flag

from edge_agent.errors import ConfigError, TransientError
from edge_agent.pipeline import CameraPipeline, Reporter, Sender
from edge_agent.pipeline.live import CameraLoop
from edge_agent.pipeline.status import CameraStatus
from edge_agent.types import Frame
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.pipeline import FakeLedger, FakeMeter, FakeStages, FixedLocator, ScriptedRule, event, frame
from wire_contract.vocabulary import CameraState


@dataclass
class Script:
    """What each opening of the source gives: frames, or an error to raise."""

    openings: list[list[Frame | Exception]]
    closed: int = 0
    opened: int = 0

    def open(self) -> "Script":
        self.opened += 1
        if isinstance(self.openings[0][0], ConfigError):
            raise self.openings.pop(0)[0]  # type: ignore[misc]
        return self

    def frames(self) -> Iterator[Frame]:
        for item in self.openings.pop(0):
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed += 1


@dataclass
class Watch:
    script: Script
    clock: FakeClock = field(default_factory=FakeClock)
    stages: FakeStages = field(default_factory=FakeStages)

    def __post_init__(self) -> None:
        self.rule = ScriptedRule(lambda seen: [event()] if len(self.rule.seen) == 1 else [])
        self.ledger = FakeLedger()
        self.meter = FakeMeter()
        self.stop = Flag()
        self.status = CameraStatus("cam-1", self.clock.now())
        self.loop = CameraLoop(
            "cam-1", self.script.open, self.pipeline, self.status, self.clock, self.meter, self.stop
        )

    def pipeline(self, size_px: tuple[int, int]) -> CameraPipeline:
        sender = Sender("box-1", "cam-1", None)
        reporter = Reporter(
            sender, {"rule": self.rule}, FixedLocator(), None, self.ledger, self.meter, is_live=True
        )
        return CameraPipeline(size_px, self.stages.as_stages(), reporter, self.meter)


def test_recorded_source_is_watched_to_its_end_and_the_memory_saved() -> None:
    watch = Watch(Script([[frame(0), frame(1), frame(2)]]))
    watch.loop.run()
    assert len(watch.rule.seen) == 3
    assert watch.ledger.commits == 2  # with the event, and at the end
    assert watch.script.closed == 1
    assert watch.meter.counts["restarts",] == 0


def test_fault_is_followed_by_a_new_beginning_with_a_growing_wait() -> None:
    watch = Watch(
        Script(
            [
                [TransientError("gone")],
                [ValueError("a bug")],
                [ConfigError("no such file")],
                [frame(0), frame(1)],
            ]
        )
    )
    watch.loop.run()
    assert watch.clock.slept == [1.0, 2.0, 4.0]
    assert watch.meter.counts["restarts",] == 3
    assert len(watch.rule.seen) == 2


def test_camera_that_worked_in_between_is_retried_soon_again() -> None:
    watch = Watch(
        Script([[TransientError("a")], [TransientError("b")], [frame(0), TransientError("c")], [frame(1)]])
    )
    watch.loop.run()
    assert watch.clock.slept == [1.0, 2.0, 1.0]


def test_picture_that_changes_its_size_gets_a_fresh_pipeline() -> None:
    watch = Watch(Script([[frame(0), frame(1, (32, 24))], [frame(2, (32, 24))]]))
    watch.loop.run()
    assert [seen.frame_size_px for seen in watch.rule.seen] == [(64, 48), (32, 24)]


def test_status_says_offline_between_a_fault_and_the_next_frame() -> None:
    watch = Watch(Script([[frame(0), TransientError("gone")], [frame(3)]]))
    states = []
    watch.clock.sleep = lambda seconds: states.append(watch.status.report().state)  # type: ignore[method-assign]
    watch.loop.run()
    assert states == [CameraState.OFFLINE]
    assert watch.status.report().state is CameraState.OK


def test_box_without_a_clock_waits_and_judges_nothing_until_the_time_is_set() -> None:
    watch = Watch(Script([[frame(0)]]), FakeClock(datetime(1970, 1, 1, tzinfo=UTC)))
    waited: list[float] = []

    def ntp_answers_after_three_checks(seconds: float) -> None:
        assert watch.rule.seen == []
        waited.append(seconds)
        if len(waited) == 3:
            watch.clock.wall = NOON

    watch.clock.sleep = ntp_answers_after_three_checks  # type: ignore[method-assign]
    watch.loop.run()
    assert len(waited) == 3
    assert [seen.captured_at for seen in watch.rule.seen] == [NOON]


def test_box_without_a_clock_can_still_be_stopped() -> None:
    watch = Watch(Script([[frame(0)]]), FakeClock(datetime(1970, 1, 1, tzinfo=UTC)))
    watch.clock.sleep = lambda seconds: watch.stop.set()  # type: ignore[method-assign]
    watch.loop.run()
    assert watch.rule.seen == []


def test_stop_ends_the_loop_with_its_memory_saved() -> None:
    watch = Watch(Script([[frame(0), frame(1), frame(2)]]))
    watch.rule.script = lambda seen: watch.stop.set() or []  # type: ignore[func-returns-value]
    watch.loop.run()
    assert len(watch.rule.seen) == 1
    assert watch.ledger.commits == 1


def test_time_counts_as_watched_only_where_the_rules_could_judge() -> None:
    watch = Watch(Script([[frame(0), frame(1), frame(2)], [frame(3), frame(4)]]))
    watch.loop.run()
    assert watch.status.report().observed_s == 2.0
    watch.stages.camera_state = CameraState.COVERED
    watch.loop.run()
    report = watch.status.report()
    assert (report.observed_s, report.state, report.analysed_frames) == (0.0, CameraState.COVERED, 2)
