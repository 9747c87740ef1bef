"""Loop 1 of a camera: frame -> event -> outbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from edge_agent.detect.look import Look
from edge_agent.errors import TransientError
from edge_agent.pipeline.reporter import Meter, Reporter
from edge_agent.pipeline.stages import Stages, TrackStage
from edge_agent.still_foreground import Stillness
from edge_agent.types import BoxXyxy, Detection, Event, Frame, Motion, Observation, Track

QUIET_STEP = timedelta(seconds=1)
"""The stillness stage runs this often while the picture is quiet."""

log = structlog.get_logger(__name__)

MAX_FAILED_LOOKS = 10
"""After so many failures in a row the detector is given up; the camera's loop begins anew with a fresh
one.
"""


class CameraPipeline:
    """Watches one camera. `step` takes frames in order of capture, thinned by the source to the analysed
    rate.
    """

    def __init__(
        self, frame_size_px: tuple[int, int], stages: Stages, reporter: Reporter, meter: Meter
    ) -> None:
        """A pipeline is made for frames of one size, because the ground plane and the rules' memory are."""
        self._frame_size_px = frame_size_px
        self._stages = stages
        self._reporter = reporter
        self._meter = meter
        self._tracks: tuple[Track, ...] = ()
        self._failed_looks = 0
        self._stillness: Stillness | None = None
        self._stillness_at: datetime | None = None
        self.last_observation: Observation | None = None
        """What was seen last, for the annotated video and the heartbeat."""

    def step(self, frame: Frame) -> list[Event]:
        """Watch one frame and give the events that it opened, updated or closed.

        Raises TransientError when the detector fails again and again, or the picture has another size: the
        camera then needs a fresh pipeline.
        """
        size_px = frame_size_px(frame)
        if size_px != self._frame_size_px:
            raise TransientError(f"the picture's size changed from {self._frame_size_px} to {size_px}")
        observation = self._observe(frame)
        self.last_observation = observation
        self._meter.count("frames_analysed")
        return self._reporter.report(observation, frame)

    def save(self, now: datetime) -> bool:
        """Make all durable before the program ends."""
        return self._reporter.commit(now)

    def _observe(self, frame: Frame) -> Observation:
        stages, timed = self._stages, self._meter.stage
        with timed("motion"):
            motion = stages.motion.update(frame)
        with timed("guardian"):
            camera_state = stages.guardian.update(frame, motion)
        with timed("detect"):
            look = self._look(frame, motion)
        with timed("track"):
            self._tracks = stages.track.update(
                frame.captured_at, look.detections, look.covered, self._frame_size_px
            )
        with timed("still_foreground"):
            people = _people(self._tracks, motion, look)
            still = self._watch_stillness(frame, motion, people)
        with timed("structure_watch"):
            changes = stages.structure.update(frame, people)
        return Observation(
            camera_id=frame.camera_id,
            captured_at=frame.captured_at,
            frame_size_px=self._frame_size_px,
            tracks=self._tracks,
            still_regions=still.regions,
            moving_regions=motion.moving_regions,
            stirring_regions=still.stirring,
            structure_changes=changes,
            detector_ran=look.detector_ran,
            looked_at=look.covered,
            background_settling=still.is_settling,
            camera_state=camera_state,
            camera_state_since=stages.guardian.state_since,
        )

    def _watch_stillness(self, frame: Frame, motion: Motion, people: Sequence[BoxXyxy]) -> Stillness:
        """Spare the stage while nothing stirs: what rests goes on resting."""
        is_quiet = not motion.stirs and not motion.is_global_change
        last, last_at = self._stillness, self._stillness_at
        is_fresh = last_at is not None and frame.captured_at - last_at < QUIET_STEP
        if last is not None and is_fresh and is_quiet and not last.is_settling:
            return replace(last, stirring=())
        self._stillness = self._stages.stillness.update(frame, people)
        self._stillness_at = frame.captured_at
        return self._stillness

    def _look(self, frame: Frame, motion: Motion) -> Look:
        try:
            look = self._stages.look.look(frame, motion, self._tracks)
        except Exception as error:  # ONNX Runtime raises types of its own; the other stages must live on
            self._failed_looks += 1
            self._meter.count("looks_failed")
            log.exception("detector failed", camera=frame.camera_id, in_a_row=self._failed_looks)
            if self._failed_looks >= MAX_FAILED_LOOKS:
                raise TransientError(f"detector failed {MAX_FAILED_LOOKS} times in a row: {error}") from error
            return Look(detections=(), detector_ran=False, covered=())
        self._failed_looks = 0
        return look


def _people(tracks: Sequence[Track], motion: Motion, look: Look) -> list[BoxXyxy]:
    """Give where people may be, for stages that keep pictures; all that moves while no detector looks."""
    people = [track.box_xyxy_px for track in tracks if track.label == "person"]
    return people if look.detector_ran else [*people, *(moved.box_xyxy_px for moved in motion.moving_regions)]


def frame_size_px(frame: Frame) -> tuple[int, int]:
    """Give width and height."""
    height, width = frame.image.shape[:2]
    return width, height


class DetectionsPipeline:
    """The same without pixels: detections that somebody else made go to tracker and rules."""

    def __init__(
        self, camera_id: str, frame_size_px: tuple[int, int], track: TrackStage, reporter: Reporter
    ) -> None:
        self._camera_id = camera_id
        self._frame_size_px = frame_size_px
        self._track = track
        self._reporter = reporter

    def step(self, captured_at: datetime, detections: Sequence[Detection]) -> list[Event]:
        """Judge the detections of one frame; the detector is taken to have seen the whole of it."""
        tracks = self._track.update(captured_at, detections, None, self._frame_size_px)
        observation = Observation(self._camera_id, captured_at, self._frame_size_px, tracks=tracks)
        return self._reporter.report(observation, None)
