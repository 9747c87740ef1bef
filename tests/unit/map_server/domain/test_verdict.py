"""Decisions of auditors on incidents in every state, and taking them back."""

from dataclasses import replace

import pytest

from map_server.domain.errors import Conflict, InvalidInput
from map_server.domain.event import View
from map_server.domain.incident import Incident, IncidentState, Judgement, resolved
from map_server.domain.verdict import (
    Decision,
    Opinion,
    RejectReason,
    Verdict,
    decided,
    is_undecided,
    standing_of,
    taken_back,
)
from tests.fakes.clock import NOON
from wire_contract.vocabulary import EventKind

CONFIRM = Opinion(decision=Decision.CONFIRM)
REJECT = Opinion(decision=Decision.REJECT, reason=RejectReason.LIGHT_OR_SHADOW)
UNSURE = Opinion(decision=Decision.UNSURE)
IT_IS_A_CAR = Opinion(decision=Decision.RELABEL, kind=EventKind.BLOCKED_FIRE_LANE)
IT_IS_CARDBOARD = Opinion(decision=Decision.RELABEL, label="cardboard")


def bag(state: IncidentState = IncidentState.OPEN, judgement: Judgement | None = None) -> Incident:
    is_there = state in (IncidentState.OPEN, IncidentState.CONFIRMED)
    return Incident(
        incident_id="i",
        kind=EventKind.GARBAGE_DROP,
        state=state,
        anchor="a",
        site_id=None,
        views=(View("box", "cam", "zone"),),
        fix=None,
        label="garbage",
        score=0.9,
        first_seen_at=NOON,
        last_seen_at=NOON,
        event_count=1,
        open_event_count=1 if is_there else 0,
        updated_at=NOON,
        judgement=judgement,
        cleared_at=NOON if state is IncidentState.CLEARED else None,
    )


def verdict_on(incident: Incident, opinion: Opinion) -> Verdict:
    return Verdict(
        verdict_id="v",
        incident_id=incident.incident_id,
        opinion=opinion,
        decided_by="a",
        decided_at=NOON,
        incident_version=2,
        before=standing_of(incident),
    )


@pytest.mark.parametrize(
    ("opinion", "state", "kind"),
    [
        (CONFIRM, IncidentState.CONFIRMED, EventKind.GARBAGE_DROP),
        (REJECT, IncidentState.REJECTED, EventKind.GARBAGE_DROP),
        (IT_IS_A_CAR, IncidentState.CONFIRMED, EventKind.BLOCKED_FIRE_LANE),
        (IT_IS_CARDBOARD, IncidentState.CONFIRMED, EventKind.GARBAGE_DROP),  # same kind, another thing
        (UNSURE, IncidentState.OPEN, EventKind.GARBAGE_DROP),  # stays for a second opinion
    ],
)
def test_opinion_changes_the_incident(opinion: Opinion, state: IncidentState, kind: EventKind) -> None:
    after = decided(bag(), opinion)
    assert (after.state, after.kind) == (state, kind)


def test_what_cleared_before_anyone_looked_is_still_to_be_judged() -> None:
    gone = bag(IncidentState.CLEARED)
    assert is_undecided(gone)
    assert decided(gone, CONFIRM).state is IncidentState.CLEARED
    assert not is_undecided(decided(gone, CONFIRM))


@pytest.mark.parametrize(
    "decided_already",
    [
        bag(IncidentState.CONFIRMED, Judgement.CONFIRMED),
        bag(IncidentState.CLEARED, Judgement.CONFIRMED),
        bag(IncidentState.MERGED),
    ],
    ids=lambda incident: f"{incident.state}-{incident.judgement}",
)
def test_nothing_is_confirmed_twice(decided_already: Incident) -> None:
    with pytest.raises(Conflict):
        decided(decided_already, CONFIRM)


@pytest.mark.parametrize("opinion", [CONFIRM, REJECT, IT_IS_A_CAR, IT_IS_CARDBOARD, UNSURE])
@pytest.mark.parametrize("state", [IncidentState.OPEN, IncidentState.CLEARED])
def test_taking_back_restores_what_was(opinion: Opinion, state: IncidentState) -> None:
    before = bag(state)
    assert taken_back(decided(before, opinion), verdict_on(before, opinion)) == before


def test_what_was_dealt_with_is_not_taken_back() -> None:
    before = bag()
    after = resolved(decided(before, CONFIRM))
    with pytest.raises(Conflict, match="acted on"):
        taken_back(after, verdict_on(before, CONFIRM))


def test_taken_back_after_the_device_saw_it_go_is_cleared_and_undecided() -> None:
    before = bag()
    gone_meanwhile = replace(
        decided(before, CONFIRM), state=IncidentState.CLEARED, open_event_count=0, cleared_at=NOON
    )
    after = taken_back(gone_meanwhile, verdict_on(before, CONFIRM))
    assert after.state is IncidentState.CLEARED
    assert is_undecided(after)


def test_a_verdict_is_taken_back_once() -> None:
    verdict = verdict_on(bag(), CONFIRM).undone(NOON, "a")
    with pytest.raises(Conflict, match="already"):
        verdict.undone(NOON, "a")


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": Decision.REJECT},  # why?
        {"decision": Decision.CONFIRM, "reason": RejectReason.WEATHER},
        {"decision": Decision.RELABEL},  # what is it then?
        {"decision": Decision.UNSURE, "kind": EventKind.GARBAGE_DROP},
        {"decision": Decision.RELABEL, "label": " "},
        {"decision": Decision.UNSURE, "note": "x" * 501},
    ],
    ids=str,
)
def test_half_an_opinion_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Opinion(**fields)  # type: ignore[arg-type]


def test_the_desk_has_a_key_for_each_reason() -> None:
    assert len(RejectReason) == 9
