"""A drawn scene is what its truth says: things are where their boxes are, and always drawn the same."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.drawn_scenes.camera import SceneCamera
from tests.drawn_scenes.stories import FIRST_BAG, STORIES, Story, bin_station, fire_lane, rooftop
from tests.drawn_scenes.write import camera_toml, draw, frames, truth, write_story


def picture_at(story: Story, seconds: float) -> np.ndarray:
    return draw(story, story.empty(), round(seconds / story.seconds_per_frame))


def inside(picture: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    left, top, right, bottom = (round(edge) for edge in box)
    return picture[top:bottom, left:right].astype(int)


def test_the_camera_sees_what_is_straight_ahead_in_the_middle_column() -> None:
    camera = SceneCamera()
    (u, v) = camera.project(np.array([[0.0, 8.0, 0.0]]))[0]
    assert u == pytest.approx(camera.width_px / 2)
    assert 0 < v < camera.height_px


def test_a_point_on_the_optical_axis_falls_on_the_centre() -> None:
    camera = SceneCamera(height_m=4.0, tilt_deg=30.0)
    ahead_m = 4.0 / np.tan(np.radians(30.0))
    (u, v) = camera.project(np.array([[0.0, ahead_m, 0.0]]))[0]
    assert (u, v) == pytest.approx((camera.width_px / 2, camera.height_px / 2))


def test_the_bag_lies_in_its_true_box_and_not_before_it_is_dropped() -> None:
    story = bin_station()
    box = story.events[0].box_xyxy_px
    before = inside(picture_at(story, FIRST_BAG.dropped_s - 9), box).mean()
    after = inside(picture_at(story, FIRST_BAG.dropped_s + 10), box).mean()
    assert before - after > 25, "a black bag makes its place darker"


def test_the_true_clear_width_is_the_lane_less_the_car() -> None:
    (event,) = fire_lane().events
    assert event.clear_width_m == pytest.approx(2.5 - (-1.3 + 0.9))


def test_the_shed_stands_from_its_day_on() -> None:
    story = rooftop()
    (event,) = story.events
    first_still = round(event.started_s / story.seconds_per_frame)
    empty, built = picture_at(story, 0.0), picture_at(story, (first_still + 30) * story.seconds_per_frame)
    difference = np.abs(inside(built, event.box_xyxy_px) - inside(empty, event.box_xyxy_px)).mean()
    assert difference > 20


@pytest.mark.parametrize("name", STORIES)
def test_the_same_story_is_drawn_the_same_again(name: str) -> None:
    first, second = (next(frames(STORIES[name]())) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", STORIES)
def test_settings_and_truth_of_a_story_can_be_read(name: str) -> None:
    story = STORIES[name]()
    settings = tomllib.loads(camera_toml(story, "clip.mp4"))
    assert settings["camera"]["id"] == story.name
    assert all(0 <= part <= 1 for zone in settings["zone"] for corner in zone["polygon"] for part in corner)
    assert len(settings["control_point"]) >= 4
    assert all(0 <= part <= 1 for point in settings["control_point"] for part in point["pixel"])
    assert [event["kind"] for event in truth(story, "clip.mp4")["events"]] == [
        event.kind for event in story.events
    ]  # type: ignore[index,union-attr]


def test_a_written_story_has_footage_settings_and_truth(tmp_path: Path) -> None:
    settings = write_story(replace(bin_station(), frames=5), tmp_path)
    assert tomllib.loads(settings.read_text())["camera"]["source"] == "bin-station.mp4"
    assert (tmp_path / "bin-station.mp4").stat().st_size > 1000
    assert json.loads((tmp_path / "bin-station.truth.json").read_text())["clips"][0]["frames"] == 5
    assert not list(tmp_path.glob("*.partial*"))
