"""Where the events of a replay go: into a file, or by an agent's outbox to its server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from edge_agent.bootstrap.agent import still_writer
from edge_agent.bootstrap.box import open_box
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.commands.event_file import EventFile
from edge_agent.config.agent import load_agent
from edge_agent.config.camera import CameraSettings
from edge_agent.errors import ConfigError
from edge_agent.pipeline import Ledger
from edge_agent.ports import Detector, EvidenceWriter

REPLAY_DEVICE_ID = "replay"
"""Stands in messages where no agent.toml names a device."""

CHECK_S = 0.1


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who sends, and through what."""

    device_id: str
    ledger: Ledger
    evidence: EvidenceWriter | None = None


@contextmanager
def into_file(path: Path | None) -> Iterator[Outlet]:
    """Write event lines; see `EventFile`."""
    with EventFile(path) as file:
        yield Outlet(REPLAY_DEVICE_ID, file)


@contextmanager
def to_server(agent_file: Path, camera: CameraSettings, detector: Detector) -> Iterator[Outlet]:
    """Commit to the outbox of an agent and deliver while the block runs and until nothing is left to deliver.

    A replay that was killed takes up what the rules remembered and goes on, so that each event arrives once.
    """
    settings = load_agent(agent_file)
    if settings.server is None:
        raise ConfigError(f"{agent_file}: --deliver needs a server; write [server] url")
    stop = Event()
    clock = SystemClock(stop)
    box = open_box(settings, detector.model, list, clock)
    assert box.courier is not None  # because there is a server
    courier = Thread(target=box.courier.run, args=(stop,), name="delivery", daemon=True)
    courier.start()
    try:
        yield Outlet(settings.agent.id, box.stores.outbox, still_writer(camera, box, detector))
        while box.has_unsent():
            clock.sleep(CHECK_S)
    finally:
        stop.set()
        courier.join()
        box.close()
