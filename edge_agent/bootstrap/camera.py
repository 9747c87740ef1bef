"""Makes a camera's pipeline out of its settings and the real parts."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

from edge_agent.bootstrap.identifiers import IdFactory
from edge_agent.config.camera import CameraSettings
from edge_agent.detect.look import Looker
from edge_agent.errors import ConfigError
from edge_agent.geolocate import CalibratedPlane, CameraLocator, calibrate
from edge_agent.guardian import Guardian, ReferenceFile
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
from edge_agent.rules.slots import SlotMemory
from edge_agent.still_foreground import StillForeground
from edge_agent.structure import StructureWatch
from edge_agent.track.tracker import Tracker


@runtime_checkable
class _RemembersPlaces(Protocol):
    @property
    def memory(self) -> SlotMemory: ...


@dataclass(frozen=True, slots=True)
class CameraParts:
    """What the pipelines of one camera are made with.

    `diary` is the folder where views of watched structures are kept from day to day, `empty_scene` the file
    in which the scene without left things outlives a restart, `usual_view` the file of the guardian's
    reference; None keeps none.
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
    diary: Path | None = None
    empty_scene: Path | None = None
    usual_view: Path | None = None
    is_live: bool = True
    look: Callable[[Detector], LookStage] | None = None


def open_pipeline(parts: CameraParts, frame_size_px: tuple[int, int]) -> CameraPipeline:
    """Make a pipeline for frames of one size (width, height)."""
    settings = parts.settings
    stages = Stages(
        motion=MotionGate(settings.motion),
        guardian=Guardian(settings.guardian, _usual_view(parts)),
        look=parts.look(parts.detector) if parts.look else _looker(parts),
        track=_tracker(parts),
        stillness=StillForeground(settings.still_foreground, parts.empty_scene),
        structure=StructureWatch(settings.structure_watch, settings.zones, parts.diary),
    )
    return CameraPipeline(frame_size_px, stages, _reporter(parts, frame_size_px), parts.meter)


def open_detections_pipeline(parts: CameraParts, frame_size_px: tuple[int, int]) -> DetectionsPipeline:
    """Make a pipeline without pixels."""
    reporter = _reporter(parts, frame_size_px)
    return DetectionsPipeline(parts.settings.camera.id, frame_size_px, _tracker(parts), reporter)


def _usual_view(parts: CameraParts) -> ReferenceFile | None:
    """Give the guardian's file; zones and control points that are drawn anew begin a new view."""
    if parts.usual_view is None:
        return None
    drawn = repr((parts.settings.zones, parts.settings.control_point))
    return ReferenceFile(parts.usual_view, sha256(drawn.encode()).hexdigest())


def _looker(parts: CameraParts) -> Looker:
    looker = Looker(parts.detector, parts.settings.look, parts.settings.zones)
    parts.meter.watch(
        "look", lambda: {"crops": looker.counts.crops, "crops_left_out": looker.counts.crops_left_out}
    )
    return looker


def _tracker(parts: CameraParts) -> Tracker:
    tracker = Tracker(parts.settings.track)
    parts.meter.watch("track", lambda: {"tracks_refused": tracker.refused, "tracks_expired": tracker.expired})
    return tracker


def _reporter(parts: CameraParts, frame_size_px: tuple[int, int]) -> Reporter:
    settings = parts.settings
    plane = _plane(settings, frame_size_px)
    rules = {
        name: rule(settings.rule[name], settings.zones, parts.new_id, plane)
        for name, (_, rule) in RULES.items()
    }
    memories = [rule.memory for rule in rules.values() if isinstance(rule, _RemembersPlaces)]
    parts.meter.watch("rules", lambda: {"slots_refused": sum(memory.refused for memory in memories)})
    locator = CameraLocator(settings.position_lonlat, plane, settings.geolocate)
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
