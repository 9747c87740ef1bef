"""agent.toml: the box, its cameras and its server. Secrets never stand in it; see
`edge_agent.bootstrap.box`.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from edge_agent.config.camera import CameraSettings, load_camera, refuse_unfit_identifier
from edge_agent.config.tables import Place, build, read_toml
from edge_agent.deliver import DeliverParams
from edge_agent.detect import DEFAULT_MODEL
from edge_agent.errors import ConfigError
from edge_agent.evidence import EvidenceStoreParams
from edge_agent.outbox import OutboxParams
from edge_agent.uplink import UplinkParams

MAX_CAMERAS = 64
"""As many as a heartbeat carries."""


@dataclass(frozen=True, slots=True)
class AgentTable:
    """Table `[agent]`: this box."""

    id: str
    """The device's name on the wire; the server must have enrolled it."""
    cameras: tuple[Path, ...]
    """The camera.toml files, relative to this file."""
    data_directory: Path = Path("data")
    """Outbox, evidence and secrets, relative to this file; made when missing."""
    model: str = DEFAULT_MODEL
    """An id of models/registry.toml, "default", the path of an .onnx file, or "none"."""
    detector_threads: int = 1
    """Threads that one look of the detector may use, 1 to 16."""
    metrics_port: int | None = None
    """Serve Prometheus metrics on http://127.0.0.1:PORT/metrics. Not given: none are served."""

    def __post_init__(self) -> None:
        refuse_unfit_identifier("id", self.id)
        if not 1 <= len(self.cameras) <= MAX_CAMERAS:
            raise ValueError(f"cameras: {len(self.cameras)} given; allowed are 1 to {MAX_CAMERAS}")
        if not 1 <= self.detector_threads <= 16:
            raise ValueError(f"detector_threads: {self.detector_threads} is out of range; allowed is 1 to 16")
        if self.metrics_port is not None and not 1 <= self.metrics_port <= 65535:
            raise ValueError(f"metrics_port: {self.metrics_port} is no port; allowed is 1 to 65535")


@dataclass(frozen=True, slots=True)
class ServerTable:
    """Table `[server]`: where events go. Without it they stay in the outbox."""

    url: str
    """Address of the map server, https://…; http:// only on the same box or with `allow_http`."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise ValueError("url: is no address; write it like https://map.example.org")


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """All of agent.toml; each field is a table of the file."""

    agent: AgentTable
    server: ServerTable | None = None
    uplink: UplinkParams = field(default_factory=UplinkParams)
    deliver: DeliverParams = field(default_factory=DeliverParams)
    outbox: OutboxParams = field(default_factory=OutboxParams)
    evidence_store: EvidenceStoreParams = field(default_factory=EvidenceStoreParams)


def load_agent(file: Path) -> AgentSettings:
    """Read agent.toml. Raises ConfigError, one line that names file, key and mend."""
    settings = build(AgentSettings, read_toml(file), Place(file))
    agent, folder = settings.agent, file.parent
    model = str(folder / agent.model) if agent.model.endswith(".onnx") else agent.model
    return replace(settings, agent=replace(agent, model=model, data_directory=folder / agent.data_directory))


def load_cameras(file: Path, settings: AgentSettings) -> tuple[CameraSettings, ...]:
    """Read the camera files of an agent. Raises ConfigError for the first fault, also for two of one id."""
    cameras = [(path, load_camera(path)) for path in settings.agent.cameras]
    by_id: dict[str, Path] = {}
    for path, camera in cameras:
        other = by_id.setdefault(camera.camera.id, path)
        if other is not path:
            raise ConfigError(
                f"{file}: [agent] cameras: {other} and {path} both have the id {camera.camera.id!r}"
            )
    return tuple(camera for _, camera in cameras)
