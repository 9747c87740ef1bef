"""The numbers of a heartbeat: the box, its outbox and evidence, each camera since the last that arrived."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from wire_contract.messages import CameraHealth, CameraPosition, Heartbeat, ModelRef
from wire_contract.vocabulary import CameraState

CPU_TEMPERATURE_FILE = Path("/sys/class/thermal/thermal_zone0/temp")
"""Thousandths of a degree Celsius (Linux, Documentation/driver-api/thermal/sysfs-api.rst)."""


class CameraReport(Protocol):
    """A camera since the report before."""

    @property
    def camera_id(self) -> str:
        """Which camera."""

    @property
    def position_lonlat(self) -> tuple[float, float] | None:
        """Where it hangs, if that is known."""

    @property
    def state(self) -> CameraState:
        """What it delivers now."""

    @property
    def state_since(self) -> datetime:
        """Since when."""

    @property
    def last_frame_at(self) -> datetime | None:
        """When its last frame was captured."""

    @property
    def analysed_frames(self) -> int:
        """Frames that were analysed."""

    @property
    def observed_s(self) -> float:
        """Seconds in which the rules could judge."""


@dataclass(frozen=True, slots=True)
class Device:
    """What does not change while the agent runs."""

    device_id: str
    agent_version: str
    started_at: datetime
    model: ModelRef | None
    data_directory: Path


@dataclass(frozen=True, slots=True)
class Stock:
    """What the box holds; see `wire_contract.messages.Heartbeat`."""

    outbox_pending: int
    outbox_set_aside: int
    outbox_dropped: int
    evidence_bytes: int
    evidence_dropped: int


@dataclass(slots=True)
class _Watched:
    analysed_frames: int = 0
    observed_s: float = 0.0


class Heartbeats:
    """Makes heartbeats. What was watched counts on until one has arrived, so that no minute is lost."""

    def __init__(
        self,
        device: Device,
        read_cameras: Callable[[], Sequence[CameraReport]],
        read_stock: Callable[[], Stock],
        temperature_file: Path = CPU_TEMPERATURE_FILE,
    ) -> None:
        """`read_cameras` gives each camera since it was last called."""
        self._device = device
        self._read_cameras = read_cameras
        self._read_stock = read_stock
        self._temperature_file = temperature_file
        self._since = device.started_at
        self._watched: dict[str, _Watched] = {}

    def make(self, now: datetime) -> Heartbeat:
        """Give the heartbeat of this moment."""
        elapsed_s = (now - self._since).total_seconds()
        cameras = tuple(self._camera(report, elapsed_s) for report in self._read_cameras())
        stock = self._read_stock()
        return Heartbeat(
            device_id=self._device.device_id,
            sent_at=now,
            started_at=self._device.started_at,
            agent_version=self._device.agent_version,
            cameras=cameras,
            outbox_pending=stock.outbox_pending,
            outbox_set_aside=stock.outbox_set_aside,
            outbox_dropped=stock.outbox_dropped,
            evidence_bytes=stock.evidence_bytes,
            evidence_dropped=stock.evidence_dropped,
            disk_free_bytes=shutil.disk_usage(self._device.data_directory).free,
            cpu_temperature_c=cpu_temperature_c(self._temperature_file),
            model=self._device.model,
        )

    def arrived(self, heartbeat: Heartbeat) -> None:
        """Begin to count anew after a heartbeat that the server has."""
        self._since = heartbeat.sent_at
        self._watched.clear()

    def _camera(self, report: CameraReport, elapsed_s: float) -> CameraHealth:
        watched = self._watched.setdefault(report.camera_id, _Watched())
        watched.analysed_frames += report.analysed_frames
        watched.observed_s += report.observed_s
        position = report.position_lonlat
        return CameraHealth(
            camera_id=report.camera_id,
            state=report.state,
            state_since=report.state_since,
            last_frame_at=report.last_frame_at,
            analysed_fps=round(min(watched.analysed_frames / elapsed_s, 1000.0), 2) if elapsed_s > 0 else 0.0,
            observed_s=round(watched.observed_s, 1),
            position=None if position is None else CameraPosition(lon=position[0], lat=position[1]),
        )


def cpu_temperature_c(file: Path = CPU_TEMPERATURE_FILE) -> float | None:
    """Read the temperature of the processor, None where the machine does not tell."""
    try:
        return int(file.read_text()) / 1000.0
    except (OSError, ValueError):
        return None
