"""`edge-agent bench`: what each stage costs, and how much looking only where it is worth it saves.

Each round runs the same footage through the agent as it is, and through the same stages and rules with the
detector looking at every frame. CPU time is compared, because it holds on a busy machine and carries over
to a small box.
"""

import resource
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import random
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event as Flag
from time import perf_counter, process_time, thread_time

from edge_agent.bootstrap.camera import CameraParts, open_pipeline
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.bootstrap.identifiers import ReplayIds
from edge_agent.boxes import iou
from edge_agent.capture import RecordedSource, SourceParts, open_source
from edge_agent.commands.event_file import Forgetful
from edge_agent.commands.progress import ProgressBar
from edge_agent.commands.quiet_clip import write_quiet_clip
from edge_agent.config.camera import CameraSettings, camera_of, load_camera
from edge_agent.config.tables import Table
from edge_agent.detect import DEFAULT_MODEL, Look, open_detector
from edge_agent.errors import ConfigError
from edge_agent.pipeline import CameraPipeline, LookStage, Sender, frame_size_px
from edge_agent.ports import Detector
from edge_agent.types import Event, Frame, Motion, Track

DECODE = "decode"
GOAL_RATIO = 1 / 3
SAME_EVENT_IOU = 0.5
SAME_EVENT_S = 5.0

DEFAULT_CAMERA: Table = {
    "camera": {"id": "bench", "source": "generated"},
    "zone": [{"id": "ground", "kind": "drop_zone", "polygon": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}],
    "rule": {"garbage_drop": {"alarm_after_s": 15}},
}
"""Used when no camera.toml is given."""


class CpuMeter:
    """Adds up the CPU time of the calling thread by stage (`pipeline.Meter`)."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        begun = thread_time()
        yield
        self.seconds[name] += thread_time() - begun

    def count(self, name: str, *labels: str) -> None:
        """Count nothing."""

    def watch(self, part: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Publish nothing."""


