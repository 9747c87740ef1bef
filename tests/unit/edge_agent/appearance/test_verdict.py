"""What a changed region is: bags, ghosts, shadows and shifted scenery on one paved place."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge_agent.appearance.light import logarithm, smoothed
from edge_agent.appearance.masks import Mask, blank
from edge_agent.appearance.verdict import Cause, Verdict, judge
from edge_agent.types import Image
from tests.staged_drop import Drop, paved_ground, staged

GROUND = paved_ground(160, 120)[40:]
PLACE = (60, 20, 90, 50)
"""x1, y1, x2, y2 of what changes."""


def with_bag(ground: Image, is_bright: bool = False) -> Image:
    box = tuple(float(value) for value in PLACE)
    ((_, picture),) = staged([(60.0, ground)], Drop((box[0], box[1], box[2], box[3]), is_bright=is_bright))
    return picture


def with_shade(ground: Image, strength: float) -> Image:
    picture = ground.copy()
    x1, y1, x2, y2 = PLACE
    picture[y1:y2, x1:x2] = (picture[y1:y2, x1:x2] * strength).astype(np.uint8)
    return picture


def region() -> Mask:
    mask = blank(GROUND.shape)
    mask[PLACE[1] : PLACE[3], PLACE[0] : PLACE[2]] = 255
    return mask


def verdict(before: Image, now: Image) -> Verdict:
    return judge(logarithm(smoothed(before)), logarithm(smoothed(now)), region(), blank(GROUND.shape))


@pytest.mark.parametrize("is_bright", [False, True], ids=["black bag", "white bag"])
@pytest.mark.parametrize("light", [1.0, 0.5, 1.2])
def test_bag_is_added_in_any_light(is_bright: bool, light: float) -> None:
    now = np.clip(with_bag(GROUND, is_bright) * light, 0, 255).astype(np.uint8)
    found = verdict(GROUND, now)
    assert found.cause is Cause.ADDED
    assert found.score >= 0.8


def test_bag_that_was_taken_away_is_removed() -> None:
    found = verdict(with_bag(GROUND), GROUND)
    assert found.cause is Cause.REMOVED
    assert found.score == 0


def behind(picture: Image, hidden_part: float) -> Image:
    """Stand something dark before a part of the place, as an e-bike that is parked there."""
    x1, _, x2, _ = PLACE
    shown = picture.copy()
    left = round(x2 - hidden_part * (x2 - x1))
    shown[5:75, left : left + 40] = 35
    return shown


def half_hidden(before: Image, now: Image, hidden_part: float) -> Verdict:
    seen = region()
    seen[:, round(PLACE[2] - hidden_part * (PLACE[2] - PLACE[0])) :] = 0
    pictures = (logarithm(smoothed(behind(each, hidden_part))) for each in (before, now))
    return judge(*pictures, seen, blank(GROUND.shape))


@pytest.mark.parametrize(
    ("hidden_part", "is_bright"),
    [(0.3, False), (0.5, False), (0.6, False), (0.4, True), (0.5, True)],
)
def test_bag_half_behind_something_parked_is_added_when_it_comes_not_when_it_goes(
    hidden_part: float, is_bright: bool
) -> None:
    with_it = with_bag(GROUND, is_bright)
    added, taken = half_hidden(GROUND, with_it, hidden_part), half_hidden(with_it, GROUND, hidden_part)
    assert added.cause is Cause.ADDED
    assert added.score >= 0.5
    assert taken.cause is not Cause.ADDED
    assert taken.score == 0


@pytest.mark.parametrize("strength", [0.45, 0.7, 1.4], ids=["deep shade", "shade", "patch of sun"])
def test_shade_and_sun_are_light(strength: float) -> None:
    found = verdict(GROUND, with_shade(GROUND, strength))
    assert found.cause is Cause.LIGHT
    assert found.score < 0.3


@pytest.mark.parametrize("strength", [0.6, 1.5], ids=["shade", "sun"])
def test_shade_on_bare_ground_is_not_believed(strength: float) -> None:
    bare = np.full_like(GROUND, 140)
    assert verdict(bare, with_shade(bare, strength)).score < 0.5


@pytest.mark.parametrize(
    "shift", [(2, 0), (0, -3), (3, 2)], ids=["to the right", "up", "down and to the right"]
)
def test_scenery_that_a_trembling_camera_shifted_is_not_added(shift: tuple[int, int]) -> None:
    assert verdict(GROUND, np.roll(GROUND, shift[::-1], axis=(0, 1))).score < 0.3


def test_outline_draws_the_thing_tightly_from_a_rough_region() -> None:
    rough = cv2.erode(region(), np.ones((9, 9), np.uint8))
    found = judge(
        logarithm(smoothed(GROUND)),
        logarithm(smoothed(with_bag(GROUND))),
        np.asarray(rough, dtype=np.uint8),
        blank(GROUND.shape),
    )
    x, y, width, height = cv2.boundingRect(found.outline)
    assert (x, y, x + width, y + height) == pytest.approx(PLACE, abs=2)


@pytest.mark.parametrize("make", [lambda: np.zeros_like(GROUND), lambda: np.full_like(GROUND, 255)])
def test_black_and_white_pictures_are_judged_without_a_fault(make: Callable[[], Image]) -> None:
    assert 0 <= verdict(GROUND, make()).score <= 1
    assert 0 <= verdict(make(), GROUND).score <= 1


def test_region_that_fills_the_crop_is_judged_without_a_fault() -> None:
    everything = np.full(GROUND.shape[:2], 255, np.uint8)
    found = judge(logarithm(GROUND), logarithm(with_bag(GROUND)), everything, blank(GROUND.shape))
    assert 0 <= found.score <= 1
