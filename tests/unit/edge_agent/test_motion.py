"""What counts as motion, and what does not: noise, slow light, a lamp that is switched on."""

import numpy as np
import pytest

from edge_agent.motion import MotionGate, MotionParams
from tests.footage import frame_at, textured, with_noise

SIZE = (320, 240)
FPS = 5


def watch(pictures, fps=FPS, params=None):
    """Show pictures one after the other and give what the gate said of each."""
    gate = MotionGate(params or MotionParams())
    return [gate.update(frame_at(number / fps, picture)) for number, picture in enumerate(pictures)]


def noisy(image, count, seed=1):
    chance = np.random.default_rng(seed)
    return [with_noise(image, chance) for _ in range(count)]


def with_box(image, x, y, side=40, level=235):
    picture = image.copy()
    picture[y : y + side, x : x + side] = level
    return picture


def test_a_quiet_street_moves_nowhere():
    said = watch(noisy(textured(SIZE), 40))
    assert all(motion.moving_regions == () for motion in said)
    assert not any(motion.is_global_change for motion in said)
    assert max(motion.changed_fraction for motion in said) < 0.01


def test_something_that_walks_through_is_boxed_where_it_is():
    street = textured(SIZE)
    walk = [with_box(picture, 10 + 12 * step, 100) for step, picture in enumerate(noisy(street, 15))]
    said = watch(noisy(street, 20) + walk)
    for step, motion in enumerate(said[20:]):
        boxes = [region.box_xyxy_px for region in motion.moving_regions]
        x = 10 + 12 * step
        assert any(
            left <= x + 6 and x + 34 <= right and top <= 106 and bottom >= 134
            for left, top, right, bottom in boxes
        )
        assert all(right - left < 120 and bottom - top < 80 for left, top, right, bottom in boxes)


def test_a_thing_that_stays_becomes_background_in_a_time_that_does_not_depend_on_the_frame_rate():
    street = textured(SIZE)
    absorbed_s = []
    for fps in (2, 5, 15):
        stays = [with_box(street, 140, 100, level=30)] * (90 * fps)
        said = watch([street] * (10 * fps) + stays, fps=fps)[10 * fps :]
        moving = [number / fps for number, motion in enumerate(said) if motion.moving_regions]
        absorbed_s.append(max(moving))
    assert 15 < min(absorbed_s) <= max(absorbed_s) < 80
    assert max(absorbed_s) - min(absorbed_s) <= 1.0


def test_a_lamp_that_is_switched_on_is_a_change_of_the_whole_picture_and_no_motion():
    dark = (textured(SIZE) * 0.4).astype(np.uint8)
    said = watch(noisy(dark, 15) + noisy(textured(SIZE), 30))
    after = said[15:]
    assert after[0].is_global_change
    assert all(motion.moving_regions == () for motion in after)
    assert not any(
        motion.is_global_change for motion in after[2 * FPS + 1 :]
    )  # learnt anew after two seconds


def test_dusk_is_no_motion():
    street = textured(SIZE).astype(np.float32)
    dusk = [(street * (1.0 - 0.6 * step / 200)).astype(np.uint8) for step in range(200)]
    said = watch(dusk, fps=1)
    assert all(motion.moving_regions == () for motion in said)
    assert not any(motion.is_global_change for motion in said)


def test_a_passer_by_is_seen_while_the_light_changes():
    street = textured(SIZE).astype(np.float32)
    pictures = [(street * (1.0 - 0.2 * step / 40)).astype(np.uint8) for step in range(40)]
    pictures[30:] = [with_box(picture, 100 + 10 * step, 90) for step, picture in enumerate(pictures[30:])]
    said = watch(pictures)
    assert all(motion.moving_regions for motion in said[30:])
    assert not any(motion.moving_regions for motion in said[:30])


def test_at_night_weak_contrast_is_enough():
    night = (20 + textured(SIZE).astype(np.float32) * 0.15).astype(np.uint8)
    said = watch(
        noisy(night, 20) + [with_box(picture, 150, 100, level=52) for picture in noisy(night, 3, seed=2)]
    )
    assert all(motion.moving_regions for motion in said[20:])
    assert not any(motion.moving_regions for motion in said[:20])


def test_a_camera_pushed_to_another_view_is_a_change_of_the_whole_picture():
    said = watch([np.full((240, 320, 3), 60, np.uint8)] * 10 + [np.full((240, 320, 3), 180, np.uint8)] * 15)
    assert said[10].is_global_change
    assert said[-1].changed_fraction == 0.0


def test_a_camera_that_changes_its_frame_size_begins_anew():
    said = watch([textured((320, 240))] * 5 + [textured((768, 432))] * 5)
    assert all(motion.moving_regions == () for motion in said)


def test_a_storm_of_spots_gives_no_more_regions_than_the_cap():
    street = textured(SIZE)
    storm = street.copy()
    for x in range(5, 315, 24):
        for y in range(5, 235, 24):
            storm[y : y + 6, x : x + 6] = 0 if storm[y, x].mean() > 127 else 255
    said = watch([street] * 10 + [storm], params=MotionParams(max_regions=20))
    assert len(said[-1].moving_regions) == 20


def test_boxes_are_in_pixels_of_the_frame_at_any_size():
    for size in ((320, 240), (768, 432), (1280, 720), (500, 333)):
        street = textured(size)
        x, y, side = size[0] // 2, size[1] // 3, size[1] // 5
        said = watch([street] * 5 + [with_box(street, x, y, side, level=250)])
        hull = [region.box_xyxy_px for region in said[-1].moving_regions]
        margin = 0.03 * size[0]
        assert min(box[0] for box in hull) == pytest.approx(x, abs=margin)
        assert max(box[2] for box in hull) == pytest.approx(x + side, abs=margin)
        assert max(box[3] for box in hull) == pytest.approx(y + side, abs=margin)


@pytest.mark.parametrize(
    "faulty",
    [{"height_px": 10}, {"threshold": 0}, {"background_s": 0}, {"light_jump": 1.0}, {"max_regions": 0}],
)
def test_settings_out_of_range_are_refused_by_name(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        MotionParams(**faulty)


def test_a_thing_that_came_to_rest_still_moves_but_stirs_no_more():
    street = textured(SIZE)
    arrives = [with_box(picture, 10 + 12 * step, 100) for step, picture in enumerate(noisy(street, 10))]
    rests = [with_box(picture, 118, 100) for picture in noisy(street, 20, seed=2)]
    said = watch(noisy(street, 20) + arrives + rests)
    assert not any(motion.stirs for motion in said[1:20])
    assert all(motion.stirs for motion in said[20:30])
    assert all(motion.moving_regions and not motion.stirs for motion in said[31:])


def test_a_slow_walker_stirs_in_every_frame():
    street = textured(SIZE)
    walk = [with_box(picture, 10 + 2 * step, 100) for step, picture in enumerate(noisy(street, 30))]
    assert all(motion.stirs for motion in watch(noisy(street, 5) + walk)[6:])
