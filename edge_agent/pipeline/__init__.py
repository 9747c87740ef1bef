"""Loop 1: frames of a camera become events in the outbox."""

from edge_agent.pipeline.camera import CameraPipeline, DetectionsPipeline, frame_size_px
from edge_agent.pipeline.live import CameraLoop
from edge_agent.pipeline.reporter import Ledger, Meter, Reporter, Sender
from edge_agent.pipeline.stages import LookStage, Stages
from edge_agent.pipeline.status import CameraReport, CameraStatus

__all__ = [
    "CameraLoop",
    "CameraPipeline",
    "CameraReport",
    "CameraStatus",
    "DetectionsPipeline",
    "Ledger",
    "LookStage",
    "Meter",
    "Reporter",
    "Sender",
    "Stages",
    "frame_size_px",
]
