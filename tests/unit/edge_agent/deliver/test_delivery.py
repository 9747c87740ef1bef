"""The delivery loop, step by step, with a clock that the test moves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.deliver import DeliverParams
from edge_agent.errors import PermanentError, ServerFault, TransientError
from edge_agent.outbox import OutgoingMessage
from edge_agent.pipeline.status import CameraReport
from tests.fakes.box import Box, name, picture, run_until
from tests.fakes.clock import NOON
from tests.fakes.uplink import FakeUplink
from wire_contract.vocabulary import CameraState


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    yield box
    box.outbox.close()


def pending(box: Box) -> int:
    return box.outbox.messages.counts().pending


def test_events_go_first_then_evidence_then_a_heartbeat(box: Box) -> None:
    box.put(1, picture(1))
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    delivery.step()
    assert uplink.calls == ["events", "evidence", "heartbeat"]
    assert list(uplink.evidence.values()) == [picture(1)]
    assert pending(box) == 0


def test_with_nothing_to_do_it_idles_and_gives_a_sign_of_life_each_minute(box: Box) -> None:
    uplink = FakeUplink()
    delivery = box.delivery(uplink, idle_s=0.5, heartbeat_every_s=60.0)
    begun = box.clock.now()
    while (box.clock.now() - begun).total_seconds() < 301:
        box.clock.advance(delivery.step())
    assert [round((beat.sent_at - begun).total_seconds()) for beat in uplink.heartbeats] == [
        0,
        60,
        120,
        180,
        240,
        300,
    ]


def test_more_than_a_batch_goes_without_a_pause(box: Box) -> None:
    for number in range(250):
        box.put(number)
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    waits = [delivery.step() for _ in range(4)]
    assert [len(batch) for batch in uplink.batches] == [100, 100, 50]
    assert waits[:2] == [0.0, 0.0]
    assert [message["event_id"] for message in uplink.arrived] == [name(number) for number in range(250)]


def test_a_server_that_is_away_is_tried_ever_less_often_and_nothing_is_lost(box: Box) -> None:
    box.put(1, picture(1))
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    uplink.errors.extend(TransientError("no route") for _ in range(20))
    waits = [delivery.step() for _ in range(10)]
    assert waits == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 45.0, 45.0, 45.0, 45.0]
    run_until(delivery, box.clock, lambda: bool(uplink.evidence) and bool(uplink.heartbeats))
    assert len(uplink.arrived) == 1
    assert delivery.step() == DeliverParams().idle_s
    box.put(2)
    uplink.errors.append(TransientError("no route"))
    assert delivery.step() == 0.75, "patience begins anew"


def test_a_server_that_names_a_time_is_left_alone_until_then_but_not_for_ever(box: Box) -> None:
    box.put(1)
    uplink = FakeUplink()
    delivery = box.delivery(uplink, max_retry_after_s=3600.0)
    uplink.errors.extend([TransientError("busy", retry_after_s=90.0), None])
    assert delivery.step() == 90.0
    uplink.errors.extend([TransientError("busy", retry_after_s=10**6), None])
    assert delivery.step() == 3600.0


def test_a_sign_of_life_is_given_even_while_events_are_not_taken(box: Box) -> None:
    box.put(1)
    uplink = FakeUplink()
    uplink.errors.append(ServerFault("500"))
    box.delivery(uplink).step()
    assert uplink.calls == ["events", "heartbeat"]
    assert len(uplink.heartbeats) == 1
    assert uplink.heartbeats[0].outbox_pending == 1


def test_what_the_server_refuses_is_set_aside_with_its_reason_and_the_rest_goes_on(box: Box) -> None:
    for number in range(3):
        box.put(number)
    uplink = FakeUplink(verdicts={name(1): "refused"})
    box.delivery(uplink).step()
    [kept] = box.outbox.messages.list_set_aside()
    assert (kept.event_id, kept.reason) == (name(1), "as told")
    assert len(uplink.arrived) == 2
    assert pending(box) == 0


@pytest.mark.parametrize("verdict", ["retry", "silence"])
def test_a_message_that_shall_be_tried_again_waits_by_itself(box: Box, verdict: str) -> None:
    for number in range(3):
        box.put(number)
    uplink = FakeUplink(verdicts={name(1): verdict})
    delivery = box.delivery(uplink)
    delivery.step()
    assert pending(box) == 1
    uplink.verdicts.clear()
    run_until(delivery, box.clock, lambda: len(uplink.arrived) == 3)


def test_a_duplicate_has_arrived(box: Box) -> None:
    box.put(1)
    box.delivery(FakeUplink(verdicts={name(1): "duplicate"})).step()
    assert pending(box) == 0


def test_a_batch_refused_as_a_whole_loses_only_the_message_at_fault(box: Box) -> None:
    for number in range(9):
        box.put(number)
    uplink = FakeUplink(verdicts={name(4): PermanentError("422: 4/zone_id")})
    box.delivery(uplink).step()
    assert [kept.event_id for kept in box.outbox.messages.list_set_aside()] == [name(4)]
    assert {message["event_id"] for message in uplink.arrived} == {name(n) for n in range(9) if n != 4}


def test_a_message_over_which_the_server_stumbles_does_not_hold_up_the_others(box: Box) -> None:
    for number in range(20):
        box.put(number)
    uplink = FakeUplink(verdicts={name(3): ServerFault("500")})
    delivery = box.delivery(uplink)
    run_until(delivery, box.clock, lambda: len(uplink.arrived) == 19)
    assert pending(box) == 1
    assert box.outbox.messages.list_set_aside() == [], "it may work after the next update of the server"
    uplink.verdicts.clear()
    run_until(delivery, box.clock, lambda: pending(box) == 0)


def test_the_later_words_on_an_event_wait_for_the_first(box: Box) -> None:
    box.put(1)
    box.put(1, sequence=1)
    uplink = FakeUplink(verdicts={name(1): "retry"})
    delivery = box.delivery(uplink)
    delivery.step()
    uplink.verdicts.clear()
    run_until(delivery, box.clock, lambda: pending(box) == 0)
    assert [message["sequence"] for message in uplink.arrived] == [0, 1]


def test_evidence_that_cannot_be_sent_now_does_not_hold_up_events(box: Box) -> None:
    box.put(1, picture(1))
    uplink = FakeUplink()
    uplink.errors.extend([None, TransientError("cut off")])
    delivery = box.delivery(uplink)
    delivery.step()
    box.put(2)
    delivery.step()
    assert len(uplink.arrived) == 2
    run_until(delivery, box.clock, lambda: bool(uplink.evidence))


def test_evidence_damaged_on_the_disk_is_not_sent_and_not_tried_for_ever(box: Box) -> None:
    damaged, gone, sound = box.put(1, picture(1), picture(2), picture(3))
    damaged.path.write_bytes(b"worn out")
    gone.path.unlink()
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    for _ in range(3):
        delivery.step()
    assert list(uplink.evidence) == [sound.sha256]
    assert uplink.calls.count("evidence") == 1


def test_evidence_that_vanished_before_its_event_was_committed_does_not_stop_the_event(box: Box) -> None:
    [piece] = box.put(1, picture(1))
    piece.path.unlink()
    late = OutgoingMessage(name(2), 0, b"{}", (replace(piece, sha256="e" * 64),))
    box.outbox.commit_step([late], {}, box.clock.now())
    assert pending(box) == 2


def test_evidence_that_the_server_has_lost_is_sent_again(box: Box) -> None:
    [piece] = box.put(1, picture(1))
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    delivery.step()
    uplink.evidence.clear()
    box.put(2, picture(1))  # another event with the same picture
    uplink.missing[name(2)] = (piece.sha256,)
    delivery.step()
    assert list(uplink.evidence) == [piece.sha256]


def test_time_watched_is_told_once_and_not_lost_with_a_heartbeat_that_did_not_arrive(box: Box) -> None:
    box.reports.append(CameraReport("cam-1", None, CameraState.OK, NOON, NOON, 300, 60.0))
    uplink = FakeUplink()
    delivery = box.delivery(uplink)
    uplink.errors.append(TransientError("no route"))
    for _ in range(3):
        delivery.step()
        box.clock.advance(60)
    assert [beat.cameras[0].observed_s for beat in uplink.heartbeats] == [120.0, 60.0]


def test_a_refused_heartbeat_does_not_end_the_delivery(box: Box) -> None:
    uplink = FakeUplink()
    uplink.errors.append(PermanentError("422"))
    delivery = box.delivery(uplink)
    delivery.step()
    box.put(1)
    delivery.step()
    assert len(uplink.arrived) == 1


def test_a_fault_in_a_step_is_logged_and_the_loop_lives_on(box: Box) -> None:
    box.put(1)
    uplink = FakeUplink()
    uplink.errors.append(RuntimeError("a fault of ours"))
    delivery = box.delivery(uplink)
    delivery.run(lambda: bool(uplink.arrived))
    assert pending(box) == 0


def test_settings_that_cannot_work_are_refused_by_key() -> None:
    for key in ("heartbeat_every_s", "idle_s", "tidy_every_s", "max_retry_after_s", "evidence_per_step"):
        with pytest.raises(ValueError, match=f"^{key}: "):
            DeliverParams(**{key: 0})  # type: ignore[arg-type]
