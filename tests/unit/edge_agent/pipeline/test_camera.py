"""One frame goes through all stages in the order of the flow; what one fails at, the others live through."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge_agent.errors import TransientError
from edge_agent.pipeline import CameraPipeline, Reporter, Sender
from edge_agent.pipeline.camera import MAX_FAILED_LOOKS
from edge_agent.still_foreground import Stillness
from edge_agent.types import BoxXyxy, Frame, Motion
from tests.fakes.pipeline import (
    SIZE_PX,
    FakeLedger,
    FakeMeter,
    FakeStages,
    FixedLocator,
    ScriptedRule,
    event,
    frame,
)
from wire_contract.vocabulary import CameraState


class Camera:
    def __init__(
        self,
        stages: FakeStages,
        rule: ScriptedRule | None = None,
        stillness: "CountingStillness | None" = None,
    ) -> None:
        self.rule = rule or ScriptedRule()
        self.ledger = FakeLedger()
        self.meter = FakeMeter()
        reporter = Reporter(
            Sender("box-1", "cam-1", None),
            {"rule": self.rule},
            FixedLocator(),
            None,
            self.ledger,
            self.meter,
            is_live=True,
        )
        parts = stages.as_stages()
        parts = parts if stillness is None else replace(parts, stillness=stillness)
        self.pipeline = CameraPipeline(SIZE_PX, parts, reporter, self.meter)


def test_frame_becomes_an_observation_and_an_event_in_the_outbox() -> None:
    stages = FakeStages()
    camera = Camera(stages, ScriptedRule(lambda seen: [event()]))
    (given,) = camera.pipeline.step(frame())
    assert given.fix is not None
    assert len(camera.ledger.messages) == 1
    (seen,) = camera.rule.seen
    assert seen.moving_regions == stages.motion.moving_regions
    assert seen.stirring_regions == stages.stillness.stirring
    assert seen.still_regions == stages.stillness.regions
    assert seen.looked_at == stages.looked.covered
    assert seen.frame_size_px == SIZE_PX
    assert camera.pipeline.last_observation is seen
    order = ["motion", "guardian", "detect", "track", "still_foreground", "structure_watch", "rules"]
    assert camera.meter.stages[: len(order)] == order
    assert camera.meter.counts["frames_analysed",] == 1


def test_rules_are_told_when_the_camera_cannot_be_trusted() -> None:
    camera = Camera(FakeStages(camera_state=CameraState.COVERED))
    camera.pipeline.step(frame())
    assert camera.rule.seen[0].camera_state is CameraState.COVERED


def test_detector_that_fails_once_leaves_the_other_stages_at_work() -> None:
    stages = FakeStages(look_error=RuntimeError("onnxruntime: bad node"))
    camera = Camera(stages)
    camera.pipeline.step(frame(0))
    stages.look_error = None
    camera.pipeline.step(frame(1))
    blind, seeing = camera.rule.seen
    assert not blind.detector_ran
    assert blind.looked_at == ()
    assert blind.still_regions
    assert seeing.detector_ran
    assert camera.meter.counts["looks_failed",] == 1


def test_detector_that_keeps_failing_is_told_to_the_camera_loop() -> None:
    stages = FakeStages(look_error=RuntimeError("onnxruntime: bad node"))
    camera = Camera(stages)
    for second in range(MAX_FAILED_LOOKS - 1):
        camera.pipeline.step(frame(second))
    with pytest.raises(TransientError, match="detector failed 10 times in a row: onnxruntime: bad node"):
        camera.pipeline.step(frame(MAX_FAILED_LOOKS))


def test_picture_of_another_size_needs_a_fresh_pipeline() -> None:
    camera = Camera(FakeStages())
    camera.pipeline.step(frame(0))
    with pytest.raises(TransientError, match=r"size changed from \(64, 48\) to \(32, 24\)"):
        camera.pipeline.step(frame(1, (32, 24)))


class CountingStillness:
    """A stillness stage that counts how often it ran."""

    def __init__(self, is_settling: bool = False) -> None:
        self.answer = replace(FakeStages().stillness, is_settling=is_settling)
        self.count = 0

    def update(self, frame: Frame, people: Sequence[BoxXyxy]) -> Stillness:
        del frame, people
        self.count += 1
        return self.answer


def watch_for_six_seconds(motion: Motion, stillness: CountingStillness) -> Camera:
    camera = Camera(FakeStages(motion=motion), stillness=stillness)
    for number in range(30):
        camera.pipeline.step(frame(number / 5))
    return camera


QUIET = Motion((), is_global_change=False, changed_fraction=0.0, stirs=False)


def test_quiet_picture_is_judged_for_stillness_once_a_second_and_what_rests_goes_on_resting() -> None:
    stillness = CountingStillness()
    camera = watch_for_six_seconds(QUIET, stillness)
    assert stillness.count == 6
    assert all(seen.still_regions == stillness.answer.regions for seen in camera.rule.seen)
    assert sum(seen.stirring_regions != () for seen in camera.rule.seen) == 6


@pytest.mark.parametrize(
    ("motion", "is_settling"),
    [
        # something changes from frame to frame
        (replace(QUIET, stirs=True), False),
        # the light was switched
        (replace(QUIET, is_global_change=True), False),
        # the stage has not come to terms with a change yet
        (QUIET, True),
    ],
)
def test_stillness_is_judged_in_every_frame_while_anything_goes_on(motion: Motion, is_settling: bool) -> None:
    stillness = CountingStillness(is_settling)
    watch_for_six_seconds(motion, stillness)
    assert stillness.count == 30
