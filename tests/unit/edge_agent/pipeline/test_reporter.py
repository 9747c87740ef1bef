"""What rules find leaves with place, evidence and bytes, once, and the rules' memory with it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edge_agent.pipeline import Reporter, Sender
from edge_agent.pipeline.reporter import SAVE_STATE_EVERY
from edge_agent.types import Event, Evidence, Observation
from tests.fakes.clock import NOON
from tests.fakes.pipeline import (
    FakeEvidence,
    FakeLedger,
    FakeMeter,
    FixedLocator,
    ScriptedRule,
    event,
    frame,
    observation,
)
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventPhase, EvidenceRole, Redaction

STILL = Evidence("a" * 64, "image/jpeg", EvidenceRole.ALARM, NOON, Redaction.PERSONS, Path("a.jpg"))


class Desk:
    """A reporter with fakes all around it."""

    def __init__(
        self,
        rule: ScriptedRule,
        ledger: FakeLedger | None = None,
        evidence: FakeEvidence | None = None,
        *,
        is_live: bool = True,
    ) -> None:
        self.rule = rule
        self.ledger = ledger or FakeLedger()
        self.meter = FakeMeter()
        self.reporter = Reporter(
            Sender("box-1", "cam-1", None),
            {"garbage_drop": rule},
            FixedLocator(),
            evidence,
            self.ledger,
            self.meter,
            is_live=is_live,
        )

    def see(self, second: float) -> list[Event]:
        return self.reporter.report(observation(second), frame(second))

    @property
    def sent(self) -> list[EventMessage]:
        return [EventMessage.model_validate_json(message.body) for message in self.ledger.messages]


def once(**changes: Any) -> ScriptedRule:
    """Raise one event in the first observation."""
    return ScriptedRule(lambda seen: [event(**changes)] if seen.captured_at == NOON else [])


def test_event_leaves_with_sender_place_and_evidence() -> None:
    desk = Desk(once(), evidence=FakeEvidence(pieces=(STILL,)))
    given = desk.see(0)
    (message,) = desk.sent
    assert (message.device_id, message.camera_id, message.event_id) == ("box-1", "cam-1", given[0].event_id)
    assert message.fix is not None
    assert message.fix.error_m == 1.5
    assert [piece.sha256 for piece in message.evidence] == ["a" * 64]
    assert desk.meter.counts["events", "garbage_drop", "opened"] == 1


@pytest.mark.parametrize("phase", [EventPhase.UPDATED, EventPhase.CLOSED])
def test_later_words_on_an_event_carry_no_new_evidence(phase: EventPhase) -> None:
    evidence = FakeEvidence(pieces=(STILL,))
    desk = Desk(once(phase=phase), evidence=evidence)
    desk.see(0)
    assert evidence.written == []
    assert desk.sent[0].phase is phase


def test_every_frame_is_offered_for_later_evidence() -> None:
    evidence = FakeEvidence()
    desk = Desk(ScriptedRule(), evidence=evidence)
    for second in range(3):
        desk.see(second)
    assert evidence.remembered == 3


@pytest.mark.parametrize("error", [OSError("read-only card"), PermissionError("no")])
def test_evidence_that_cannot_be_written_does_not_cost_the_event(error: Exception) -> None:
    desk = Desk(once(), evidence=FakeEvidence(error=error))
    desk.see(0)
    assert desk.sent[0].evidence == ()
    assert desk.meter.counts["evidence_failed",] == 1


def test_event_that_breaks_the_contract_is_told_and_costs_no_other() -> None:
    rule = ScriptedRule(lambda seen: [event(zone_id="not a name!"), event()])
    desk = Desk(rule)
    desk.see(0)
    assert len(desk.sent) == 1
    assert desk.meter.counts["events_unfit",] == 1


def test_memory_of_the_rules_is_committed_with_the_event_and_else_every_ten_seconds() -> None:
    desk = Desk(once())
    desk.see(0)
    assert desk.ledger.commits == 1
    assert json.loads(desk.ledger.state["camera:cam-1"])["rules"]["garbage_drop"] == {"count": 1}
    for second in range(1, 10):
        desk.see(second)
    assert desk.ledger.commits == 1
    desk.see(SAVE_STATE_EVERY.total_seconds())
    assert desk.ledger.commits == 2
    assert json.loads(desk.ledger.state["camera:cam-1"])["rules"]["garbage_drop"] == {"count": 11}


def test_event_waits_in_memory_while_the_disk_is_full_and_leaves_once() -> None:
    desk = Desk(once(), FakeLedger(is_full=True))
    desk.see(0)
    desk.see(1)
    assert desk.sent == []
    assert desk.meter.counts["commits_deferred",] == 2
    desk.ledger.is_full = False
    desk.see(2)
    desk.see(3)
    assert len(desk.sent) == 1


def test_restart_takes_up_what_the_rules_remembered() -> None:
    first = Desk(ScriptedRule())
    for second in range(3):
        first.see(second)
    assert first.reporter.commit(NOON + timedelta(seconds=2))
    second_life = Desk(ScriptedRule(), first.ledger)
    second_life.see(5)
    assert second_life.rule.count == 4


def test_memory_from_the_future_is_left_aside_when_live_because_the_rules_would_wait_for_it() -> None:
    """The clock was a year ahead when the state was saved, and has been corrected since."""
    first = Desk(ScriptedRule())
    first.see(365 * 86_400)
    first.reporter.commit(NOON + timedelta(days=365))
    live = Desk(ScriptedRule(), first.ledger)
    live.see(0)
    assert live.rule.count == 1
    replayed = Desk(ScriptedRule(), first.ledger, is_live=False)
    replayed.see(0)
    assert replayed.rule.count == 2


def test_memory_that_a_rule_cannot_read_lets_it_begin_anew() -> None:
    ledger = FakeLedger(
        state={"camera:cam-1": '{"format":1,"rules":{"garbage_drop":{},"gone_rule":{"x":1}}}'}
    )
    desk = Desk(ScriptedRule(), ledger)
    desk.see(0)
    assert desk.rule.count == 1


def test_rules_judge_without_a_frame_and_then_there_is_no_evidence() -> None:
    evidence = FakeEvidence(pieces=(STILL,))
    desk = Desk(once(), evidence=evidence)
    desk.reporter.report(Observation("cam-1", NOON, (64, 48)), None)
    assert desk.sent[0].evidence == ()
    assert evidence.remembered == 0
