"""The outbox against a model of it, through any sequence of puts, tries, answers and restarts."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_agent.outbox import ClaimedMessage, OutboxParams, OutgoingMessage, open_outbox
from tests.fakes.clock import NOON

EVENTS = st.sampled_from(["a", "b", "c", "d"])


class OutboxMachine(RuleBasedStateMachine):
    """The model: what waits (with its bytes), what has arrived in which order, what is set aside."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = NOON
        self.waiting: dict[tuple[str, int], bytes] = {}
        self.arrived: list[tuple[str, int]] = []
        self.set_aside: dict[tuple[str, int], bytes] = {}
        self.next_sequence: dict[str, int] = {}
        self.state = 0
        self.claimed: list[ClaimedMessage] = []
        self.open()

    def open(self) -> None:
        params = OutboxParams(retry_max_s=60.0)
        path = self.folder / "outbox.sqlite3"
        self.outbox, recovery = open_outbox(path, params, now=self.now, random=lambda: 0.5)
        assert recovery is None

    @rule(event_id=EVENTS, count=st.integers(1, 3))
    def put(self, event_id: str, count: int) -> None:
        first = self.next_sequence.get(event_id, 0)
        bodies = {(event_id, first + n): f"{event_id}{first + n}".encode() for n in range(count)}
        self.state += 1
        messages = [OutgoingMessage(*key, body) for key, body in bodies.items()]
        self.outbox.commit_step(messages, {"camera": str(self.state)}, self.now)
        self.waiting |= bodies
        self.next_sequence[event_id] = first + count

    @rule(event_id=EVENTS)
    def put_again(self, event_id: str) -> None:
        for sequence in range(self.next_sequence.get(event_id, 0)):
            self.outbox.commit_step([OutgoingMessage(event_id, sequence, b"another")], {}, self.now)

    @rule(limit=st.integers(1, 5))
    def claim(self, limit: int) -> None:
        self.claimed = self.outbox.messages.claim(self.now, limit, 10**6)
        for message in self.claimed:
            assert self.waiting[message.key] == message.body
            earlier = [
                key for key in self.waiting if key[0] == message.event_id and key[1] < message.sequence
            ]
            assert not earlier, "a message overtook one of its own event"

    @precondition(lambda self: self.claimed)
    @rule()
    def ack(self) -> None:
        self.outbox.messages.ack([message.key for message in self.claimed], self.now)
        for message in self.claimed:
            self.arrived.append(message.key)
            self.waiting.pop(message.key)
        self.claimed = []

    @precondition(lambda self: self.claimed)
    @rule()
    def defer(self) -> None:
        self.outbox.messages.defer(self.claimed, self.now, "busy")
        self.claimed = []

    @precondition(lambda self: self.claimed)
    @rule()
    def refuse(self) -> None:
        self.outbox.messages.set_aside([self.claimed[0].key], self.now, "no")
        self.set_aside[self.claimed[0].key] = self.waiting.pop(self.claimed[0].key)
        self.claimed = self.claimed[1:]

    @rule(seconds=st.sampled_from([1, 10, 120]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.claimed = []
        self.open()

    @invariant()
    def nothing_is_lost_and_nothing_is_doubled(self) -> None:
        counts = self.outbox.messages.counts()
        assert (counts.pending, counts.set_aside, counts.dropped) == (
            len(self.waiting),
            len(self.set_aside),
            0,
        )
        assert len(self.arrived) == len(set(self.arrived))
        assert {
            (kept.event_id, kept.sequence): kept.body for kept in self.outbox.messages.list_set_aside()
        } == (self.set_aside)
        assert self.outbox.load_state("camera") == (str(self.state) if self.state else None)

    def teardown(self) -> None:
        """In the end all that waits comes out, each event in its order."""
        for _ in range(200):
            self.now += timedelta(seconds=120)
            claimed = self.outbox.messages.claim(self.now, 100, 10**6)
            if not claimed:
                break
            self.outbox.messages.ack([message.key for message in claimed], self.now)
            for message in claimed:
                self.arrived.append(message.key)
                self.waiting.pop(message.key)
        assert not self.waiting
        for event_id in self.next_sequence:
            sequences = [sequence for name, sequence in self.arrived if name == event_id]
            assert sequences == sorted(sequences)
        self.outbox.close()
        shutil.rmtree(self.folder)


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
