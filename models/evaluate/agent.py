"""The edge agent as a system to be scored: the pipeline of `edge-agent replay`, part for part."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from edge_agent.bootstrap.camera import CameraParts, open_pipeline
from edge_agent.bootstrap.identifiers import ReplayIds
from edge_agent.config.camera import CameraSettings
from edge_agent.metrics import Metrics
from edge_agent.outbox import OutgoingMessage
from edge_agent.pipeline import CameraPipeline, Sender, frame_size_px
from edge_agent.ports import Detector
from edge_agent.types import Frame, Observation
from models.evaluate.systems import Watcher
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventKind

DEVICE_ID = "replay"


class Agent:
    """The system that this project ships."""

    name = "agent"
    kinds = frozenset(EventKind)

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def watch(self, settings: CameraSettings) -> Watcher:
        """Begin to watch a camera."""
        return AgentCamera(settings, self._detector)


class AgentCamera:
    """One camera's pipeline, made with its first frame."""

    def __init__(self, settings: CameraSettings, detector: Detector) -> None:
        self._ids = ReplayIds(settings.camera.id)
        self._ledger = _Kept()
        self._parts = CameraParts(
            settings=settings,
            sender=Sender(DEVICE_ID, settings.camera.id, detector.model),
            detector=detector,
            ledger=self._ledger,
            meter=Metrics().of_camera(settings.camera.id),
            new_id=self._ids,
            is_live=False,
        )
        self._pipeline: CameraPipeline | None = None

    def step(self, frame: Frame) -> None:
        """Watch one frame."""
        for followed in self._ids.following([frame]):
            self._pipeline = self._pipeline or open_pipeline(self._parts, frame_size_px(followed))
            self._pipeline.step(followed)

    @property
    def last_observation(self) -> Observation:
        """What was seen last."""
        if self._pipeline is None or self._pipeline.last_observation is None:
            raise RuntimeError("no frame was watched yet")
        return self._pipeline.last_observation

    def messages(self) -> Sequence[EventMessage]:
        """Give what was committed."""
        return [EventMessage.model_validate_json(body) for body in self._ledger.bodies]


class _Kept:
    """A ledger that keeps the bytes as sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        """Keep messages."""
        del state, now
        self.bodies += [message.body for message in messages]

    def load_state(self, name: str) -> str | None:
        """Give nothing: a replay begins with an empty memory."""
        del name
        return None
