"""Stories of a roof over days: a shed that is built, and all that must not be taken for one."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.boxes import iou
from edge_agent.structure import StructureWatch, StructureWatchParams
from edge_agent.structure.stills import Refusal
from edge_agent.types import BoxXyxy, Frame, Image, StructureChange, Zone, ZoneKind
from tests.staged_building import box_in_view, frame_of_day, roof, seen, with_shade, with_shed

ROOF = (Zone("roof", ZoneKind.STRUCTURE_WATCH, ((0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98))),)
SCENERY = roof()
SHED: BoxXyxy = (260.0, 200.0, 330.0, 255.0)


def days_of(sceneries: Iterable[Image], seed: int = 5) -> list[Frame]:
    random = np.random.default_rng(seed)
    return [frame_of_day(seen(scenery, random), day) for day, scenery in enumerate(sceneries)]


def watch(frames: Iterable[Frame], state_dir: Path | None = None) -> list[tuple[StructureChange, ...]]:
    stage = StructureWatch(StructureWatchParams(), ROOF, state_dir)
    return [stage.update(frame) for frame in frames]


def most_days(found: Iterable[tuple[StructureChange, ...]]) -> int:
    return max((change.days_seen for changes in found for change in changes), default=0)


def test_shed_is_counted_day_by_day_in_any_weather() -> None:
    found = watch(days_of([SCENERY] * 3 + [with_shed(SCENERY, SHED)] * 4))
    assert not any(found[:3])
    assert [changes[0].days_seen for changes in found[3:]] == [1, 2, 3, 4]
    (change,) = found[-1]
    assert iou(change.box_xyxy_px, box_in_view(SHED, SCENERY)) >= 0.6
    assert change.first_seen_at == frame_of_day(SCENERY, 3).captured_at
    assert change.changed_fraction == pytest.approx(70 * 55 / (480 * 360 * 0.96**2), rel=0.4)
    assert len(change.outline_px) >= 3


def test_place_that_only_weather_changes_has_no_change() -> None:
    assert most_days(watch(days_of([SCENERY] * 8))) == 0


def test_laundry_that_is_gone_the_next_day_never_lasts() -> None:
    sceneries = [with_shed(SCENERY, SHED, day) if day in (2, 3, 6) else SCENERY for day in range(8)]
    assert most_days(watch(days_of(sceneries))) <= 2


def test_goods_that_change_daily_at_one_place_never_last() -> None:
    piles = [
        (250.0 + 9 * (day % 3), 195.0 - 11 * (day % 2), 320.0 + 13 * (day % 4), 250.0) for day in range(6)
    ]
    sceneries = [SCENERY] * 2 + [with_shed(SCENERY, pile, day) for day, pile in enumerate(piles)]
    assert most_days(watch(days_of(sceneries))) <= 2


def test_shadows_at_other_hours_never_last() -> None:
    random = np.random.default_rng(7)
    frames = [
        frame_of_day(
            seen(with_shade(SCENERY, (60.0 + 70 * hour, 150.0, 180.0 + 70 * hour, 300.0)), random),
            day,
            2 * hour,
        )
        for day in range(5)
        for hour in range(3)
    ]
    assert most_days(watch(frames)) <= 1


def test_shadow_at_the_same_hour_of_each_day_is_only_shade() -> None:
    sceneries = [SCENERY] * 2 + [with_shade(SCENERY, (150.0, 150.0, 260.0, 300.0))] * 5
    assert most_days(watch(days_of(sceneries))) <= 1


def test_swaying_tree_never_lasts() -> None:
    random = np.random.default_rng(8)

    def with_tree() -> Image:
        leaves = cv2.GaussianBlur(random.normal(0, 60, (90, 80)).astype(np.float32), (0, 0), 1.5)
        picture = SCENERY.copy()
        crown = np.dstack([50 + leaves, 110 + 2 * leaves, 60 + leaves])
        picture[180:270, 100:180] = np.clip(crown, 0, 255).astype(np.uint8)
        return picture

    assert most_days(watch(days_of([with_tree() for _ in range(8)]))) <= 2


def test_shed_that_is_torn_down_is_no_change_any_more() -> None:
    shed = with_shed(SCENERY, SHED)
    assert not watch(days_of([SCENERY, SCENERY, shed, shed, shed, SCENERY]))[-1]


def test_days_without_a_usable_still_are_passed_over() -> None:
    frames = days_of([SCENERY] * 2 + [with_shed(SCENERY, SHED)] * 5)
    dark = [
        Frame("camera", day, frames[day].captured_at, (frames[day].image * 0.1).astype(np.uint8))
        for day in (4, 5)
    ]
    found = watch([*frames[:4], *dark, frames[6]])
    assert found[4] == found[3]
    assert found[-1][0].days_seen == 3


def test_memory_outlives_a_restart_of_the_agent(tmp_path: Path) -> None:
    frames = days_of([SCENERY] * 2 + [with_shed(SCENERY, SHED)] * 4)
    for frame in frames:
        (*_, changes) = watch([frame], tmp_path)
    assert changes[0].days_seen == 4
    (again,) = StructureWatch(StructureWatchParams(), ROOF, tmp_path).update(frames[-1])
    assert (again.days_seen, again.first_seen_at) == (4, changes[0].first_seen_at)
    assert iou(again.box_xyxy_px, changes[0].box_xyxy_px) >= 0.9


def test_unreadable_memory_begins_anew(tmp_path: Path) -> None:
    frames = days_of([SCENERY] * 3)
    watch(frames, tmp_path)
    (tmp_path / "diary.json").write_text('{"frame_size_px": [480]}', encoding="utf-8")
    assert most_days(watch(frames, tmp_path)) == 0


def test_memory_that_cannot_be_written_does_not_stop_the_camera(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    assert most_days(watch(days_of([SCENERY, with_shed(SCENERY, SHED)]), tmp_path / "file")) == 1


def test_live_footage_is_looked_at_every_few_minutes_only() -> None:
    stage = StructureWatch(StructureWatchParams(), ROOF)
    stage.update(frame_of_day(SCENERY, 0))
    white = np.full_like(SCENERY, 255)
    stage.update(frame_of_day(white, 0, 9 / 60))
    assert not stage.refused
    stage.update(frame_of_day(white, 0, 11 / 60))
    assert stage.refused == {Refusal.GLARING: 1}


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda image: (image * 0.1).astype(np.uint8), Refusal.DARK),
        (lambda image: np.full_like(image, 250), Refusal.GLARING),
        (lambda image: np.full_like(image, 120), Refusal.LOW_CONTRAST),
        (lambda image: cv2.GaussianBlur(image, (0, 0), 3), Refusal.BLURRED),
        (lambda image: roof(seed=77)[:360, :480], Refusal.NOT_REGISTERED),
        (lambda image: np.roll(image, 60, axis=1), Refusal.SHIFTED),
    ],
    ids=lambda value: value.name if isinstance(value, Refusal) else "",
)
def test_still_that_cannot_be_compared_is_refused_with_the_reason(spoil: "object", refusal: Refusal) -> None:
    assert callable(spoil)
    stage = StructureWatch(StructureWatchParams(), ROOF)
    view = seen(SCENERY, np.random.default_rng(1))
    stage.update(frame_of_day(view, 0))
    stage.update(frame_of_day(spoil(view), 1))
    assert stage.refused == {refusal: 1}


def test_camera_without_a_watched_structure_does_nothing() -> None:
    stage = StructureWatch(StructureWatchParams(), ())
    assert stage.update(frame_of_day(np.zeros((360, 480, 3), np.uint8), 0)) == ()
    assert not stage.refused


def test_people_are_unrecognisable_in_the_views_that_are_kept(tmp_path: Path) -> None:
    view = seen(SCENERY, np.random.default_rng(1))
    view[150:270:2, 200:240] = 255  # stripes that nothing but a person's coat has
    StructureWatch(StructureWatchParams(), ROOF, tmp_path).update(
        frame_of_day(view, 0), [(195.0, 145.0, 245.0, 275.0)]
    )
    kept = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in tmp_path.glob("reference-*.png")]
    assert kept
    for picture in kept:
        assert picture is not None
        assert np.abs(np.diff(picture[155:265, 202:238].astype(float), axis=0)).mean() < 12


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("still_every_s", 0.0),
        ("min_inliers", 2),
        ("day_share", 1.5),
        ("utc_offset_h", 20.0),
        ("min_brightness", 240.0),
    ],
)
def test_setting_out_of_range_is_refused_by_name(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        StructureWatchParams(**{key: value})
