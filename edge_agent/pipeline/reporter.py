"""Observation -> event -> outbox: rules judge, an event gets its place, evidence and bytes, and is made
durable.

What the rules remember is committed with the messages that they gave, so that a power cut leaves both or
neither.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from edge_agent.encode import encode_event
from edge_agent.errors import TransientError
from edge_agent.outbox import OutgoingMessage
from edge_agent.ports import EvidenceWriter, Locator, Rule
from edge_agent.state import decode_state, encode_state
from edge_agent.types import Event, Evidence, Frame, Observation
from wire_contract.messages import ModelRef
from wire_contract.vocabulary import EventPhase

log = structlog.get_logger(__name__)

SAVE_STATE_EVERY = timedelta(seconds=10)
"""What the rules remember is saved this often without an event: a compromise with the life of an SD card."""

FUTURE = timedelta(seconds=60)
"""A clock may be corrected by this much without anyone taking note."""

_SAVED = "saved"
"""Beside the rules' snapshots: when they were taken."""


class Ledger(Protocol):
    """Where messages and the rules' memory go, in one transaction. The outbox is one, a file of events
    another.
    """

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        """Keep all or nothing. Raises TransientError when it can't be written just now."""

    def load_state(self, name: str) -> str | None:
        """Give the text last committed under a name."""


class Meter(Protocol):
    """Watches a pipeline at work: for metrics in service, for CPU times in the benchmark."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time one stage."""

    def count(self, name: str, *labels: str) -> None:
        """Count one occurrence; names and labels are in `edge_agent.metrics`."""

    def watch(self, part: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Publish totals that a part keeps itself; names are in `edge_agent.metrics`."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks in a message."""

    device_id: str
    camera_id: str
    model: ModelRef | None


class Reporter:
    """The half of a pipeline that sees no pixels, but for the evidence."""

    def __init__(
        self,
        sender: Sender,
        rules: Mapping[str, Rule],
        locator: Locator,
        evidence: EvidenceWriter | None,
        ledger: Ledger,
        meter: Meter,
        *,
        is_live: bool,
    ) -> None:
        """`rules` by name; without an evidence writer events carry none.

        The state saved last is taken up with the first observation. With live footage, a state from the
        future (the clock was wrong then) is left aside, because the rules would pass over everything until
        then.
        """
        self._sender = sender
        self._rules = rules
        self._locator = locator
        self._evidence = evidence
        self._ledger = ledger
        self._meter = meter
        self._is_live = is_live
        self._state_name = f"camera:{sender.camera_id}"
        self._waiting: list[OutgoingMessage] = []
        self._saved_at: datetime | None = None

    def report(self, observation: Observation, frame: Frame | None) -> list[Event]:
        """Let the rules judge one instant and commit what they found; `frame` is None in a replay of
        detections.
        """
        if self._saved_at is None:
            self._restore(observation.captured_at)
            self._saved_at = observation.captured_at
        with self._meter.stage("rules"):
            found = [event for rule in self._rules.values() for event in rule.update(observation)]
        with self._meter.stage("evidence"):
            if self._evidence is not None and frame is not None:
                self._evidence.remember(frame, observation)
        events = [replace(event, fix=self._locator.locate(event)) for event in found]
        for event in events:
            self._enqueue(event, observation, frame)
        if self._waiting or abs(observation.captured_at - self._saved_at) >= SAVE_STATE_EVERY:
            with self._meter.stage("outbox"):
                self.commit(observation.captured_at)
        return events

    def commit(self, now: datetime) -> bool:
        """Make what waits durable, with the rules' memory. Gives False when it must be tried again later."""
        snapshots = {name: rule.snapshot() for name, rule in self._rules.items()}
        snapshots[_SAVED] = {"at": now.isoformat()}
        try:
            self._ledger.commit_step(self._waiting, {self._state_name: encode_state(snapshots)}, now)
        except TransientError as error:
            self._meter.count("commits_deferred")
            log.warning("events wait in memory", waiting=len(self._waiting), reason=str(error))
            return False
        self._waiting = []
        self._saved_at = now
        return True

    def _enqueue(self, event: Event, observation: Observation, frame: Frame | None) -> None:
        evidence = self._evidence_of(event, observation, frame)
        sender = self._sender
        try:
            body = encode_event(
                event,
                evidence,
                device_id=sender.device_id,
                camera_id=sender.camera_id,
                model=sender.model,
            )
        except ValueError as error:
            # A rule at fault must be heard of, and must not take the camera's other rules with it.
            self._meter.count("events_unfit")
            log.error("event breaks the wire contract and is not sent", kind=event.kind, error=str(error))
            return
        self._meter.count("events", event.kind, event.phase)
        self._waiting.append(OutgoingMessage(event.event_id, event.sequence, body, evidence))

    def _evidence_of(
        self, event: Event, observation: Observation, frame: Frame | None
    ) -> tuple[Evidence, ...]:
        if self._evidence is None or frame is None or event.phase is not EventPhase.OPENED:
            return ()
        try:
            with self._meter.stage("evidence"):
                return self._evidence.write(event, frame, observation)
        except (OSError, TransientError) as error:
            self._meter.count("evidence_failed")
            log.error("event goes without evidence", event_id=event.event_id, error=str(error))
            return ()

    def _restore(self, now: datetime) -> None:
        snapshots = decode_state(self._ledger.load_state(self._state_name))
        saved_at = snapshots.pop(_SAVED, {}).get("at")
        if self._is_live and saved_at is not None and datetime.fromisoformat(saved_at) > now + FUTURE:
            log.error(
                "saved state is from the future and is left aside", saved_at=saved_at, now=now.isoformat()
            )
            return
        for name, snapshot in snapshots.items():
            if name not in self._rules:
                continue
            try:
                self._rules[name].restore(snapshot)
            except (KeyError, TypeError, ValueError) as error:
                log.error("saved state of a rule is unreadable; it begins anew", rule=name, error=repr(error))