class EveryFrameLooker:
    """The rival: shows the detector every frame as a whole."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def look(self, frame: Frame, motion: Motion, tracks: Sequence[Track]) -> Look:
        """Look at all of it."""
        del motion, tracks
        width, height = frame_size_px(frame)
        found = tuple(self._detector.detect(frame.image))
        return Look(found, detector_ran=True, covered=((0.0, 0.0, float(width), float(height)),))


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over the footage; CPU time by stage, where `DECODE` is all that no stage accounts for."""

    cpu_s: Mapping[str, float]
    wall_s: float
    video_s: float
    frames: int
    events: tuple[Event, ...]

    @property
    def total_cpu_s(self) -> float:
        """All CPU time of the process in this run."""
        return sum(self.cpu_s.values())


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What the command line says; see `edge-agent bench --help`."""

    source: str | None = None
    camera: Path | None = None
    model: str = DEFAULT_MODEL
    rounds: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= 20:
            raise ConfigError(f"--rounds: {self.rounds} is out of range; allowed is 1 to 20")


@dataclass(frozen=True, slots=True)
class BenchResult:
    """All runs of one call, in pairs of one round."""

    frame_size_px: tuple[int, int]
    analyse_fps: float
    model: str
    gated: tuple[Run, ...]
    every_frame: tuple[Run, ...]
    peak_memory_bytes: int

    @property
    def ratio(self) -> float:
        """CPU time of the agent over that of detecting every frame: median of the rounds."""
        pairs = zip(self.gated, self.every_frame, strict=True)
        return median(gated.total_cpu_s / every.total_cpu_s for gated, every in pairs)

    @property
    def events_are_equal(self) -> bool:
        """Whether both found the same in each round."""
        pairs = zip(self.gated, self.every_frame, strict=True)
        return all(same_events(gated.events, every.events) for gated, every in pairs)


def bench(options: BenchOptions) -> BenchResult:
    """Run the comparison. Raises ConfigError for footage or a model that cannot be used."""
    settings = load_camera(options.camera) if options.camera else camera_of(DEFAULT_CAMERA, Path("bench"))
    detector = open_detector(options.model)
    with TemporaryDirectory() as folder:
        source = options.source
        if source is None:
            source = str(Path(folder, "quiet.mp4"))
            write_quiet_clip(Path(source))
        return _compare(settings, detector, source, options)


def _compare(settings: CameraSettings, detector: Detector, source: str, options: BenchOptions) -> BenchResult:
    gated: list[Run] = []
    every_frame: list[Run] = []
    frame_size = frame_size_px(next(iter(_recording(settings, source).frames())))
    with ProgressBar("rounds", 2 * options.rounds) as bar:
        for number in range(options.rounds):
            kinds = [(gated, None), (every_frame, EveryFrameLooker)]
            for runs, look in kinds if number % 2 == 0 else reversed(kinds):
                runs.append(_run(settings, detector, source, look))
                bar.reach(len(gated) + len(every_frame))
    return BenchResult(
        frame_size_px=frame_size,
        analyse_fps=settings.camera.analyse_fps,
        model=options.model if detector.model is None else detector.model.id,
        gated=tuple(gated),
        every_frame=tuple(every_frame),
        peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _run(
    settings: CameraSettings,
    detector: Detector,
    source: str,
    look: Callable[[Detector], LookStage] | None,
) -> Run:
    meter, ids = CpuMeter(), ReplayIds(settings.camera.id)
    sender = Sender("bench", settings.camera.id, detector.model)
    parts = CameraParts(settings, sender, detector, Forgetful(), meter, ids, is_live=False, look=look)
    pipeline: CameraPipeline | None = None
    events: list[Event] = []
    frames = 0
    cpu_begun, wall_begun = process_time(), perf_counter()
    for frame in ids.following(_recording(settings, source).frames()):
        pipeline = pipeline or open_pipeline(parts, frame_size_px(frame))
        events += pipeline.step(frame)
        frames += 1
    cpu_s, wall_s = process_time() - cpu_begun, perf_counter() - wall_begun
    by_stage = {DECODE: cpu_s - sum(meter.seconds.values()), **meter.seconds}
    return Run(by_stage, wall_s, frames / settings.camera.analyse_fps, frames, tuple(events))


def _recording(settings: CameraSettings, source: str) -> RecordedSource:
    parts = SourceParts(
        settings.camera.id, SystemClock(Flag()), random, analyse_fps=settings.camera.analyse_fps
    )
    recording = open_source(source, parts)
    if not isinstance(recording, RecordedSource):
        raise ConfigError("--source: must be a video file or a folder of images")
    return recording


def same_events(ones: Sequence[Event], others: Sequence[Event]) -> bool:
    """Tell whether two runs found the same: kind, phase and zone alike, the boxes overlapping, at the
    same time.
    """
    left = list(others)
    for one in ones:
        twin = next((other for other in left if _is_same(one, other)), None)
        if twin is None:
            return False
        left.remove(twin)
    return not left


def _is_same(one: Event, other: Event) -> bool:
    return (
        (one.kind, one.phase, one.zone_id) == (other.kind, other.phase, other.zone_id)
        and iou(one.box_xyxy_px, other.box_xyxy_px) >= SAME_EVENT_IOU
        and abs((one.raised_at - other.raised_at).total_seconds()) <= SAME_EVENT_S
    )


def table_of(result: BenchResult) -> str:
    """Give the figures as text for people: CPU seconds per second of video, stage by stage."""
    width, height = result.frame_size_px
    lines = [
        f"{width}x{height}, {result.analyse_fps:g} frames/s analysed, model {result.model}, "
        f"{result.gated[0].video_s:.0f} s of video, median of {len(result.gated)} rounds",
        "",
        f"{'CPU s per s of video':<22}{'the agent':>12}{'every frame':>14}",
    ]
    stages = sorted({stage for run in (*result.gated, *result.every_frame) for stage in run.cpu_s})
    order = sorted(stages, key=lambda stage: -_share(result.every_frame, stage))
    lines += [
        f"{stage:<22}{_share(result.gated, stage):>12.4f}{_share(result.every_frame, stage):>14.4f}"
        for stage in order
    ]
    totals = [
        median(run.total_cpu_s / run.video_s for run in runs) for runs in (result.gated, result.every_frame)
    ]
    rates = [median(run.frames / run.wall_s for run in runs) for runs in (result.gated, result.every_frame)]
    found = [len(runs[0].events) for runs in (result.gated, result.every_frame)]
    verdict = "equal" if result.events_are_equal else "NOT equal"
    lines += [
        f"{'total':<22}{totals[0]:>12.4f}{totals[1]:>14.4f}",
        f"{'frames/s':<22}{rates[0]:>12.1f}{rates[1]:>14.1f}",
        f"{'events':<22}{found[0]:>12}{found[1]:>14}   {verdict}",
        "",
        f"ratio {result.ratio:.2f} of detecting every frame; goal on quiet footage: {GOAL_RATIO:.2f} or less",
        f"peak memory {result.peak_memory_bytes / 2**20:.0f} MiB",
    ]
    return "\n".join(lines)


def _share(runs: Sequence[Run], stage: str) -> float:
    return median(run.cpu_s.get(stage, 0.0) / run.video_s for run in runs)
