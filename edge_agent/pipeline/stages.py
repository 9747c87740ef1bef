"""The parts that a camera's pipeline puts together, as it calls them; `edge_agent.bootstrap` picks the
real ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge_agent.detect.look import Look
from edge_agent.still_foreground import Stillness
from edge_agent.types import BoxXyxy, Detection, Frame, Motion, StructureChange, Track
from wire_contract.vocabulary import CameraState


class MotionStage(Protocol):
    """Says where the picture moves."""

    def update(self, frame: Frame) -> Motion:
        """Take in a frame."""


class GuardianStage(Protocol):
    """Says whether the picture can be trusted."""

    @property
    def state_since(self) -> datetime | None:
        """When the present fault began to show; None while all is well."""

    def update(self, frame: Frame, motion: Motion) -> CameraState:
        """Take in a frame."""


class LookStage(Protocol):
    """Decides where the detector looks, and looks."""

    def look(self, frame: Frame, motion: Motion, tracks: Sequence[Track]) -> Look:
        """Look where it is worth it."""


class TrackStage(Protocol):
    """Follows objects."""

    def update(
        self,
        captured_at: datetime,
        detections: Sequence[Detection],
        covered: Sequence[BoxXyxy] | None,
        frame_size_px: tuple[int, int],
    ) -> tuple[Track, ...]:
        """Take in what was found; `covered` is where the detector looked, None for the whole frame."""


class StillnessStage(Protocol):
    """Finds things that came to rest, of whatever class."""

    def update(self, frame: Frame, people: Sequence[BoxXyxy]) -> Stillness:
        """Take in a frame; `people` are not kept in any picture."""


class StructureStage(Protocol):
    """Compares watched areas with their reference view."""

    def update(self, frame: Frame, people: Sequence[BoxXyxy]) -> tuple[StructureChange, ...]:
        """Take in a frame; `people` are not kept in any picture."""


@dataclass(frozen=True, slots=True)
class Stages:
    """All that turns pixels into an observation, in the order of the flow."""

    motion: MotionStage
    guardian: GuardianStage
    look: LookStage
    track: TrackStage
    stillness: StillnessStage
    structure: StructureStage
