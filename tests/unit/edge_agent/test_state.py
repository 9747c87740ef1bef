"""What rules remember, as text."""

import pytest

from edge_agent.state import decode_state, encode_state

SNAPSHOTS = {"garbage_drop": {"slots": [{"event_id": "a", "since": "2026-11-23T04:00:00Z"}]}, "编号": {}}


def test_snapshots_come_back_as_they_were() -> None:
    assert decode_state(encode_state(SNAPSHOTS)) == SNAPSHOTS


def test_equal_snapshots_give_equal_texts() -> None:
    assert encode_state({"a": {"x": 1, "y": 2}, "b": {}}) == encode_state({"b": {}, "a": {"y": 2, "x": 1}})


@pytest.mark.parametrize(
    "text",
    [
        None,  # the first start
        "",
        "{",  # cut off
        "[]",
        '{"rules": {}}',  # no format
        '{"format": 1, "rules": {"a": 5}}',
        '{"format": 2, "rules": {"a": {}}}',  # of another agent
    ],
)
def test_what_cannot_be_understood_lets_the_rules_begin_anew(text: str | None) -> None:
    assert decode_state(text) == {}
