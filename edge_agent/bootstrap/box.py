"""What all cameras of a box share: the outbox, the evidence folder, and the way to the server."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import random
from threading import Event

import structlog

from edge_agent.config.agent import AgentSettings
from edge_agent.deliver import Delivery, Housekeeping, Stores
from edge_agent.errors import ConfigError, TransientError
from edge_agent.evidence import EvidenceStore
from edge_agent.health import CameraReport, Device, Heartbeats, Stock
from edge_agent.outbox import Backoff, open_outbox
from edge_agent.ports import Clock
from edge_agent.uplink import HttpUplink, enrol, load_token
from wire_contract.messages import ModelRef

log = structlog.get_logger(__name__)

TOKEN_FILE = "device-token"  # noqa: S105  the name of a file
"""In the data directory, mode 0600."""
TOKEN_VARIABLE = "LILONG_DEVICE_TOKEN"  # noqa: S105  the name of a variable
ONE_TIME_VARIABLE = "LILONG_ONE_TIME_TOKEN"
"""Environment variables: the lasting token, or the one-time token to be exchanged for it at the first
start.
"""

FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 60.0


class Courier:
    """Brings what the outbox holds to the server, in its own thread."""

    def __init__(
        self, settings: AgentSettings, url: str, stores: Stores, heartbeats: Heartbeats, clock: Clock
    ) -> None:
        """Raises ConfigError when this box is not enrolled and has no one-time token that the server
        takes.
        """
        self._device_id = settings.agent.id
        self._token_file = settings.agent.data_directory / TOKEN_FILE
        self._uplink = HttpUplink(url, settings.agent.id, settings.uplink, clock)
        self._clock = clock
        backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S, random)
        self._delivery = Delivery(stores, self._uplink, heartbeats, settings.deliver, backoff, clock)
        self._is_enrolled = self._enrol()

    def run(self, stop: Event) -> None:
        """Deliver until told to stop."""
        while not self._is_enrolled and not stop.is_set():
            self._clock.sleep(LONGEST_RETRY_S)
            self._is_enrolled = self._enrol()
        self._delivery.run(stop.is_set)
        self._uplink.close()

    def _enrol(self) -> bool:
        """Take up the token, or fetch one. Gives False when the server cannot be reached just now."""
        token = os.environ.get(TOKEN_VARIABLE) or load_token(self._token_file)
        if token is None:
            one_time = os.environ.get(ONE_TIME_VARIABLE)
            if not one_time:
                raise ConfigError(
                    f"device {self._device_id} is not enrolled; get a one-time token on the server "
                    f"(map-server enroll-device {self._device_id}) and start with {ONE_TIME_VARIABLE}=TOKEN"
                )
            try:
                token = enrol(self._uplink, self._device_id, one_time, self._token_file)
            except TransientError as error:
                log.warning("enrolment_waits", reason=str(error), retry_in_s=LONGEST_RETRY_S)
                return False
            log.info("enrolled", device=self._device_id)
        self._uplink.use_token(token)
        return True


@dataclass(frozen=True, slots=True)
class Box:
    """The shared parts. `courier` is None for a box without a server."""

    stores: Stores
    courier: Courier | None

    def has_unsent(self) -> bool:
        """Tell whether the server still lacks messages, or evidence of messages that it has."""
        if self.stores.outbox.messages.counts().pending:
            return True
        return any(piece.is_wanted and not piece.is_sent for piece in self.stores.outbox.evidence.stored())

    def close(self) -> None:
        """Close the outbox."""
        self.stores.outbox.close()


def open_box(
    settings: AgentSettings,
    model: ModelRef | None,
    read_cameras: Callable[[], Sequence[CameraReport]],
    clock: Clock,
) -> Box:
    """Open what cameras share. Raises ConfigError for a folder that cannot be used or a box not enrolled."""
    data = settings.agent.data_directory
    _make_private(data)
    outbox, _ = open_outbox(data / "outbox.sqlite3", settings.outbox, now=clock.now(), random=random)
    evidence = EvidenceStore(data / "evidence", settings.evidence_store)
    stores = Stores(outbox, evidence, Housekeeping(outbox, evidence))
    device = Device(settings.agent.id, version("lilong"), clock.now(), model, data)
    heartbeats = Heartbeats(device, read_cameras, lambda: stock_of(stores))
    if settings.server is None:
        return Box(stores, None)
    return Box(stores, Courier(settings, settings.server.url, stores, heartbeats, clock))


def stock_of(stores: Stores) -> Stock:
    """Count what the box holds."""
    counts = stores.outbox.messages.counts()
    return Stock(
        outbox_pending=counts.pending,
        outbox_set_aside=counts.set_aside,
        outbox_dropped=counts.dropped,
        evidence_bytes=stores.evidence.total_bytes,
        evidence_dropped=stores.evidence.lost,
    )


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"[agent] data_directory: {folder} cannot be made ({error.strerror}); give another folder"
        ) from error
