"""Makes a camera's pipeline out of its settings and the real parts."""

from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.bootstrap.identifiers import IdFactory
from edge_agent.config.camera import CameraSettings
from edge_agent.detect.look import Looker
from edge_agent.errors import ConfigError
from edge_agent.geolocate import CalibratedPlane, CameraLocator, calibrate
from edge_agent.guardian import Guardian
from edge_agent.motion import MotionGate
from edge_agent.pipeline import (
    CameraPipeline,
    DetectionsPipeline,
    Ledger,
    LookStage,
    Meter,
    Reporter,
    Sender,
    Stages,
)
from edge_agent.ports import Detector, EvidenceWriter
from edge_agent.rules import RULES
from edge_agent.still_foreground import StillForeground
from edge_agent.structure import StructureWatch
from edge_agent.track.tracker import Tracker


@dataclass(frozen=True, slots=True)
class CameraParts:
    """What the pipelines of one camera are made with.

    `is_live` tells footage whose time goes on from footage that may begin again. `look` replaces the looker
    that is made from the settings, for comparisons.
    """

    settings: CameraSettings
    sender: Sender
    detector: Detector
    ledger: Ledger
    meter: Meter
    new_id: IdFactory
    evidence: EvidenceWriter | None = None
    is_live: bool = True
    look: Callable[[Detector], LookStage] | None = None


def open_pipeline(parts: CameraParts, frame_size_px: tuple[int, int]) -> CameraPipeline:
    """Make a pipeline for frames of one size (width, height)."""
    settings = parts.settings
    look = parts.look(parts.detector) if parts.look else Looker(parts.detector, settings.look, settings.zones)
    stages = Stages(
        motion=MotionGate(settings.motion),
        guardian=Guardian(settings.guardian),
        look=look,
        track=Tracker(settings.track),
        stillness=StillForeground(settings.still_foreground),
        structure=StructureWatch(settings.structure_watch, settings.zones),
    )
    return CameraPipeline(frame_size_px, stages, _reporter(parts, frame_size_px), parts.meter)


def open_detections_pipeline(parts: CameraParts, frame_size_px: tuple[int, int]) -> DetectionsPipeline:
    """Make a pipeline without pixels."""
    reporter = _reporter(parts, frame_size_px)
    return DetectionsPipeline(
        parts.settings.camera.id, frame_size_px, Tracker(parts.settings.track), reporter
    )


def _reporter(parts: CameraParts, frame_size_px: tuple[int, int]) -> Reporter:
    settings = parts.settings
    plane = _plane(settings, frame_size_px)
    rules = {
        name: rule(settings.rule[name], settings.zones, parts.new_id, plane)
        for name, (_, rule) in RULES.items()
    }
    position = settings.camera.position
    lonlat = None if position is None else (position.lon, position.lat)
    locator = CameraLocator(lonlat, plane, settings.geolocate)
    return Reporter(
        parts.sender, rules, locator, parts.evidence, parts.ledger, parts.meter, is_live=parts.is_live
    )


def _plane(settings: CameraSettings, frame_size_px: tuple[int, int]) -> CalibratedPlane | None:
    if not settings.control_point:
        return None
    try:
        return calibrate(settings.control_point, settings.lens, settings.geolocate, frame_size_px).plane
    except ValueError as error:
        raise ConfigError(f"camera {settings.camera.id}: control_point: {error}") from error
