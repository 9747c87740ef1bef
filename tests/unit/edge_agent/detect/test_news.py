"""A thing that came to rest is looked at less and less often, whatever happens there is news at once."""

from dataclasses import replace

import numpy as np
import pytest

from edge_agent.detect.news import SeenPlaces
from edge_agent.types import BoxXyxy, Frame, Motion, MovingRegion
from tests.footage import frame_at

SIZE = (320, 240)
BAG: BoxXyxy = (100.0, 100.0, 140.0, 150.0)
MOTION = Motion((MovingRegion(BAG),), is_global_change=False, changed_fraction=0.01)
CROP: BoxXyxy = (60.0, 60.0, 220.0, 220.0)


def scene(seconds: float, *boxes: BoxXyxy, noise: float = 0.0) -> Frame:
    """A grey place with dark things in it."""
    picture = np.full((SIZE[1], SIZE[0], 3), 150.0)
    for x1, y1, x2, y2 in boxes:
        picture[int(y1) : int(y2), int(x1) : int(x2)] = 40
    picture += np.random.default_rng(int(seconds * 10)).normal(0, noise, picture.shape) if noise else 0
    return frame_at(seconds, np.clip(picture, 0, 255).astype(np.uint8))


def looks(places: SeenPlaces, frames: list[Frame], motion: Motion = MOTION) -> list[float]:
    """Show each frame whose motion is news, and give the times of those."""
    begin = frames[0].captured_at
    times = []
    for frame in frames:
        if places.news(frame, motion).moving_regions:
            places.note_shown([CROP])
            times.append(round((frame.captured_at - begin).total_seconds(), 1))
    return times


@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_left_bag_is_looked_at_again_after_ever_longer_waits(noise: float) -> None:
    times = looks(SeenPlaces(3.0), [scene(n / 5, BAG, noise=noise) for n in range(200)])
    waits = np.diff(times)
    assert times[0] == 0.0
    assert waits[0] == pytest.approx(0.4)
    assert waits[-1] == pytest.approx(3.0)
    assert all(np.diff(waits) >= -0.21)  # growing, but for the grid of frames
    assert len(times) < 30


def test_what_happens_at_the_bag_is_news_in_the_same_frame() -> None:
    frames = [scene(n / 5, BAG) for n in range(100)]
    foot = (130.0, 140.0, 138.0, 150.0)
    moved = [scene(20.0 + n / 5, (104.0, 104.0, 144.0, 154.0), foot) for n in range(3)]
    times = looks(SeenPlaces(3.0), frames + moved)
    assert 20.0 in times


def test_motion_elsewhere_is_news_although_the_bag_is_not() -> None:
    places = SeenPlaces(3.0)
    looks(places, [scene(n / 5, BAG) for n in range(50)])
    walker = (230.0, 100.0, 260.0, 200.0)
    both = Motion((MovingRegion(BAG), MovingRegion(walker)), is_global_change=False, changed_fraction=0.02)
    assert places.news(scene(9.8, BAG, walker), both).moving_regions == (MovingRegion(walker),)


def test_motion_that_the_detector_was_not_shown_stays_news() -> None:
    places = SeenPlaces(3.0)
    assert all(places.news(scene(n / 5, BAG), MOTION).moving_regions for n in range(10))


def test_quiet_picture_costs_nothing_and_says_nothing() -> None:
    quiet = Motion((), is_global_change=False, changed_fraction=0.0)
    assert SeenPlaces(3.0).news(scene(0.0), quiet) is quiet


def test_region_at_the_very_edge_of_the_picture_is_no_trouble() -> None:
    edge = replace(MOTION, moving_regions=(MovingRegion((319.0, 239.0, 320.0, 240.0)),))
    assert looks(SeenPlaces(3.0), [scene(n / 5) for n in range(5)], edge)
