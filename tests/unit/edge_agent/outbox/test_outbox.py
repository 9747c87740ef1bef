"""The outbox as its two loops use it: what was put is there until it has arrived, in order, once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edge_agent.encode import encode_event, without_evidence
from edge_agent.errors import ConfigError
from edge_agent.outbox import Outbox, OutboxParams, OutgoingMessage, open_outbox
from edge_agent.types import Evidence
from tests.fakes.clock import NOON
from tests.fakes.evidence_files import put_evidence
from tests.fakes.pipeline import event

LATER = NOON + timedelta(hours=1)


def open_at(path: Path, params: OutboxParams | None = None) -> Outbox:
    outbox, recovery = open_outbox(path, params or OutboxParams(), now=NOON, random=lambda: 0.5)
    assert recovery is None
    return outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = open_at(tmp_path / "outbox.sqlite3")
    yield outbox
    outbox.close()


def message(event_id: str, sequence: int = 0, size: int = 10, *evidence: Evidence) -> OutgoingMessage:
    return OutgoingMessage(event_id, sequence, f"{event_id}/{sequence}".encode().ljust(size, b"."), evidence)


def put(outbox: Outbox, *messages: OutgoingMessage) -> None:
    outbox.commit_step(messages, {}, NOON)


def claim(outbox: Outbox, now=NOON, limit: int = 100, max_bytes: int = 1_000_000) -> list[tuple[str, int]]:
    return [claimed.key for claimed in outbox.messages.claim(now, limit, max_bytes)]


def test_messages_of_different_events_go_together_and_in_the_order_put(outbox: Outbox) -> None:
    put(outbox, message("b"), message("a"))
    put(outbox, message("c"))
    assert claim(outbox) == [("b", 0), ("a", 0), ("c", 0)]


def test_the_next_message_of_an_event_waits_until_the_one_before_has_arrived(outbox: Outbox) -> None:
    put(outbox, message("a", 0), message("a", 1), message("a", 2))
    assert claim(outbox) == [("a", 0)]
    outbox.messages.ack([("a", 0)], NOON)
    assert claim(outbox) == [("a", 1)]


def test_a_deferred_message_holds_back_its_event_and_no_other(outbox: Outbox) -> None:
    put(outbox, message("a", 0), message("a", 1), message("b", 0))
    outbox.messages.defer(outbox.messages.claim(NOON, 1, 1000), NOON, "busy")
    assert claim(outbox) == [("b", 0)]
    assert claim(outbox, LATER) == [("a", 0), ("b", 0)]


def test_waits_grow_with_each_failure_up_to_the_longest(tmp_path: Path) -> None:
    outbox = open_at(tmp_path / "outbox.sqlite3", OutboxParams(retry_first_s=2.0, retry_max_s=60.0))
    put(outbox, message("a"))
    now, waits = NOON, []
    for _ in range(8):
        claimed = outbox.messages.claim(now, 1, 1000)
        outbox.messages.defer(claimed, now, "busy")
        waited = 0.0
        while not outbox._database.rows(
            "SELECT 1 FROM message WHERE not_before <= ?", (now + timedelta(seconds=waited)).timestamp()
        ):
            waited += 0.5
        waits.append(waited)
        now += timedelta(seconds=waited)
    assert waits == [1.5, 3.0, 6.0, 12.0, 24.0, 45.0, 45.0, 45.0]
    outbox.close()


def test_a_wait_set_while_the_clock_was_wrong_does_not_last_for_years(outbox: Outbox) -> None:
    put(outbox, message("a"))
    outbox.messages.defer(outbox.messages.claim(NOON, 1, 1000), NOON, "busy")
    assert claim(outbox, NOON - timedelta(days=20_000)) == [("a", 0)]


def test_a_message_put_twice_is_sent_once_even_after_it_has_arrived(outbox: Outbox) -> None:
    put(outbox, message("a"))
    put(outbox, message("a"))
    outbox.messages.ack(claim(outbox), NOON)
    put(outbox, message("a"))
    assert claim(outbox) == []
    assert outbox.messages.counts().pending == 0


def test_a_batch_stays_within_its_bytes_but_never_empty(outbox: Outbox) -> None:
    put(outbox, message("a", size=600), message("b", size=600), message("c", size=10))
    assert claim(outbox, max_bytes=1300) == [("a", 0), ("b", 0), ("c", 0)]
    assert claim(outbox, max_bytes=1000) == [("a", 0)]
    assert claim(outbox, max_bytes=10) == [("a", 0)]
    assert claim(outbox, limit=2) == [("a", 0), ("b", 0)]


def test_what_the_server_refuses_is_kept_listed_and_can_be_tried_again(outbox: Outbox) -> None:
    put(outbox, message("a", 0), message("a", 1))
    outbox.messages.set_aside([("a", 0)], NOON, "unknown zone")
    [kept] = outbox.messages.list_set_aside()
    assert (kept.event_id, kept.sequence, kept.reason, kept.set_aside_at) == ("a", 0, "unknown zone", NOON)
    assert kept.body == message("a").body
    assert claim(outbox) == [("a", 1)], "the rest of the event goes on"
    assert outbox.messages.put_back(("a", 0), NOON)
    assert not outbox.messages.put_back(("a", 7), NOON)
    assert claim(outbox) == [("a", 0)]


def test_state_and_messages_are_still_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "outbox.sqlite3"
    outbox = open_at(path)
    outbox.commit_step([message("a")], {"camera:1": "state one"}, NOON)
    outbox.commit_step([], {"camera:1": "state two"}, NOON)
    outbox.close()
    again = open_at(path)
    assert again.load_state("camera:1") == "state two"
    assert again.load_state("camera:2") is None
    assert claim(again) == [("a", 0)]
    again.close()


def test_arrived_messages_are_forgotten_after_a_while_but_not_before(outbox: Outbox) -> None:
    put(outbox, message("a"), message("b"))
    outbox.messages.ack([("a", 0)], NOON)
    outbox.prune(NOON + timedelta(days=6))
    put(outbox, message("a"))
    assert claim(outbox) == [("b", 0)]
    outbox.prune(NOON + timedelta(days=8))
    assert outbox._database.rows("SELECT event_id FROM message") == [("b",)]


def test_a_full_outbox_gives_up_what_is_refused_then_middle_words_then_the_oldest(tmp_path: Path) -> None:
    outbox = open_at(tmp_path / "outbox.sqlite3", OutboxParams(max_messages=10))
    put(
        outbox,
        message("old"),
        *(message("a", n) for n in range(6)),
        message("refused"),
        message("b"),
        message("c"),
    )
    outbox.messages.set_aside([("refused", 0)], NOON, "no")

    def left() -> set[tuple[object, ...]]:
        return set(outbox._database.rows("SELECT event_id, sequence FROM message WHERE length(body) > 0"))

    put(outbox, message("d"))
    assert ("refused", 0) not in left()
    put(outbox, *(message(f"e{n}") for n in range(4)))
    assert {("a", 0), ("a", 5), ("old", 0)} <= left(), "first and last word on an event stay longest"
    assert not {("a", n) for n in range(1, 5)} & left()
    put(outbox, message("f"))
    assert ("old", 0) not in left()
    counts = outbox.messages.counts()
    assert (counts.pending, counts.dropped) == (10, 6)
    outbox.close()


def test_bytes_are_capped_too(tmp_path: Path) -> None:
    outbox = open_at(tmp_path / "outbox.sqlite3", OutboxParams(max_bytes=1024 * 1024))
    for n in range(30):
        put(outbox, message(f"e{n}", size=60_000))
    counts = outbox.messages.counts()
    assert counts.body_bytes <= 1024 * 1024
    assert counts.pending + counts.dropped == 30
    assert claim(outbox, limit=1) == [("e13", 0)]
    outbox.close()


def test_evidence_is_sent_only_after_its_event_has_arrived(outbox: Outbox, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"picture")
    put(outbox, message("a", 0, 10, piece))
    assert outbox.evidence.due(NOON, 10) == []
    outbox.messages.ack([("a", 0)], NOON)
    [due] = outbox.evidence.due(NOON, 10)
    assert (due.sha256, due.media_type) == (piece.sha256, "image/jpeg")
    outbox.evidence.defer(due, NOON, "cut off")
    assert outbox.evidence.due(NOON, 10) == []
    assert len(outbox.evidence.due(LATER, 10)) == 1
    outbox.evidence.mark_sent(piece.sha256)
    assert outbox.evidence.due(LATER, 10) == []


def test_evidence_that_the_server_has_lost_is_sent_again(outbox: Outbox, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"picture")
    put(outbox, message("a", 0, 10, piece))
    outbox.messages.ack([("a", 0)], NOON)
    outbox.evidence.mark_sent(piece.sha256)
    outbox.evidence.mark_missing(("a", 0), ["f" * 64])
    assert outbox.evidence.due(NOON, 10) == []
    outbox.evidence.mark_missing(("a", 0), [piece.sha256])
    assert len(outbox.evidence.due(NOON, 10)) == 1


def test_evidence_is_given_up_in_the_order_in_which_it_is_missed_least(
    outbox: Outbox, tmp_path: Path
) -> None:
    pieces = {
        name: put_evidence(tmp_path, name.encode(), NOON + timedelta(seconds=second))
        for second, name in enumerate(
            ["waits", "delivered", "sent", "waits later", "delivered later", "refused"]
        )
    }
    for name, piece in pieces.items():
        put(outbox, message(name, 0, 10, piece))
    outbox.messages.ack([(name, 0) for name in ("delivered", "sent", "delivered later", "refused")], NOON)
    outbox.evidence.mark_sent(pieces["sent"].sha256)
    outbox.evidence.set_aside(pieces["refused"].sha256, "no")
    names = {piece.sha256: name for name, piece in pieces.items()}
    stored = outbox.evidence.stored()
    assert [names[piece.sha256] for piece in stored] == [
        "sent", "refused", "delivered", "delivered later", "waits", "waits later",
    ]  # fmt: skip
    assert [piece.is_wanted for piece in stored] == [False, False, True, True, True, True]
    assert [piece.is_sent for piece in stored] == [True] + [False] * 5


def body_of(pieces: list[Evidence]) -> bytes:
    return encode_event(event(), pieces, device_id="d", camera_id="c", model=None)


def test_dropped_evidence_is_taken_out_of_a_message_that_was_never_sent(
    outbox: Outbox, tmp_path: Path
) -> None:
    pieces = [put_evidence(tmp_path, b"one"), put_evidence(tmp_path, b"two")]
    put(outbox, OutgoingMessage("a", 0, body_of(pieces), tuple(pieces)))
    outbox.evidence.drop(pieces[0].sha256, without_evidence)
    [claimed] = outbox.messages.claim(NOON, 1, 100_000)
    sent = json.loads(claimed.body)
    assert [reference["sha256"] for reference in sent["evidence"]] == [pieces[1].sha256]
    assert sent["attributes"]["evidence_dropped"] == 1
    assert [piece.sha256 for piece in outbox.evidence.stored()] == [pieces[1].sha256]


def test_a_message_that_may_have_arrived_already_keeps_its_bytes(outbox: Outbox, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"one")
    put(outbox, OutgoingMessage("a", 0, body_of([piece]), (piece,)))
    before = outbox.messages.claim(NOON, 1, 100_000)[0].body
    outbox.evidence.drop(piece.sha256, without_evidence)
    assert outbox.messages.claim(NOON, 1, 100_000)[0].body == before


def test_evidence_dropped_once_and_written_anew_is_sent(outbox: Outbox, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"one")
    put(outbox, message("a", 0, 10, piece))
    outbox.evidence.drop(piece.sha256, lambda body, sha256: body)
    put(outbox, message("b", 0, 10, piece))
    outbox.messages.ack([("b", 0)], NOON)
    assert len(outbox.evidence.due(NOON, 10)) == 1


def test_a_message_whose_evidence_still_waits_is_not_forgotten(outbox: Outbox, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"one")
    put(outbox, message("a", 0, 10, piece))
    outbox.messages.ack([("a", 0)], NOON)
    outbox.prune(NOON + timedelta(days=30))
    assert len(outbox.evidence.due(NOON + timedelta(days=30), 10)) == 1
    outbox.evidence.drop(piece.sha256, lambda body, sha256: body)
    outbox.prune(NOON + timedelta(days=30))
    assert outbox._database.rows("SELECT * FROM message_evidence") == []
    assert outbox._database.rows("SELECT * FROM evidence") == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"max_messages": 1}, "max_messages"),
        ({"max_bytes": 100}, "max_bytes"),
        ({"retry_first_s": 0.0}, "retry_first_s"),
        ({"retry_first_s": 10.0, "retry_max_s": 5.0}, "retry_first_s"),
        ({"keep_sent_s": 60.0}, "keep_sent_s"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_key(values: dict[str, float], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        OutboxParams(**values)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_used_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="folder"):
        open_at(tmp_path / "file" / "outbox.sqlite3")
