"""Makes a whole agent out of agent.toml: one loop per camera, and what they share."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import random
from threading import Event

from edge_agent.bootstrap.box import Box, open_box, stock_of
from edge_agent.bootstrap.camera import CameraParts, open_pipeline
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.bootstrap.identifiers import random_id
from edge_agent.capture import SourceParts, open_source
from edge_agent.config.agent import load_agent, load_cameras
from edge_agent.config.camera import CameraSettings
from edge_agent.detect import OnnxDetector, open_detector
from edge_agent.evidence import StillWriter
from edge_agent.evidence.persons import PersonFinder
from edge_agent.evidence.redact import PERSON_LABELS
from edge_agent.metrics import Metrics
from edge_agent.pipeline import CameraLoop, CameraStatus, Sender
from edge_agent.ports import Clock, Detector, FrameSource


class Agent:
    """Everything that `edge-agent run` runs. `stop` ends all of it."""

    def __init__(self, file: Path, stop: Event) -> None:
        """Read the settings and open the parts. Raises ConfigError before any camera is touched."""
        self.settings = load_agent(file)
        cameras = load_cameras(file, self.settings)
        detector = open_detector(self.settings.agent.model, self.settings.agent.detector_threads)
        self.clock = SystemClock(stop)
        self.metrics = Metrics()
        self.loops: list[CameraLoop] = []
        self.box = open_box(
            self.settings, detector.model, lambda: [loop.report() for loop in self.loops], self.clock
        )
        self.loops += [self._loop(camera, detector, stop) for camera in cameras]
        self._watch_stock()

    def _loop(self, camera: CameraSettings, detector: Detector, stop: Event) -> CameraLoop:
        camera_id = camera.camera.id
        meter = self.metrics.of_camera(camera_id)
        parts = CameraParts(
            settings=camera,
            sender=Sender(self.settings.agent.id, camera_id, detector.model),
            detector=detector,
            ledger=self.box.stores.outbox,
            meter=meter,
            new_id=random_id,
            evidence=still_writer(camera, self.box, detector),
            diary=self.settings.agent.data_directory / "structure" / camera_id,
            empty_scene=self.settings.agent.data_directory / "empty_scene" / f"{camera_id}.jpg",
            usual_view=self.settings.agent.data_directory / "usual_view" / f"{camera_id}.npz",
        )
        return CameraLoop(
            camera_id,
            _source_of(camera, self.clock),
            lambda size_px: open_pipeline(parts, size_px),
            CameraStatus(camera_id, self.clock.now(), camera.position_lonlat),
            self.clock,
            meter,
            stop,
        )

    def _watch_stock(self) -> None:
        figures = {
            "outbox_pending": "Messages that wait to be sent",
            "outbox_set_aside": "Messages that the server refused for good",
            "outbox_dropped": "Messages given up because the outbox was full",
            "evidence_bytes": "Bytes of evidence on this box",
            "evidence_dropped": "Pieces of evidence dropped before they were sent",
        }
        for name, meaning in figures.items():
            self.metrics.watch(name, meaning, partial(self._stock_figure, name))

    def _stock_figure(self, name: str) -> float:
        return float(asdict(stock_of(self.box.stores))[name])


def still_writer(camera: CameraSettings, box: Box, detector: Detector) -> StillWriter:
    """Make the evidence writer of one camera."""
    return StillWriter(
        camera.evidence,
        box.stores.evidence,
        box.stores.housekeeping.make_room,
        detects_persons="person" in detector.labels,
        persons=person_finder(detector, camera.evidence.person_margin),
    )


def person_finder(detector: Detector, margin: float) -> PersonFinder | None:
    """Make what looks evidence over before it is written; None where no network knows persons."""
    if not isinstance(detector, OnnxDetector) or not PERSON_LABELS.intersection(detector.labels):
        return None
    return PersonFinder(detector.hinting_at(PERSON_LABELS), detector.hint_min_score, margin)


def _source_of(camera: CameraSettings, clock: Clock) -> Callable[[], FrameSource]:
    parts = SourceParts(
        camera_id=camera.camera.id,
        clock=clock,
        random=random,
        params=camera.capture,
        analyse_fps=camera.camera.analyse_fps,
    )
    playback = camera.playback.in_real_time()
    return lambda: open_source(camera.camera.source, parts, playback)
