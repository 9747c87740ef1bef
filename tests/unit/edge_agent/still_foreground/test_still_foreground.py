"""Stories of one paved place: what is put down, taken away, lit and shaded, and what the stage says of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.boxes import iou
from edge_agent.still_foreground import StillForeground, StillForegroundParams, Stillness
from edge_agent.types import BoxXyxy, Frame, StillRegion
from tests.staged_drop import Drop, TimedImage, empty_footage, paved_ground, relit, shaded, staged

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
GROUND = paved_ground()
BAG: BoxXyxy = (180.0, 170.0, 208.0, 198.0)
DROP = Drop(BAG, down_s=5.0, leaves_s=7.0)


def watch(footage: Iterable[TimedImage], memory_file: Path | None = None) -> list[tuple[float, Stillness]]:
    stage = StillForeground(StillForegroundParams(), memory_file)
    return [
        (at_s, stage.update(Frame("camera", number, START + timedelta(seconds=at_s), image)))
        for number, (at_s, image) in enumerate(footage)
    ]


def regions_from(seen: list[tuple[float, Stillness]], from_s: float) -> list[StillRegion]:
    return [region for at_s, stillness in seen for region in stillness.regions if at_s >= from_s]


def last_region(seen: list[tuple[float, Stillness]]) -> StillRegion:
    (region,) = seen[-1][1].regions
    return region


def test_bag_that_is_put_down_is_found_tightly_and_since_when_it_rests() -> None:
    seen = watch(staged(empty_footage(GROUND, 14), DROP))
    region = last_region(seen)
    assert iou(region.box_xyxy_px, BAG) >= 0.7
    assert abs((region.still_since - START).total_seconds() - DROP.down_s) <= 3.0
    assert region.score >= 0.8


@pytest.mark.parametrize(
    ("size_px", "is_bright"),
    [
        (16, False),  # a small dark bag
        (16, True),  # a small white bag
        (60, False),  # a sack
    ],
)
def test_bags_of_other_sizes_and_colours_are_found(size_px: int, is_bright: bool) -> None:
    box = (180.0, 160.0, 180.0 + size_px, 160.0 + size_px)
    seen = watch(staged(empty_footage(GROUND, 14), Drop(box, 5.0, 7.0, is_bright=is_bright)))
    assert iou(last_region(seen).box_xyxy_px, box) >= 0.5


@pytest.mark.parametrize("fps", [1.0, 2.0, 12.0])
def test_rest_is_counted_in_seconds_at_any_frame_rate(fps: float) -> None:
    region = last_region(watch(staged(empty_footage(GROUND, 16, fps), DROP)))
    assert iou(region.box_xyxy_px, BAG) >= 0.6
    assert abs((region.still_since - START).total_seconds() - DROP.down_s) <= 3.0


def test_bag_found_in_a_frame_four_times_as_large_has_its_place_in_that_frame() -> None:
    box = (720.0, 500.0, 800.0, 580.0)
    seen = watch(staged(empty_footage(paved_ground(1280, 720), 12, 2.0), Drop(box, 4.0, 6.0)))
    assert iou(last_region(seen).box_xyxy_px, box) >= 0.7


def test_bag_that_is_taken_away_is_gone_within_seconds_and_leaves_no_ghost() -> None:
    seen = watch(staged(empty_footage(GROUND, 24), Drop(BAG, 5.0, 7.0, taken_s=14.0)))
    assert any(iou(region.box_xyxy_px, BAG) > 0.5 for region in regions_from(seen, 10.0))
    assert not regions_from(seen, 18.0)


def test_thing_present_from_the_start_is_scenery_and_its_going_adds_nothing() -> None:
    seen = watch(staged(empty_footage(GROUND, 22), Drop(BAG, down_s=-5.0, leaves_s=-3.0, taken_s=8.0)))
    assert not regions_from(seen, 0.0)


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(lambda t: 1.0 - 0.03 * t, id="evening"),
        pytest.param(lambda t: 1.0 + 0.3 * np.sin(t), id="clouds"),
        pytest.param(lambda t: 0.5 if t > 8 else 1.0, id="lamp off"),
        pytest.param(lambda t: 1.0 if t > 8 else 0.4, id="lamp on"),
    ],
)
def test_light_of_the_whole_picture_adds_nothing_and_hides_nothing(light: "object") -> None:
    assert callable(light)
    assert not regions_from(watch(relit(empty_footage(GROUND, 16), light)), 0.0)
    seen = watch(relit(staged(empty_footage(GROUND, 18), DROP), light))
    assert iou(last_region(seen).box_xyxy_px, BAG) >= 0.6


@pytest.mark.parametrize("strength", [0.55, 1.5], ids=["shadow", "patch of sun"])
def test_sharp_light_on_the_ground_adds_nothing(strength: float) -> None:
    seen = watch(shaded(empty_footage(GROUND, 16), (170, 150, 240, 210), 5.0, strength))
    assert not regions_from(seen, 0.0)


def test_noise_of_the_night_adds_nothing() -> None:
    dark = (GROUND * 0.2).astype(np.uint8)
    assert not regions_from(watch(empty_footage(dark, 16, noise=6.0)), 0.0)


def test_trembling_camera_adds_nothing() -> None:
    random = np.random.default_rng(5)
    large = paved_ground(340, 260)

    def trembling() -> Iterable[TimedImage]:
        for at_s, image in empty_footage(large, 16):
            x, y = random.integers(9, 12, 2)
            yield at_s, image[y : y + 240, x : x + 320]

    assert not regions_from(watch(trembling()), 0.0)


def test_walker_stirs_and_an_empty_place_does_not() -> None:
    seen = watch(staged(empty_footage(GROUND, 14), DROP))
    stirring = {round(at_s, 1): stillness.stirring for at_s, stillness in seen}
    assert not stirring[1.0]
    assert stirring[4.0]
    assert not stirring[13.0]


def test_bag_left_before_a_restart_is_found_again_after_it(tmp_path: Path) -> None:
    memory = tmp_path / "camera.jpg"
    footage = list(staged(empty_footage(GROUND, 30), DROP))
    watch(footage[:60], memory)
    assert iou(last_region(watch(footage[75:], memory)).box_xyxy_px, BAG) >= 0.6


def test_without_its_memory_a_restart_takes_the_bag_for_scenery() -> None:
    footage = list(staged(empty_footage(GROUND, 30), DROP))
    assert not regions_from(watch(footage[75:]), 0.0)


def test_memory_of_another_view_is_not_used(tmp_path: Path) -> None:
    memory = tmp_path / "camera.jpg"
    watch(empty_footage(paved_ground(seed=9), 5), memory)
    assert not regions_from(watch(empty_footage(GROUND, 12), memory), 0.0)


def test_broken_memory_file_is_not_used(tmp_path: Path) -> None:
    memory = tmp_path / "camera.jpg"
    memory.write_bytes(b"not a picture")
    assert not regions_from(watch(empty_footage(GROUND, 8), memory), 0.0)


def test_memory_that_cannot_be_written_does_not_stop_the_camera(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    seen = watch(staged(empty_footage(GROUND, 14), DROP), tmp_path / "file" / "camera.jpg")
    assert iou(last_region(seen).box_xyxy_px, BAG) >= 0.7


def test_clock_that_is_set_back_changes_nothing() -> None:
    first = list(staged(empty_footage(GROUND, 14), DROP))
    set_back = [(at_s - 60.0, image) for at_s, image in first[-20:]]
    assert iou(last_region(watch([*first, *set_back])).box_xyxy_px, BAG) >= 0.7


def test_people_are_unrecognisable_in_the_stored_scene(tmp_path: Path) -> None:
    memory = tmp_path / "camera.jpg"
    person: BoxXyxy = (100.0, 120.0, 140.0, 220.0)
    stage = StillForeground(StillForegroundParams(), memory)
    for number, (at_s, image) in enumerate(empty_footage(GROUND, 4)):
        image[120:220:4, 100:140] = 250  # stripes four pixels apart
        stage.update(Frame("camera", number, START + timedelta(seconds=at_s), image), [person])
    stored = cv2.imdecode(np.frombuffer(memory.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert stored is not None
    assert np.abs(np.diff(stored[124:216, 104:136].astype(float), axis=0)).mean() < 5


def test_another_frame_size_begins_anew() -> None:
    stage = StillForeground(StillForegroundParams())
    sizes = [(320, 240)] * 10 + [(640, 480)] * 10
    for number, (width, height) in enumerate(sizes):
        frame = Frame("camera", number, START + timedelta(seconds=number / 5), paved_ground(width, height))
        assert not stage.update(frame).regions


@pytest.mark.parametrize(
    ("key", "value"),
    [("working_side_px", 50), ("contrast", 0.0), ("rest_s", -1.0), ("max_things", 0), ("min_score", 1.5)],
)
def test_setting_out_of_range_is_refused_by_name(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        StillForegroundParams(**{key: value})
