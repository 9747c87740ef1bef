"""The filter of one box: what it says of place, speed and its own doubt."""

from dataclasses import astuple

import numpy as np
import pytest

from edge_agent.track import kalman


def test_box_seen_once_is_expected_where_it_was_seen() -> None:
    state = kalman.start((10, 20, 50, 60))
    assert kalman.predict(state, 3.0).box_xyxy_px == pytest.approx((10, 20, 50, 60))


def test_steady_motion_is_learnt_and_carried_on() -> None:
    state = kalman.start((0, 0, 40, 20))
    for number in range(1, 20):
        state = kalman.update(kalman.predict(state, 0.2), (4.0 * number, 0, 40 + 4.0 * number, 20))
    assert state.velocity_px_s == pytest.approx((20.0, 0.0), abs=0.5)
    assert kalman.predict(state, 1.0).box_xyxy_px[0] == pytest.approx(4 * 19 + 20, abs=1.5)


@pytest.mark.parametrize("steps", [1, 2, 10])
def test_time_may_pass_in_one_step_or_in_many(steps: int) -> None:
    state = kalman.update(kalman.predict(kalman.start((0, 0, 40, 20)), 0.2), (4, 0, 44, 20))
    whole = kalman.predict(state, 2.0)
    for _ in range(steps):
        state = kalman.predict(state, 2.0 / steps)
    assert astuple(state.y) == pytest.approx(astuple(whole.y))
    assert state.x.place_px == pytest.approx(whole.x.place_px)


def test_doubt_grows_with_time_and_shrinks_with_a_detection() -> None:
    state = kalman.start((0, 0, 40, 20))
    later = kalman.predict(state, 1.0)
    seen = kalman.update(later, (0, 0, 40, 20))
    assert later.x.place_variance > state.x.place_variance > seen.x.place_variance
    assert seen.x.velocity_variance < later.x.velocity_variance


def test_filter_weighs_as_the_matrix_form_does() -> None:
    """Against the textbook's matrices, for one coordinate."""
    now = kalman.start((0, 0, 40, 20)).x
    mean, covariance = np.array([now.place_px, 0.0]), np.diag([now.place_variance, now.velocity_variance])
    transition, spread = np.array([[1, 0.5], [0, 1]]), np.array([[0.5**3 / 3, 0.125], [0.125, 0.5]])
    mean, covariance = transition @ mean, transition @ covariance @ transition.T + 9.0 * spread
    gain = covariance[:, 0] / (covariance[0, 0] + 4.0)
    mean, covariance = mean + gain * (30.0 - mean[0]), covariance - np.outer(gain, covariance[0])
    found = now.predicted(0.5, 9.0).updated(30.0, 4.0)
    assert (found.place_px, found.velocity_px_s) == pytest.approx(tuple(mean))
    upper = (covariance[0, 0], covariance[0, 1], covariance[1, 1])
    assert (found.place_variance, found.covariance, found.velocity_variance) == pytest.approx(upper)


def test_same_scene_seen_larger_gives_the_same_filter_larger() -> None:
    """Apart from the constant noise of whole pixels, which matters less for larger boxes."""
    small, large = kalman.start((0, 0, 400, 200)), kalman.start((0, 0, 800, 400))
    small = kalman.update(kalman.predict(small, 0.5), (40, 0, 440, 200))
    large = kalman.update(kalman.predict(large, 0.5), (80, 0, 880, 400))
    assert 2 * small.x.place_px == pytest.approx(large.x.place_px, rel=1e-3)
    assert 2 * small.x.velocity_px_s == pytest.approx(large.x.velocity_px_s, rel=1e-3)
