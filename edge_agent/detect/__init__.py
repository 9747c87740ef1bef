"""Finds objects in crops of a frame; `open_detector` picks the implementation by the model's name."""

from collections.abc import Sequence
from pathlib import Path

from edge_agent.detect.look import Look, LookCounts, Looker
from edge_agent.detect.manifest import DEFAULT_MODEL, REGISTRY, find_model
from edge_agent.detect.onnx import OnnxDetector
from edge_agent.detect.plan import LookParams
from edge_agent.ports import Detector
from edge_agent.types import Detection, Image
from wire_contract.messages import ModelRef

__all__ = [
    "DEFAULT_MODEL",
    "NO_MODEL",
    "Look",
    "LookCounts",
    "LookParams",
    "Looker",
    "NoDetector",
    "OnnxDetector",
    "find_model",
    "open_detector",
]

NO_MODEL = "none"


class NoDetector:
    """Knows no class: motion and still foreground must do. Costs nothing."""

    @property
    def model(self) -> ModelRef | None:
        """There is none."""
        return None

    @property
    def labels(self) -> Sequence[str]:
        """No words."""
        return ()

    def detect(self, crop: Image) -> list[Detection]:
        """Find nothing."""
        del crop
        return []


def open_detector(model: str, threads: int = 1, registry: Path = REGISTRY) -> Detector:
    """Open the detector that `model` names: a registry id, "default", the path of a .onnx file, or "none".

    `threads` is the number of threads that one look may use. Raises ConfigError (see `manifest.find_model`).
    """
    if model == NO_MODEL:
        return NoDetector()
    return OnnxDetector(find_model(model, registry), threads)
