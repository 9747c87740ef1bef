"""What light does to a picture, and what must not be taken for light."""

import numpy as np
import pytest

from edge_agent.appearance.light import logarithm
from edge_agent.appearance.masks import blank
from edge_agent.still_foreground.light_change import outside_tolerance, relit, smooth_gain
from tests.staged_drop import paved_ground

GROUND = paved_ground()
SCENE = logarithm(GROUND)
NOTHING = blank(SCENE.shape)


@pytest.mark.parametrize("factor", [0.4, 0.8, 1.2, 1.5])
def test_gain_of_the_whole_picture_is_found_and_brings_the_scene_into_its_light(factor: float) -> None:
    current = logarithm(np.clip(GROUND * factor, 0, 255).astype(np.uint8))
    gain = smooth_gain(current, SCENE, NOTHING)
    assert float(np.median(gain)) == pytest.approx(np.log(factor), abs=0.03)
    assert float(np.abs(relit(SCENE, gain) - current).mean()) < 0.03


def test_gain_that_varies_slowly_is_followed() -> None:
    slope = np.linspace(0.6, 1.3, GROUND.shape[1])[None, :, None]
    current = logarithm(np.clip(GROUND * slope, 0, 255).astype(np.uint8))
    assert float(np.abs(relit(SCENE, smooth_gain(current, SCENE, NOTHING)) - current).mean()) < 0.05


def test_somebody_close_to_the_camera_is_not_light() -> None:
    current = GROUND.copy()
    current[20:, 90:180] = np.random.default_rng(1).integers(20, 80, (220, 90, 3))
    gain = smooth_gain(logarithm(current), SCENE, NOTHING)
    assert float(np.abs(gain).max()) < 0.15


def test_black_borders_of_a_letterboxed_picture_do_not_hide_the_gain() -> None:
    boxed = GROUND.copy()
    boxed[:30] = 0
    boxed[-30:] = 0
    current = logarithm((boxed * 0.6).astype(np.uint8))
    gain = smooth_gain(current, logarithm(boxed), NOTHING)
    assert float(np.median(gain[40:200])) == pytest.approx(np.log(0.6), abs=0.05)


def test_picture_shifted_by_a_pixel_stays_within_tolerance() -> None:
    shifted = logarithm(np.roll(GROUND, 1, axis=1))
    assert float((outside_tolerance(shifted, SCENE)[:, 1:] > 0.02).mean()) < 0.001
    assert float((outside_tolerance(logarithm(255 - GROUND), SCENE) > 0.02).mean()) > 0.3
