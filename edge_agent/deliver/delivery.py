"""Loop 2: outbox -> server. Events first, then evidence, then a heartbeat; patience when it is away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from edge_agent.deliver.housekeeping import Housekeeping
from edge_agent.deliver.params import DeliverParams
from edge_agent.errors import PermanentError, ServerFault, TransientError
from edge_agent.evidence import EvidenceStore
from edge_agent.health import Heartbeats
from edge_agent.outbox import Backoff, ClaimedMessage, Outbox
from edge_agent.ports import Clock, Uplink
from wire_contract.messages import IngestResult
from wire_contract.routes import MAX_BATCH_BYTES, MAX_BATCH_EVENTS

log = structlog.get_logger(__name__)

_BRACKETS_AND_COMMAS = MAX_BATCH_EVENTS + 1


@dataclass(frozen=True, slots=True)
class Stores:
    """What the box holds and who keeps it in order."""

    outbox: Outbox
    evidence: EvidenceStore
    housekeeping: Housekeeping


class Delivery:
    """Empties the outbox. At-least-once: a message is sent until the server has said what became of it."""

    def __init__(
        self,
        stores: Stores,
        uplink: Uplink,
        heartbeats: Heartbeats,
        params: DeliverParams,
        backoff: Backoff,
        clock: Clock,
    ) -> None:
        """`backoff` is for the server as a whole; single messages have that of the outbox."""
        self._outbox = stores.outbox
        self._evidence = stores.evidence
        self._housekeeping = stores.housekeeping
        self._uplink = uplink
        self._heartbeats = heartbeats
        self._params = params
        self._backoff = backoff
        self._clock = clock
        self._failures = 0
        self._batch_limit = MAX_BATCH_EVENTS
        self._heartbeat_due_s = clock.monotonic_s()
        self._tidy_due_s = clock.monotonic_s()

    def run(self, is_stopping: Callable[[], bool]) -> None:
        """Step until the program is asked to stop."""
        while not is_stopping():
            try:
                wait_s = self.step()
            except Exception:  # the loop must live on: a fault in one step must not end the delivery for good
                log.exception("delivery step failed")
                wait_s = self._after_failure(None)
            self._clock.sleep(wait_s)

    def step(self) -> float:
        """Send what is due once and give the seconds to wait before the next step."""
        has_more, trouble = False, None
        for part in (self._tidy_if_due, self._send_events_and_evidence, self._send_heartbeat_if_due):
            try:
                has_more = part() or has_more
            except TransientError as error:
                trouble = trouble or error
        if trouble is None:
            self._failures = 0
            return 0.0 if has_more else self._params.idle_s
        wait_s = self._after_failure(trouble.retry_after_s)
        log.warning("delivery waits", reason=str(trouble), failures=self._failures, wait_s=round(wait_s, 1))
        return wait_s

    def _after_failure(self, retry_after_s: float | None) -> float:
        self._failures += 1
        wait_s = self._backoff.wait_s(self._failures)
        return max(wait_s, min(retry_after_s or 0.0, self._params.max_retry_after_s))

    def _tidy_if_due(self) -> bool:
        if self._clock.monotonic_s() >= self._tidy_due_s:
            self._tidy_due_s = self._clock.monotonic_s() + self._params.tidy_every_s
            self._housekeeping.tidy(self._clock.now())
        return False

    def _send_events_and_evidence(self) -> bool:
        has_more_events = self._send_events()
        return self._send_evidence() or has_more_events

    def _send_events(self) -> bool:
        """Send one batch. Gives True when more may be waiting."""
        claimed = self._outbox.messages.claim(
            self._clock.now(), self._batch_limit, MAX_BATCH_BYTES - _BRACKETS_AND_COMMAS
        )
        if not claimed:
            return False
        try:
            self._send_batch(claimed)
        except ServerFault as error:
            # A message over which the server stumbles must not hold up the others: batches shrink until it
            # is alone, and then it waits by itself.
            if len(claimed) == 1:
                self._outbox.messages.defer(claimed, self._clock.now(), str(error))
            self._batch_limit = max(1, self._batch_limit // 2)
            raise
        self._batch_limit = min(MAX_BATCH_EVENTS, self._batch_limit * 2)
        return True

    def _send_batch(self, messages: Sequence[ClaimedMessage]) -> None:
        """Send messages; a batch that is refused as a whole is halved until the one at fault stands alone."""
        try:
            results = self._uplink.send_events([message.body for message in messages])
        except PermanentError as error:
            if len(messages) == 1:
                self._set_aside(messages[0], str(error))
                return
            half = len(messages) // 2
            self._send_batch(messages[:half])
            self._send_batch(messages[half:])
            return
        self._settle(messages, results)

    def _settle(self, messages: Sequence[ClaimedMessage], results: Sequence[IngestResult]) -> None:
        """Do with each message what the server said about it."""
        said = {(result.event_id, result.sequence): result for result in results}
        now = self._clock.now()
        arrived = []
        for message in messages:
            result = said.get(message.key)
            if result is None:
                self._outbox.messages.defer([message], now, "the server said nothing about it")
            elif result.status == "refused":
                self._set_aside(message, result.problem or "refused without a reason")
            elif result.status == "retry":
                self._outbox.messages.defer([message], now, result.problem or "the server asks to try again")
            else:
                arrived.append(message.key)
        self._outbox.messages.ack(arrived, now)
        for result in results:
            if result.missing_evidence:
                self._outbox.evidence.mark_missing(
                    (result.event_id, result.sequence), result.missing_evidence
                )

    def _set_aside(self, message: ClaimedMessage, reason: str) -> None:
        self._outbox.messages.set_aside([message.key], self._clock.now(), reason)
        log.error(
            "message refused for good", event_id=message.event_id, sequence=message.sequence, reason=reason
        )

    def _send_evidence(self) -> bool:
        """Send a few files. Gives True when more may be waiting."""
        due = self._outbox.evidence.due(self._clock.now(), self._params.evidence_per_step)
        for piece in due:
            try:
                content = self._evidence.read(piece.sha256)
                self._uplink.send_evidence(piece.sha256, piece.media_type, content)
            except PermanentError as error:
                self._outbox.evidence.set_aside(piece.sha256, str(error))
                log.error("evidence not delivered", sha256=piece.sha256, reason=str(error))
            except TransientError as error:
                self._outbox.evidence.defer(piece, self._clock.now(), str(error))
                raise
            else:
                self._outbox.evidence.mark_sent(piece.sha256)
        return len(due) == self._params.evidence_per_step

    def _send_heartbeat_if_due(self) -> bool:
        if self._clock.monotonic_s() < self._heartbeat_due_s:
            return False
        heartbeat = self._heartbeats.make(self._clock.now())
        try:
            self._uplink.send_heartbeat(heartbeat)
        except PermanentError as error:
            log.error("heartbeat refused", reason=str(error))
        else:
            self._heartbeats.arrived(heartbeat)
        self._heartbeat_due_s = self._clock.monotonic_s() + self._params.heartbeat_every_s
        return False
