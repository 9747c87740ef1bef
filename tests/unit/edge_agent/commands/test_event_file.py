"""events.jsonl is there whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.commands.event_file import EventFile
from edge_agent.errors import ConfigError
from edge_agent.outbox import OutgoingMessage

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(number: int) -> OutgoingMessage:
    return OutgoingMessage(f"event-{number}", 0, b'{"n":%d}' % number)


def test_finished_replay_leaves_one_line_per_message(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with EventFile(path) as ledger:
        ledger.commit_step([message(1), message(2)], {"camera:a": "{}"}, NOW)
        ledger.commit_step([], {}, NOW)
        ledger.commit_step([message(3)], {}, NOW)
        assert not path.exists()
        assert ledger.load_state("camera:a") is None
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n{"n":3}\n'
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


def break_off(path: Path) -> None:
    with EventFile(path) as ledger:
        ledger.commit_step([message(1)], {}, NOW)
        raise RuntimeError("the footage is damaged")


def test_replay_that_breaks_off_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"older\n")
    with pytest.raises(RuntimeError):
        break_off(path)
    assert path.read_bytes() == b"older\n"
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


def test_folder_that_is_not_there_is_a_mendable_error(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match=r"out\.jsonl: cannot be written"),
        EventFile(tmp_path / "no" / "out.jsonl"),
    ):
        pass


def test_without_a_path_lines_go_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with EventFile(None) as ledger:
        ledger.commit_step([message(1)], {}, NOW)
    assert capfdbinary.readouterr().out == b'{"n":1}\n'
