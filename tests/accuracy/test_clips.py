"""Each published clip against its truth, as it is and as other cameras would have seen it.

The long table is `python -m tests.accuracy.campaign_clips` (`make campaign`).
"""

from collections.abc import Iterator

import pytest

from tests.accuracy.clip_flow import TimedImage, faults, garbage_drops
from tests.accuracy.clips import BAG_CLIP, BASE_MODEL, LIGHT_CLIP, PARKING_CLIP, clip
from tests.accuracy.perturbations import PERTURBATIONS, begun_at, reversed_in_time
from tests.shared_data import shared
from tests.staged_drop import Drop, staged

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module", autouse=True)
def _needs_clips() -> None:
    shared("clips/truth.json")


@pytest.fixture(scope="module")
def bag_frames() -> list[TimedImage]:
    return clip(BAG_CLIP).analysed()


@pytest.fixture(scope="module")
def light_frames() -> list[TimedImage]:
    return clip(LIGHT_CLIP).analysed()


def small(frames: list[TimedImage]) -> Iterator[TimedImage]:
    return PERTURBATIONS["half size"](frames)


def test_bag_left_in_the_corridor_is_one_alarm_in_time(bag_frames: list[TimedImage]) -> None:
    assert faults(garbage_drops(bag_frames), clip(BAG_CLIP).truth()) == []


def test_bag_is_found_with_the_base_model_too(bag_frames: list[TimedImage]) -> None:
    model = str(shared(f"models/{BASE_MODEL.name}"))
    assert faults(garbage_drops(bag_frames, model=model), clip(BAG_CLIP).truth()) == []


def test_dwell_that_outlasts_the_clip_raises_nothing(bag_frames: list[TimedImage]) -> None:
    assert faults(garbage_drops(small(bag_frames), alarm_after_s=30.0), None) == []


@pytest.mark.parametrize("name", ["mirrored", "half size", "lamp off and on", "clouds", "night"])
def test_bag_is_found_by_other_cameras(bag_frames: list[TimedImage], name: str) -> None:
    seen = PERTURBATIONS[name](bag_frames)
    assert faults(garbage_drops(seen), clip(BAG_CLIP).truth(name)) == []


def test_bag_is_found_when_the_camera_starts_with_people_before_it(bag_frames: list[TimedImage]) -> None:
    seen = small(list(begun_at(bag_frames, 5.0)))
    assert faults(garbage_drops(seen), clip(BAG_CLIP).truth("half size", 5.0)) == []


def test_bag_that_is_taken_away_raises_nothing(bag_frames: list[TimedImage]) -> None:
    assert faults(garbage_drops(small(list(reversed_in_time(bag_frames)))), None) == []


@pytest.mark.parametrize("model", ["none", "base"])
def test_swings_of_light_raise_nothing(light_frames: list[TimedImage], model: str) -> None:
    path = str(shared(f"models/{BASE_MODEL.name}")) if model == "base" else model
    assert faults(garbage_drops(light_frames, model=path), None) == []


def test_swings_of_light_raise_nothing_backwards(light_frames: list[TimedImage]) -> None:
    assert faults(garbage_drops(reversed_in_time(light_frames)), None) == []


def test_bag_that_is_left_while_light_swings_is_found(light_frames: list[TimedImage]) -> None:
    drop = Drop((230.0, 150.0, 250.0, 170.0), down_s=20.0, leaves_s=23.0)
    footage = [(at_s, image) for at_s, image in light_frames if at_s < 50]
    events = garbage_drops(staged(footage, drop))
    assert len(events) == 1
    assert [event.box_xyxy_px for event in events] == [pytest.approx(drop.box_xyxy_px, abs=5)]


def test_passing_cars_raise_nothing() -> None:
    assert faults(garbage_drops(clip(PARKING_CLIP).analysed()), None) == []
