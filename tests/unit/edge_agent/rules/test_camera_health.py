"""A fault of the camera is one event from its begin to its end, and says what is wrong."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from edge_agent.rules.camera_health import CameraHealth, CameraHealthParams
from edge_agent.types import Event
from tests.fakes.clock import NOON
from tests.fakes.pipeline import SIZE_PX, observation
from wire_contract.vocabulary import CameraState, EventKind, EventPhase


def health(*reasons: str) -> CameraHealth:
    numbers = count()
    params = CameraHealthParams(reasons) if reasons else CameraHealthParams()
    return CameraHealth(params, (), lambda: f"event-{next(numbers)}")


def see(rule: CameraHealth, second: float, state: CameraState, since: datetime | None = None) -> list[Event]:
    return rule.update(replace(observation(second), camera_state=state, camera_state_since=since))


def test_a_fault_opens_one_event_of_the_whole_picture_and_its_end_closes_it() -> None:
    rule = health()
    assert see(rule, 0, CameraState.OK) == []
    (opened,) = see(rule, 30, CameraState.COVERED, NOON + timedelta(seconds=10))
    assert see(rule, 31, CameraState.COVERED, NOON + timedelta(seconds=10)) == []
    (closed,) = see(rule, 90, CameraState.OK)
    assert (opened.kind, opened.phase) == (EventKind.CAMERA_HEALTH, EventPhase.OPENED)
    assert (opened.label, opened.attributes) == ("covered", {"reason": "covered"})
    assert opened.box_xyxy_px == (0, 0, *SIZE_PX)
    assert (opened.started_at, opened.raised_at) == (
        NOON + timedelta(seconds=10),
        NOON + timedelta(seconds=30),
    )
    assert (closed.event_id, closed.sequence, closed.phase) == (opened.event_id, 1, EventPhase.CLOSED)
    assert closed.closed_at == NOON + timedelta(seconds=90)
    assert closed.attributes["cause"] == "recovered"


def test_a_fault_that_turns_into_another_is_the_same_event() -> None:
    rule = health()
    (opened,) = see(rule, 1, CameraState.DEFOCUSED)
    (updated,) = see(rule, 2, CameraState.COVERED)
    assert (updated.event_id, updated.phase, updated.sequence) == (opened.event_id, EventPhase.UPDATED, 1)
    assert updated.attributes["reason"] == "covered"


def test_the_next_fault_is_another_event() -> None:
    rule = health()
    (first,) = see(rule, 1, CameraState.FROZEN)
    see(rule, 2, CameraState.OK)
    (second,) = see(rule, 3, CameraState.FROZEN)
    assert first.event_id != second.event_id


def test_an_event_goes_on_over_a_restart() -> None:
    before = health()
    (opened,) = see(before, 1, CameraState.MOVED)
    after = health()
    after.restore(json.loads(json.dumps(before.snapshot())))
    assert see(after, 1, CameraState.MOVED) == []
    assert see(after, 60, CameraState.MOVED) == []
    (closed,) = see(after, 61, CameraState.OK)
    assert (closed.event_id, closed.sequence) == (opened.event_id, 1)
    again = health()
    again.restore(json.loads(json.dumps(after.snapshot())))
    assert see(again, 70, CameraState.OK) == []


@pytest.mark.parametrize("state", [CameraState.STARTING, CameraState.OFFLINE])
def test_what_the_server_knows_from_heartbeats_is_no_event(state: CameraState) -> None:
    assert see(health(), 1, state) == []


def test_a_reason_that_is_not_wanted_is_no_event() -> None:
    rule = health("moved", "covered")
    assert see(rule, 1, CameraState.DARK) == []
    assert len(see(rule, 2, CameraState.COVERED)) == 1


def test_an_unknown_reason_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="reasons: 'broken' is none of moved"):
        CameraHealthParams(("broken",))
