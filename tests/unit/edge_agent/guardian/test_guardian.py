"""What a camera says of itself when it was pushed, covered or breathed on, and what it must bear."""

import cv2
import numpy as np
import pytest

from edge_agent.guardian import Guardian, GuardianParams
from edge_agent.types import Image, Motion
from tests.footage import frame_at, textured
from wire_contract.vocabulary import CameraState

QUIET = Motion((), is_global_change=False, changed_fraction=0.0)
SIZE = (400, 300)
STEP_S = 1.0
GOOD_S = 24.0


GRAIN = tuple(np.random.default_rng(seed).normal(0, 1, (300, 400, 3)).astype(np.float32) for seed in range(5))
"""A sensor's noise at five instants, for frames of SIZE."""


class Watch:
    """A guardian and the clock of its camera."""

    def __init__(self, params: GuardianParams | None = None) -> None:
        self.guardian = Guardian(params or GuardianParams())
        self.seconds = 0.0

    def show(
        self, picture: Image, seconds: float, noise: float = 2.0, motion: Motion = QUIET
    ) -> list[CameraState]:
        """Show a picture, each time with other noise, and give all that was said."""
        return [self.glance(picture, noise, motion) for _ in range(round(seconds / STEP_S))]

    def glance(
        self, picture: Image, noise: float = 2.0, motion: Motion = QUIET, step_s: float = STEP_S
    ) -> CameraState:
        grain = noise * GRAIN[round(self.seconds) % len(GRAIN)] if noise else 0
        shown = np.clip(picture + grain, 0, 255).astype(np.uint8) if noise else picture
        said = self.guardian.update(frame_at(self.seconds, shown), motion)
        self.seconds += step_s
        return said


def good_watch(street: Image, noise: float = 2.0) -> Watch:
    watch = Watch()
    assert set(watch.show(street, GOOD_S, noise)) == {CameraState.OK}
    return watch


STREET = textured(SIZE)


def turned(degrees: float, shift: tuple[float, float] = (0, 0), zoom: float = 1.0) -> Image:
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), degrees, zoom)
    matrix[:, 2] += shift
    return cv2.warpAffine(STREET, matrix, SIZE, borderMode=cv2.BORDER_REFLECT)


def covered(left: float, top: float, right: float, bottom: float, level: int = 70) -> Image:
    picture = STREET.copy()
    width, height = SIZE
    picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = level
    return picture


