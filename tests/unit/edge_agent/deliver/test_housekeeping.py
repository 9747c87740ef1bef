"""The evidence folder stays within its cap: what nobody needs goes first, an event never does."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from edge_agent.errors import TransientError
from edge_agent.evidence import EvidenceStoreParams
from tests.fakes.box import Box, picture
from tests.fakes.uplink import FakeUplink

MIB = 1024 * 1024
PIECE = 200_000
"""Five fit into a megabyte."""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, EvidenceStoreParams(max_bytes=MIB, min_free_bytes=0))


def bodies(box: Box) -> list[dict[str, object]]:
    return [json.loads(claimed.body) for claimed in box.outbox.messages.claim(box.clock.now(), 100, 10**7)]


def test_offline_for_long_the_oldest_evidence_goes_and_every_event_stays_and_tells_the_truth(
    box: Box,
) -> None:
    for number in range(8):
        box.put(number, picture(number, PIECE))
        assert box.store.total_bytes <= MIB
    waiting = bodies(box)
    assert len(waiting) == 8, "no event is dropped"
    assert [len(message["evidence"]) for message in waiting] == [0, 0, 0, 1, 1, 1, 1, 1]  # type: ignore[arg-type]
    assert [message["attributes"].get("evidence_dropped", 0) for message in waiting] == [
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        0,
    ]  # type: ignore[attr-defined]
    assert box.files() == {ref["sha256"] for message in waiting for ref in message["evidence"]}  # type: ignore[attr-defined]
    assert box.stock().evidence_dropped == 3


def test_delivered_evidence_goes_before_evidence_that_is_still_to_be_sent(box: Box) -> None:
    [old_but_waiting] = box.put(1, picture(1, PIECE))
    delivered = [box.put(number, picture(number, PIECE))[0] for number in (2, 3, 4)]
    for piece in delivered:
        box.outbox.evidence.mark_sent(piece.sha256)
    for number in (5, 6, 7):
        box.put(number, picture(number, PIECE))
    assert old_but_waiting.sha256 in box.files()
    assert box.stock().evidence_dropped == 0, "nothing was lost"


def test_evidence_of_delivered_events_goes_before_that_of_events_that_wait(box: Box) -> None:
    [waits] = box.put(1, picture(1, PIECE))
    [arrived] = box.put(2, picture(2, PIECE))
    box.outbox.messages.ack([(box.outbox.messages.claim(box.clock.now(), 9, 10**7)[1].key)], box.clock.now())
    for number in (3, 4, 5, 6):
        box.put(number, picture(number, PIECE))
    assert waits.sha256 in box.files()
    assert arrived.sha256 not in box.files()
    assert box.stock().evidence_dropped == 1


def test_a_picture_larger_than_the_folder_is_left_out_and_the_others_stay_away_only_as_needed(
    box: Box,
) -> None:
    with pytest.raises(TransientError, match="no room"):
        box.store.save(picture(1, MIB + 1), "image/jpeg")


def test_a_nearly_full_disk_counts_as_a_full_folder(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.put(1, picture(1, PIECE))
    tight = Box(tmp_path, EvidenceStoreParams(min_free_bytes=2**60))
    tight.housekeeping.make_room(1)
    assert tight.files() == set()
    with pytest.raises(TransientError):
        tight.store.save(b"x", "image/jpeg")


def test_sent_evidence_is_kept_for_a_while_then_deleted(tmp_path: Path) -> None:
    box = Box(tmp_path, EvidenceStoreParams(min_free_bytes=0, keep_sent_s=86_400.0))
    box.put(1, picture(1))
    delivery = box.delivery(FakeUplink())
    delivery.step()
    delivery.step()
    box.housekeeping.tidy(box.clock.now() + timedelta(hours=23))
    assert len(box.files()) == 1
    box.housekeeping.tidy(box.clock.now() + timedelta(hours=25))
    assert box.files() == set()
    assert box.stock().evidence_dropped == 0


def test_evidence_still_to_be_sent_is_not_deleted_for_its_age(box: Box) -> None:
    box.put(1, picture(1))
    box.housekeeping.tidy(box.clock.now() + timedelta(days=30))
    assert len(box.files()) == 1


def test_files_that_no_event_names_are_cleared_away_after_an_hour(box: Box) -> None:
    """A power cut between the picture and the commit."""
    [named] = box.put(1, picture(1))
    sha256, orphan = box.store.save(picture(2), "image/jpeg")
    written = box.clock.now().timestamp()
    for path in (named.path, orphan):
        os.utime(path, (written, written))
    box.housekeeping.tidy(box.clock.now() + timedelta(minutes=59))
    assert sha256 in box.files(), "its event may be about to be committed"
    box.housekeeping.tidy(box.clock.now() + timedelta(minutes=61))
    assert box.files() == {named.sha256}


def test_a_disk_on_which_nothing_can_be_written_is_freed_all_the_same(box: Box) -> None:
    pieces = [box.put(number, picture(number, PIECE))[0] for number in range(5)]
    failures = iter([TransientError("disk full")])
    drop = box.outbox.evidence.drop

    class FirstTryFails:
        def __getattr__(self, name: str) -> object:
            return getattr(evidence, name)

        def drop(self, *args: object) -> None:
            if error := next(failures, None):
                assert pieces[0].sha256 in box.files()
                raise error
            assert pieces[0].sha256 not in box.files(), "its room was given back before the second try"
            drop(*args)  # type: ignore[arg-type]

    evidence, box.outbox.evidence = box.outbox.evidence, FirstTryFails()  # type: ignore[assignment]
    box.housekeeping.make_room(PIECE)
    assert pieces[0].sha256 not in box.files()
