"""Ids are UUID version 7 everywhere; a replay gives the same footage the same ids."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge_agent.bootstrap.identifiers import ReplayIds, random_id
from wire_contract.messages import UUID7_PATTERN

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tick:
    captured_at: datetime


TICKS = [Tick(START + timedelta(seconds=second)) for second in range(5)]


def ids_of(camera_id: str, ticks: list[Tick], per_tick: int = 2) -> list[str]:
    ids = ReplayIds(camera_id)
    return [ids() for _ in ids.following(ticks) for _ in range(per_tick)]


def test_same_footage_gives_the_same_ids_and_no_two_alike() -> None:
    first = ids_of("cam-1", TICKS)
    assert first == ids_of("cam-1", TICKS)
    assert len(set(first)) == len(first)


def test_replay_begun_anew_halfway_gives_the_later_frames_the_ids_they_had() -> None:
    assert ids_of("cam-1", TICKS)[4:] == ids_of("cam-1", TICKS[2:])


def test_two_cameras_never_share_an_id() -> None:
    assert not set(ids_of("cam-1", TICKS)) & set(ids_of("cam-2", TICKS))


def test_all_ids_are_uuid_version_7_with_their_time() -> None:
    for given in [*ids_of("cam-1", TICKS), random_id()]:
        assert re.fullmatch(UUID7_PATTERN, given)
    milliseconds = uuid.UUID(ids_of("cam-1", TICKS)[-1]).int >> 80
    assert milliseconds == (START + timedelta(seconds=4)).timestamp() * 1000
