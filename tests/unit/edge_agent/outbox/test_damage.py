"""Power cuts, full disks and worn SD cards: the outbox says what happened and goes on with what is left."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.errors import ConfigError, EdgeError, TransientError
from edge_agent.outbox import Outbox, OutboxParams, OutgoingMessage, Recovery, open_outbox
from tests.fakes.clock import NOON


def reopen(path: Path) -> tuple[Outbox, Recovery | None]:
    return open_outbox(path, OutboxParams(), now=NOON, random=lambda: 0.5)


def fill(path: Path, count: int) -> None:
    outbox, _ = reopen(path)
    messages = [OutgoingMessage(f"event-{n:04}", 0, b"x" * 3000) for n in range(count)]
    outbox.commit_step(messages, {"camera:1": "remembered"}, NOON)
    outbox.close()


def pending(outbox: Outbox) -> set[str]:
    return {claimed.event_id for claimed in outbox.messages.claim(NOON, 10_000, 10**9)}


def test_a_worn_page_costs_what_was_on_it_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    fill(path, 200)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\x5a" * 4096
    path.write_bytes(content)

    outbox, recovery = reopen(path)

    assert recovery is not None
    assert recovery.messages_saved == len(pending(outbox)) >= 190
    assert recovery.states_saved == 1
    assert outbox.load_state("camera:1") == "remembered"
    assert Path(recovery.damaged_file).read_bytes() == bytes(content), "the damaged file is kept as it was"
    assert recovery.damaged_file.endswith("damaged-20261123T040000")
    outbox.commit_step([OutgoingMessage("new", 0, b"y")], {}, NOON)
    outbox.close()
    assert reopen(path)[1] is None, "the new file is sound"


@pytest.mark.parametrize(
    "content", [b"this is no database " * 500, b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_file_of_nonsense_is_moved_away_and_the_agent_starts(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "outbox.sqlite3"
    path.write_bytes(content)
    outbox, recovery = reopen(path)
    assert recovery is not None
    assert recovery.messages_saved == 0
    outbox.commit_step([OutgoingMessage("a", 0, b"y")], {}, NOON)
    assert pending(outbox) == {"a"}
    outbox.close()


def test_a_file_of_a_newer_agent_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    fill(path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="version"):
        reopen(path)
    assert path.read_bytes() == before


def test_a_full_disk_writes_nothing_of_the_step_and_the_same_step_works_later(tmp_path: Path) -> None:
    outbox, _ = reopen(tmp_path / "outbox.sqlite3")
    outbox.commit_step([OutgoingMessage("before", 0, b"x")], {"camera:1": "before"}, NOON)
    connection = outbox._database._connection
    connection.execute(
        "PRAGMA max_page_count=1"
    )  # what SQLite reports is what a full disk gives: SQLITE_FULL
    step = (
        [OutgoingMessage("a", 0, b"x" * 50_000), OutgoingMessage("b", 0, b"x" * 50_000)],
        {"camera:1": "after"},
    )
    with pytest.raises(TransientError, match="full"):
        outbox.commit_step(*step, NOON)
    assert outbox.load_state("camera:1") == "before"
    assert pending(outbox) == {"before"}

    connection.execute("PRAGMA max_page_count=100000")
    outbox.commit_step(*step, NOON)
    assert pending(outbox) == {"before", "a", "b"}
    assert outbox.load_state("camera:1") == "after"
    outbox.close()


def test_a_file_locked_by_another_program_is_tried_again_later(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    outbox, _ = reopen(path)
    outbox._database._connection.execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError):
        outbox.commit_step([OutgoingMessage("a", 0, b"x")], {}, NOON)
    other.execute("ROLLBACK")
    other.close()
    outbox.commit_step([OutgoingMessage("a", 0, b"x")], {}, NOON)
    assert pending(outbox) == {"a"}
    outbox.close()


def test_damage_found_while_running_asks_for_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    fill(path, 200)
    outbox, _ = reopen(path)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(EdgeError, match="restart"):
        outbox.messages.claim(NOON, 10_000, 10**9)
    outbox.close()


def test_the_damaged_file_is_named_by_the_time_of_its_finding(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    for minute in (1, 2):
        path.write_bytes(b"nonsense" * 1000)
        now = datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
        outbox, _ = open_outbox(path, OutboxParams(), now=now, random=lambda: 0.5)
        outbox.close()
    assert len(list(tmp_path.glob("*.damaged-*"))) == 2
