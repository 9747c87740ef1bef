"""The time of live frames, on machines whose clock cannot be trusted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.capture.stamp import EARLIEST, FrameStamp
from tests.fakes.clock import NOON, FakeClock


def test_a_good_clock_is_taken_as_it_is():
    clock = FakeClock()
    stamp = FrameStamp("gate", clock)
    assert stamp.now() == NOON
    clock.advance(0.2)
    assert stamp.now() == NOON + timedelta(seconds=0.2)


def test_a_clock_in_1970_counts_on_from_the_earliest_time_until_it_is_set():
    clock = FakeClock(datetime(1970, 1, 1, tzinfo=UTC))
    stamp = FrameStamp("gate", clock)
    assert stamp.now() == EARLIEST
    clock.advance(10.0)
    assert timedelta(seconds=10) <= stamp.now() - EARLIEST < timedelta(seconds=10.1)
    clock.wall = NOON  # NTP has answered
    assert stamp.now() == NOON


def test_after_a_step_backwards_time_runs_slowly_until_the_clock_has_caught_up():
    clock = FakeClock()
    stamp = FrameStamp("gate", clock)
    before = stamp.now()
    clock.wall -= timedelta(seconds=60)
    clock.advance(10.0)
    assert timedelta(seconds=5) <= stamp.now() - before < timedelta(seconds=5.1)
    clock.advance(200.0)
    assert stamp.now() == clock.wall


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1e6, 1e6)), max_size=30))
def test_whatever_the_clock_does_time_rises(steps):
    clock = FakeClock()
    stamp = FrameStamp("gate", clock)
    last = stamp.now()
    for elapsed_s, jump_s in steps:
        clock.advance(elapsed_s)
        clock.wall += timedelta(seconds=jump_s)
        stamped_at = stamp.now()
        assert stamped_at > last
        assert stamped_at >= EARLIEST
        last = stamped_at
