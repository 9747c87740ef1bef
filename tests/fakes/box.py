"""A box with outbox, evidence folder and delivery, put together as the agent does it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from edge_agent.deliver import DeliverParams, Delivery, Housekeeping, Stores
from edge_agent.encode import encode_event
from edge_agent.evidence import EvidenceStore, EvidenceStoreParams
from edge_agent.health import CameraReport, Device, Heartbeats, Stock
from edge_agent.outbox import Backoff, Outbox, OutboxParams, OutgoingMessage, open_outbox
from edge_agent.ports import Uplink
from edge_agent.types import Evidence
from tests.fakes.clock import FakeClock
from tests.fakes.pipeline import event
from wire_contract.vocabulary import EventPhase, EvidenceRole, Redaction


def name(number: int) -> str:
    """Give the event id of this number."""
    return f"01936d2e-0000-7000-8000-{number:012x}"


@dataclass
class Box:
    """`send` opens the box's delivery over an uplink; `put` finds an event."""

    folder: Path
    store_params: EvidenceStoreParams = field(default_factory=lambda: EvidenceStoreParams(min_free_bytes=0))
    clock: FakeClock = field(default_factory=FakeClock)
    reports: list[CameraReport] = field(default_factory=list)
    outbox: Outbox = field(init=False)
    store: EvidenceStore = field(init=False)
    housekeeping: Housekeeping = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start, or start again after a crash."""
        path = self.folder / "outbox.sqlite3"
        self.outbox, _ = open_outbox(path, OutboxParams(), now=self.clock.now(), random=lambda: 0.5)
        self.store = EvidenceStore(self.folder / "evidence", self.store_params)
        self.housekeeping = Housekeeping(self.outbox, self.store)

    def delivery(self, uplink: Uplink, **params: float) -> Delivery:
        """Make the delivery loop."""
        return Delivery(
            Stores(self.outbox, self.store, self.housekeeping),
            uplink,
            Heartbeats(
                Device("box-1", "0.1.0", self.clock.now(), None, self.folder),
                lambda: self.reports,
                self.stock,
            ),
            DeliverParams(**params),  # type: ignore[arg-type]
            Backoff(1.0, 60.0, lambda: 0.5),
            self.clock,
        )

    def stock(self) -> Stock:
        counts = self.outbox.messages.counts()
        return Stock(
            counts.pending, counts.set_aside, counts.dropped, self.store.total_bytes, self.store.lost
        )

    def put(self, number: int, *contents: bytes, sequence: int = 0) -> list[Evidence]:
        """Commit one event with its evidence, a second after the last."""
        self.clock.advance(1)
        pieces = []
        for content in contents:
            self.housekeeping.make_room(len(content))
            sha256, path = self.store.save(content, "image/jpeg")
            pieces.append(
                Evidence(sha256, "image/jpeg", EvidenceRole.ALARM, self.clock.now(), Redaction.PERSONS, path)
            )
        phase = EventPhase.OPENED if sequence == 0 else EventPhase.UPDATED
        found = event(phase, event_id=name(number), sequence=sequence)
        body = encode_event(found, pieces, device_id="box-1", camera_id="cam-1", model=None)
        message = OutgoingMessage(found.event_id, sequence, body, tuple(pieces))
        self.outbox.commit_step([message], {}, self.clock.now())
        return pieces

    def files(self) -> set[str]:
        """Give the hashes of the evidence files."""
        return {file.stem for file in self.store.directory.iterdir()}


def picture(number: int, size: int = 1000) -> bytes:
    """Give bytes that differ by number."""
    return random.Random(number).randbytes(size)


def run_until(
    delivery: Delivery, clock: FakeClock, is_done: Callable[[], bool], limit: timedelta = timedelta(hours=24)
) -> None:
    """Step as the loop does until something is true."""
    end = clock.now() + limit
    while not is_done():
        assert clock.now() < end, "not done in time"
        clock.advance(delivery.step())
