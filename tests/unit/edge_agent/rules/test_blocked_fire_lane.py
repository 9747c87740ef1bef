"""The rule by itself: what a restart keeps, and which settings it refuses."""

import json
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.rules.blocked_fire_lane import BlockedFireLane, BlockedFireLaneParams
from edge_agent.rules.slot import SlotParams
from edge_agent.types import Observation, Track, TrackState
from tests.fakes.ground import FlatGround
from tests.lane_story import CAR, SIZE_PX, WHOLE_PICTURE, at, shifted

PARAMS = BlockedFireLaneParams(
    alarm_after_s=20, slots=SlotParams(clear_after_s=10, forget_candidate_after_s=5, hold_covered_s=60)
)


def rule(ids: Iterator[int]) -> BlockedFireLane:
    return BlockedFireLane(PARAMS, WHOLE_PICTURE, lambda: f"event-{next(ids)}", FlatGround(0.02))


def track(track_id: int, place: int, second: float, rests: bool, state: TrackState) -> Track:
    return Track(
        track_id=track_id,
        label="car",
        state=state,
        score=0.8,
        box_xyxy_px=shifted(CAR, 90 * place - 180),
        velocity_px_s=(0, 0),
        first_seen_at=at(second - 10),
        last_seen_at=at(second),
        still_since=at(second - 3) if rests else None,
    )


tracks_of_one_instant = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 3),
        st.booleans(),
        st.sampled_from([TrackState.CONFIRMED, TrackState.CONFIRMED, TrackState.LOST]),
    ),
    max_size=3,
    unique_by=lambda row: row[0],
)


@settings(max_examples=100, deadline=None)
@given(
    world=st.lists(st.tuples(st.sampled_from([1.0, 4.0, 8.0, 40.0]), tracks_of_one_instant), max_size=30),
    cut=st.integers(0, 30),
)
def test_rule_restored_at_any_point_gives_the_same_later_events(
    world: list[tuple[float, list[tuple[int, int, bool, TrackState]]]], cut: int
) -> None:
    ids, other_ids = count(), count()
    whole, other = rule(ids), rule(other_ids)
    second = 0.0
    for number, (elapsed, rows) in enumerate(world):
        second += elapsed
        tracks = tuple(track(track_id, place, second, rests, state) for track_id, place, rests, state in rows)
        observation = Observation("cam", at(second), SIZE_PX, tracks)
        expected = whole.update(observation)
        assert other.update(observation) == expected
        if number == cut:
            state = json.loads(json.dumps(other.snapshot()))
            other = rule(other_ids)
            other.restore(state)
    assert other.snapshot() == whole.snapshot()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"alarm_after_s": 0}, "alarm_after_s: 0 must be greater than 0"),
        ({"min_clear_width_m": -4}, "min_clear_width_m: -4 must be greater than 0"),
        ({"min_overlap": 1.5}, "min_overlap: 1.5 is not in"),
        ({"min_score": 2}, "min_score: 2 is not in"),
    ],
)
def test_settings_out_of_range_are_refused(setting: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BlockedFireLaneParams(**setting)  # type: ignore[arg-type]


def test_camera_without_a_fire_lane_remembers_nothing() -> None:
    idle = BlockedFireLane(PARAMS, (), lambda: "never")
    assert (
        idle.update(Observation("cam", at(0), SIZE_PX, (track(1, 0, 0, True, TrackState.CONFIRMED),))) == []
    )
    assert idle.memory.slots == ()
