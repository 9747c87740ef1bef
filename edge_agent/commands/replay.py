"""`edge-agent replay`: recorded footage through the whole pipeline, as fast as it can, the same each time."""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import random
from threading import Event as Flag

from edge_agent.bootstrap.camera import CameraParts, open_detections_pipeline, open_pipeline
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.bootstrap.identifiers import ReplayIds
from edge_agent.capture import Playback, RecordedSource, SourceParts, open_source
from edge_agent.capture.detections import DetectionFile
from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.annotated_video import AnnotatedVideo
from edge_agent.commands.outlet import Outlet, into_file, to_server
from edge_agent.commands.progress import ProgressBar
from edge_agent.config.camera import CameraSettings, load_camera
from edge_agent.detect import NoDetector, open_detector
from edge_agent.detect.coco import word_for_class_id
from edge_agent.detect.manifest import DEFAULT_MODEL
from edge_agent.errors import ConfigError
from edge_agent.metrics import Metrics
from edge_agent.pipeline import CameraPipeline, Sender, frame_size_px
from edge_agent.ports import Detector
from edge_agent.types import Event


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time with its zone. Raises ConfigError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ConfigError(
            f"--start: {text!r} is no time with a zone; write it like 2026-11-23T08:00:00+08:00"
        )
    return at


def parse_size(text: str) -> tuple[int, int]:
    """Read WIDTHxHEIGHT. Raises ConfigError."""
    match = re.fullmatch(r"([1-9]\d{0,4})[xX]([1-9]\d{0,4})", text)
    if match is None:
        raise ConfigError(f"--size: {text!r} is no size; write it like 640x540")
    return int(match[1]), int(match[2])


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the command line says; see `edge-agent replay --help`."""

    camera: Path
    source: str | None = None
    detections: Path | None = None
    fps: float | None = None
    size_px: tuple[int, int] | None = None
    start: datetime | None = None
    model: str = DEFAULT_MODEL
    events: Path | None = None
    annotate: Path | None = None
    deliver: Path | None = None

    def __post_init__(self) -> None:
        if self.fps is not None and not 1e-6 <= self.fps <= 1000:
            raise ConfigError(f"--fps: {self.fps:g} is out of range; allowed is 0.000001 to 1000")
        if self.events is not None and self.deliver is not None:
            raise ConfigError("--deliver: sends events instead of writing them; leave --events away")
        if self.detections is None:
            if self.size_px is not None:
                raise ConfigError("--size: belongs to --detections; pictures bring their own size")
            return
        if self.source is not None or self.annotate is not None:
            raise ConfigError("--detections: has no pictures; leave --source and --annotate away")
        if self.fps is None or self.size_px is None:
            raise ConfigError("--detections: needs --fps N and --size WIDTHxHEIGHT of the pictures")


@dataclass(slots=True)
class Tally:
    """What a replay saw and found."""

    frames: int = 0
    events: Counter[str] = field(default_factory=Counter)

    def add(self, events: Sequence[Event]) -> None:
        """Count one analysed frame and its events."""
        self.frames += 1
        self.events.update(f"{event.kind} {event.phase}" for event in events)

    def __str__(self) -> str:
        found = ", ".join(f"{count} {what}" for what, count in sorted(self.events.items()))
        return f"{self.frames} frames analysed; {found or 'no event'}"


def replay(options: ReplayOptions) -> Tally:
    """Replay as told. Raises ConfigError before anything is written, or leaves no half-written file."""
    settings = load_camera(options.camera)
    if options.detections is not None:
        return _replay_detections(options, settings, options.detections)
    return _replay_footage(options, settings)


def _replay_footage(options: ReplayOptions, settings: CameraSettings) -> Tally:
    detector = open_detector(options.model)
    source = _open_recording(options, settings)
    ids, tally = ReplayIds(settings.camera.id), Tally()
    pipeline: CameraPipeline | None = None
    with ExitStack() as stack:
        outlet = stack.enter_context(_open_outlet(options, settings, detector))
        video = _open_video(options, settings, stack)
        bar = stack.enter_context(ProgressBar(settings.camera.id, source.total_frames))
        parts = _parts(settings, detector, outlet, ids)
        for frame in ids.following(source.frames()):
            pipeline = pipeline or open_pipeline(parts, frame_size_px(frame))
            events = pipeline.step(frame)
            tally.add(events)
            if video is not None and pipeline.last_observation is not None:
                video.write(frame, pipeline.last_observation, events)
            bar.reach(frame.sequence + 1)
        if pipeline is not None:
            pipeline.save(ids.at)
    return tally


def _replay_detections(options: ReplayOptions, settings: CameraSettings, path: Path) -> Tally:
    if options.fps is None or options.size_px is None:
        raise ConfigError("--detections: needs --fps N and --size WIDTHxHEIGHT of the pictures")
    file = DetectionFile(
        path, options.fps, options.size_px, options.start or DEFAULT_START, word_for_class_id
    )
    ids, tally = ReplayIds(settings.camera.id), Tally()
    detector = NoDetector()
    with (
        _open_outlet(options, settings, detector) as outlet,
        ProgressBar(settings.camera.id, None) as bar,
    ):
        pipeline = open_detections_pipeline(_parts(settings, detector, outlet, ids), options.size_px)
        for frame in ids.following(file.frames()):
            tally.add(pipeline.step(frame.captured_at, frame.detections))
            bar.reach(frame.sequence + 1)
    return tally


def _open_outlet(
    options: ReplayOptions, settings: CameraSettings, detector: Detector
) -> AbstractContextManager[Outlet]:
    if options.deliver is None:
        return into_file(options.events)
    return to_server(options.deliver, settings, detector)


def _open_recording(options: ReplayOptions, settings: CameraSettings) -> RecordedSource:
    name = options.source or settings.camera.source
    source = open_source(
        name,
        SourceParts(settings.camera.id, SystemClock(Flag()), random, analyse_fps=settings.camera.analyse_fps),
        Playback(start=options.start, fps=options.fps),
    )
    if not isinstance(source, RecordedSource):
        raise ConfigError(f"{options.camera}: source is a live camera; give --source VIDEO or FOLDER")
    return source


def _open_video(options: ReplayOptions, settings: CameraSettings, stack: ExitStack) -> AnnotatedVideo | None:
    if options.annotate is None:
        return None
    video = AnnotatedVideo(options.annotate, settings.camera.analyse_fps, settings.zones)
    return stack.enter_context(video)


def _parts(settings: CameraSettings, detector: Detector, outlet: Outlet, ids: ReplayIds) -> CameraParts:
    return CameraParts(
        settings=settings,
        sender=Sender(outlet.device_id, settings.camera.id, detector.model),
        detector=detector,
        ledger=outlet.ledger,
        evidence=outlet.evidence,
        meter=Metrics().of_camera(settings.camera.id),
        new_id=ids,
        is_live=False,
    )
