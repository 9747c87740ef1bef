"""A camera that comes and goes, with a detector behind it that is slower than the camera."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from edge_agent.capture.params import CaptureParams
from edge_agent.capture.pictures import Picture, held
from edge_agent.capture.reconnect import LiveSource
from edge_agent.errors import ConfigError, TransientError
from edge_agent.types import Frame
from tests.fakes.clock import FakeClock
from tests.footage import number_of, numbered

PARAMS = CaptureParams(no_frame_s=5.0, first_retry_s=1.0, longest_retry_s=8.0)


class ScriptedStream:
    """A LiveStream that does what its script yields."""

    def __init__(self, script: Callable[[], Iterator[Picture]]) -> None:
        self._script = script

    def pictures(self) -> Iterator[Picture]:
        return self._script()


def source_of(scripts, clock=None, params=PARAMS, analyse_fps=None, random=lambda: 1.0) -> LiveSource:
    """Make a source whose connections follow the scripts one after the other, the last one for ever."""
    waiting = list(scripts)

    def connect() -> ScriptedStream:
        return ScriptedStream(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return LiveSource("gate", "camera", connect, params, clock or FakeClock(), random, analyse_fps)


def given(source: LiveSource, count: int) -> list[Frame]:
    """Take so many frames and close the source."""
    frames: list[Frame] = []
    for frame in source.frames():
        frames.append(frame)
        if len(frames) == count:
            source.close()
    return frames


def one_picture(number: int = 0) -> Iterator[Picture]:
    yield held(numbered(number + 1)[number])


def nothing() -> Iterator[Picture]:
    raise TransientError("no route to host")
    yield


def test_a_slow_detector_gets_the_newest_frame_and_no_queue():
    go, done = threading.Event(), threading.Event()

    def script() -> Iterator[Picture]:
        pictures = numbered(21)
        yield held(pictures[0])
        go.wait(10)  # the detector is busy with the first one
        for picture in pictures[1:]:
            yield held(picture)
        done.set()
        threading.Event().wait(10)

    source = source_of([script])
    frames = source.frames()
    assert number_of(next(frames).image) == 0
    go.set()
    assert done.wait(10)
    newest = next(frames)
    assert number_of(newest.image) == 20
    assert newest.sequence == 20
    assert source.status.frames_arrived == 21
    assert source.status.frames_given == 2
    source.close()
    assert list(frames) == []


def test_only_frames_that_are_wanted_are_converted():
    converted = []

    def script() -> Iterator[Picture]:
        def picture() -> np.ndarray:
            converted.append(1)
            return numbered(1)[0]

        while True:
            yield picture

    frames = given(source_of([script]), 5)
    assert len(converted) == len(frames) == 5


def test_a_camera_that_was_away_comes_back_by_itself():
    source = source_of([nothing, nothing, one_picture, nothing, one_picture])
    assert len(given(source, 2)) == 2
    assert source.status.connections == 2
    assert source.status.losses == 1


def test_waiting_doubles_up_to_a_limit_and_starts_afresh_after_a_frame():
    clock = FakeClock()
    source = source_of([nothing] * 6 + [one_picture, nothing, one_picture], clock)
    given(source, 2)
    assert clock.slept == [1, 2, 4, 8, 8, 8, 1, 2]


def test_jitter_takes_up_to_half_of_the_wait_away():
    clock = FakeClock()
    given(source_of([nothing, nothing, one_picture], clock, random=lambda: 0.0), 1)
    assert clock.slept == [0.5, 1.0]


def test_a_camera_that_says_nothing_is_opened_again():
    never = threading.Event()

    def stalled() -> Iterator[Picture]:
        yield from one_picture(0)
        never.wait(30)

    params = CaptureParams(no_frame_s=0.1, first_retry_s=0.01)
    source = source_of([stalled, lambda: one_picture(3)], params=params)
    frames = given(source, 2)
    assert [number_of(frame.image) for frame in frames] == [0, 3]
    assert source.status.losses == 1
    never.set()


def test_a_fault_in_the_reader_counts_as_a_loss_and_not_as_silence():
    def broken() -> Iterator[Picture]:
        raise ZeroDivisionError("a library's fault")
        yield

    source = source_of([broken, one_picture])
    assert len(given(source, 1)) == 1


def test_what_the_user_must_mend_is_not_retried():
    def wrong() -> Iterator[Picture]:
        raise ConfigError("needs a library")
        yield

    with pytest.raises(ConfigError, match="needs a library"):
        next(source_of([wrong]).frames())


def test_numbers_and_times_rise_across_a_reconnection():
    def three() -> Iterator[Picture]:
        for picture in numbered(3):
            yield held(picture)
            clock.advance(0.1)

    clock = FakeClock()
    frames = given(source_of([three, three], clock), 4)
    assert [frame.sequence for frame in frames] == sorted({frame.sequence for frame in frames})
    assert [frame.captured_at for frame in frames] == sorted({frame.captured_at for frame in frames})


def test_closing_from_another_thread_ends_the_wait_for_a_frame():
    never = threading.Event()

    def silent() -> Iterator[Picture]:
        never.wait(30)
        return iter(())

    source = source_of([silent], params=CaptureParams(open_s=30))
    frames: list[Frame] = []
    consumer = threading.Thread(target=lambda: frames.extend(source.frames()))
    consumer.start()
    source.close()
    consumer.join(10)
    assert not consumer.is_alive()
    assert frames == []
    never.set()


def test_a_thinned_stream_gives_at_most_the_analysed_rate():
    def fast() -> Iterator[Picture]:
        while True:
            clock.advance(0.04)
            yield from one_picture()

    clock = FakeClock()
    frames = given(source_of([fast], clock, analyse_fps=5), 6)
    slots = {int((frame.captured_at - frames[0].captured_at).total_seconds() * 5 + 1e-6) for frame in frames}
    assert len(slots) == len(frames)


@pytest.mark.parametrize(
    "faulty",
    [{"no_frame_s": 0.0}, {"first_retry_s": 0.0}, {"longest_retry_s": 0.5}, {"width_px": 1}, {"fps": 0}],
)
def test_settings_that_cannot_work_are_refused_by_name(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        CaptureParams(**faulty)