FAULTS = [
    (CameraState.MOVED, turned(2.0)),  # a knock
    (CameraState.MOVED, turned(0.0, (12, 0))),  # turned aside by 2.5 %
    (CameraState.MOVED, turned(0.0, (0, -12))),  # sagged
    (CameraState.MOVED, turned(-5.0, (20, 10))),  # both
    (CameraState.MOVED, turned(0.0, zoom=1.18)),  # zoomed
    (CameraState.MOVED, textured(SIZE, seed=99)),  # looks elsewhere altogether
    (CameraState.COVERED, covered(0.0, 0.0, 0.55, 1.0)),  # half, by a board
    (CameraState.COVERED, covered(0.0, 0.0, 1.0, 1.0, level=30)),  # all, by a bag
    (CameraState.DEFOCUSED, cv2.GaussianBlur(STREET, (0, 0), 3)),
    (CameraState.DARK, (STREET // 40)),  # the lamp failed
]


@pytest.mark.parametrize(("state", "picture"), FAULTS)
def test_a_fault_is_raised_within_a_minute_and_clears_when_mended(state, picture):
    watch = good_watch(STREET)
    said = watch.show(picture, 60.0, noise=0.7)
    assert said[-1] is state
    assert set(said) == {CameraState.OK, state}
    assert said.index(state) * STEP_S >= 15  # and not at the first glance
    assert watch.show(STREET, 30.0)[-1] is CameraState.OK


def test_a_frozen_stream_is_raised_and_clears():
    watch = good_watch(STREET)
    said = watch.show(STREET, 60.0, noise=0.0)
    assert said[-1] is CameraState.FROZEN
    assert watch.show(STREET, 30.0)[-1] is CameraState.OK


def test_a_drawn_scene_without_noise_is_not_called_frozen():
    walker = STREET.copy()
    said = []
    watch = Watch()
    for x in range(0, 200, 20):
        picture = walker.copy()
        picture[200:260, x : x + 20] = 250
        said += watch.show(picture, 6.0, noise=0.0)
    said += watch.show(STREET, 120.0, noise=0.0)
    assert set(said) == {CameraState.OK}


def test_a_time_lapse_with_equal_pictures_on_some_days_is_not_called_frozen():
    watch = Watch()
    day_s = 86_400.0
    for _ in range(6):
        said = {watch.glance(STREET, step_s=day_s) for _ in range(2)}
        said |= {watch.glance(STREET, noise=0, step_s=day_s) for _ in range(3)}
        assert said == {CameraState.OK}


@pytest.mark.parametrize(
    ("what", "picture"),
    [
        ("a cloud", (STREET * 0.5).astype(np.uint8)),
        ("the sun", np.clip(STREET * 1.5, 0, 255).astype(np.uint8)),
        ("a lower contrast", (STREET * 0.4 + 80).astype(np.uint8)),
        ("a nudge by the wind", turned(0.0, (2, 1))),
        ("a van that stands in a third of the view", covered(0.2, 0.3, 0.7, 0.95, level=200)),
    ],
)
def test_what_belongs_to_a_street_is_borne(what, picture):
    watch = good_watch(STREET)
    assert set(watch.show(picture, 90.0)) == {CameraState.OK}, what


def test_the_grain_of_the_night_that_goes_at_dawn_is_no_lost_focus():
    watch = Watch()
    assert set(watch.show(STREET, 90.0, noise=8.0) + watch.show(STREET, 90.0, noise=1.0)) == {CameraState.OK}


@pytest.mark.parametrize("grain", [0.0, 12.0])  # gravel loses its texture in the average of a swaying camera
def test_a_mast_that_sways_in_the_wind_is_borne(grain):
    street = np.clip(STREET + grain * GRAIN[0], 0, 255).astype(np.uint8)
    watch = good_watch(street)
    for step in range(60):
        swayed = np.roll(street, (round(2 * np.cos(1.7 * step)), round(3 * np.sin(step))), (0, 1))
        assert set(watch.show(swayed, 2.0)) == {CameraState.OK}


def test_a_lorry_that_fills_the_picture_for_a_moment_is_borne():
    watch = good_watch(STREET)
    lorry = covered(0.0, 0.0, 1.0, 1.0, level=190)
    for _ in range(6):
        assert set(watch.show(lorry, 8.0)) == {CameraState.OK}
        assert set(watch.show(STREET, 8.0)) == {CameraState.OK}


def test_nothing_is_concluded_while_the_light_jumps():
    watch = good_watch(STREET)
    jump = Motion((), is_global_change=True, changed_fraction=0.9)
    assert set(watch.show(turned(3.0), 60.0, motion=jump)) == {CameraState.OK}


def test_a_scene_with_nothing_to_hold_on_to_is_left_in_peace():
    watch = Watch()
    wall = np.full((300, 400, 3), 128, np.uint8)
    assert set(watch.show(wall, 40.0)) == {CameraState.OK}
    wall[100:200, 100:300] = 90
    assert set(watch.show(wall, 60.0)) == {CameraState.OK}


def test_a_moved_camera_stays_moved_and_does_not_get_used_to_it():
    watch = good_watch(STREET)
    said = watch.show(turned(4.0), 300.0, noise=1.0)
    assert said[-1] is CameraState.MOVED
    assert set(said[60:]) == {CameraState.MOVED}


def test_a_slow_camera_of_one_frame_in_eleven_seconds_is_judged_too():
    watch = Watch()
    assert {watch.glance(STREET, step_s=11.0) for _ in range(12)} == {CameraState.OK}
    assert [watch.glance(turned(3.0), step_s=11.0) for _ in range(6)][-1] is CameraState.MOVED


def test_a_new_frame_size_begins_anew():
    watch = good_watch(STREET)
    assert set(watch.show(textured((640, 360), seed=5), 60.0, noise=0)) == {CameraState.OK}


def test_a_guardian_that_is_switched_off_says_nothing():
    watch = Watch(GuardianParams(enabled=False))
    assert set(watch.show(STREET, 30.0) + watch.show(turned(5.0), 60.0)) == {CameraState.OK}


@pytest.mark.parametrize(
    "faulty", [{"check_every_s": 0}, {"sustain_s": 0}, {"covered_fraction": 0.1}, {"moved_deg": 90}]
)
def test_settings_out_of_range_are_refused_by_name(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        GuardianParams(**faulty)
