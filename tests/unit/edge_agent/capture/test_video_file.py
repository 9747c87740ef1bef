"""A recorded video, as replay and the demo read it."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.capture import Playback, SourceParts, open_source
from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.errors import ConfigError
from edge_agent.types import Frame
from tests.fakes.clock import NOON, FakeClock
from tests.footage import number_of, numbered, write_video


def play(
    path: Path,
    playback: Playback | None = None,
    clock: FakeClock | None = None,
    analyse_fps: float | None = None,
    at_most: int = 1000,
) -> list[Frame]:
    parts = SourceParts("gate", clock or FakeClock(), lambda: 0.0, analyse_fps=analyse_fps)
    source = open_source(str(path), parts, playback)
    frames = []
    for frame in source.frames():
        frames.append(frame)
        if len(frames) == at_most:
            source.close()
    return frames


def offsets_s(frames: list[Frame]) -> list[float]:
    return [round((frame.captured_at - frames[0].captured_at).total_seconds(), 3) for frame in frames]


def test_a_file_gives_every_frame_once_and_in_order(tmp_path):
    frames = play(write_video(tmp_path / "clip.mp4", numbered(12)))
    assert [number_of(frame.image) for frame in frames] == list(range(12))
    assert [frame.sequence for frame in frames] == list(range(12))
    assert {frame.camera_id for frame in frames} == {"gate"}
    assert frames[0].image.shape == (48, 64, 3)
    assert frames[0].image.dtype == np.uint8


def test_time_is_start_plus_the_files_own_time(tmp_path):
    start = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    frames = play(write_video(tmp_path / "clip.mp4", numbered(10), fps=5), Playback(start=start))
    assert frames[0].captured_at == start
    assert offsets_s(frames) == [round(number / 5, 3) for number in range(10)]


def test_a_replay_without_a_start_is_the_same_on_any_day(tmp_path):
    path = write_video(tmp_path / "clip.mp4", numbered(3))
    assert play(path, clock=FakeClock(NOON))[0].captured_at == DEFAULT_START
    assert play(path, clock=FakeClock(NOON + timedelta(days=9)))[0].captured_at == DEFAULT_START


def test_a_variable_frame_rate_keeps_its_true_times(tmp_path):
    times_s = [0.0, 0.1, 0.2, 2.5, 2.6, 9.0]
    frames = play(write_video(tmp_path / "clip.mp4", numbered(6), times_s=times_s))
    assert offsets_s(frames) == times_s


def test_a_file_whose_time_does_not_begin_at_zero_begins_at_start(tmp_path):
    frames = play(write_video(tmp_path / "clip.mkv", numbered(4), times_s=[7.0, 7.1, 7.2, 7.3]))
    assert frames[0].captured_at == DEFAULT_START
    assert offsets_s(frames) == [0.0, 0.1, 0.2, 0.3]


def test_a_given_frame_rate_replaces_the_files_own(tmp_path):
    frames = play(write_video(tmp_path / "clip.mp4", numbered(5), fps=25), Playback(fps=2))
    assert offsets_s(frames) == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_a_start_in_local_time_is_kept_in_utc(tmp_path):
    start = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
    first = play(write_video(tmp_path / "clip.mp4", numbered(2)), Playback(start=start))[0]
    assert first.captured_at == start
    assert first.captured_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        (5, [0, 5, 10, 15, 20]),  # every fifth frame of 25 per second
        (25, list(range(25))),  # the file's own rate
        (100, list(range(25))),  # more than there is
        (10, [0, 3, 5, 8, 10, 13, 15, 18, 20, 23]),  # not a divisor: the first frame of each tenth
    ],
)
def test_thinning_takes_the_first_frame_of_each_slot(tmp_path, fps, expected):
    path = write_video(tmp_path / "clip.mp4", numbered(25), fps=25)
    assert [frame.sequence for frame in play(path, analyse_fps=fps)] == expected


def test_a_looping_file_goes_on_in_time_and_number(tmp_path):
    path = write_video(tmp_path / "clip.mp4", numbered(4), fps=10)
    frames = play(path, Playback(loop=True), at_most=10)
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    assert [frame.sequence for frame in frames] == list(range(10))
    assert offsets_s(frames) == [round(number / 10, 3) for number in range(10)]


def test_real_time_waits_for_each_frame_and_begins_now(tmp_path):
    clock = FakeClock()
    frames = play(write_video(tmp_path / "clip.mp4", numbered(5), fps=10), Playback(realtime=True), clock)
    assert frames[0].captured_at == NOON
    assert clock.seconds == pytest.approx(0.4)
    assert len(frames) == 5


def test_a_time_lapse_is_played_faster_than_life(tmp_path):
    clock = FakeClock()
    hourly = Playback(fps=1 / 3600, realtime=True, speed=7200)
    frames = play(write_video(tmp_path / "clip.mp4", numbered(5), fps=10), hourly, clock)
    assert [(frame.captured_at - NOON).total_seconds() for frame in frames] == [0, 3600, 7200, 10800, 14400]
    assert clock.seconds == pytest.approx(2.0)


def test_in_real_time_a_slow_machine_leaves_late_frames_out(tmp_path):
    clock = FakeClock()
    path = write_video(tmp_path / "clip.mp4", numbered(20), fps=10)
    source = open_source(str(path), SourceParts("gate", clock, lambda: 0.0), Playback(realtime=True))
    seen = []
    for frame in source.frames():
        seen.append(frame.sequence)
        clock.advance(1.0)  # one second of work for a tenth of a second of video
    assert seen[:3] == [0, 6, 16]  # never more than half a second behind
    assert clock.seconds < 5


def test_a_damaged_stretch_is_left_out_and_the_rest_is_seen(tmp_path):
    path = write_video(tmp_path / "clip.ts", numbered(20), fps=10)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    frames = play(path)
    assert 10 <= len(frames) <= 20
    assert number_of(frames[-1].image) == 19
    assert offsets_s(frames) == sorted(set(offsets_s(frames)))


def test_recordings_joined_end_to_end_go_on_in_time(tmp_path):
    """A recorder that appends: the second part's timestamps begin anew in the middle of the file."""
    part = write_video(tmp_path / "part.ts", numbered(10), fps=10).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part + part)
    frames = play(joined)
    assert len(frames) >= 19
    steps = np.diff(offsets_s(frames))
    assert steps.min() > 0
    assert steps.max() <= 0.2


def test_a_name_with_a_colon_is_a_name_and_not_a_protocol(tmp_path):
    frames = play(write_video(tmp_path / "10:30 gate.mp4", numbered(2)))
    assert len(frames) == 2


def test_a_playlist_that_points_elsewhere_is_not_followed(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        playlist = tmp_path / "list.m3u8"
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/secret.ts"
        playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n")
        with pytest.raises(ConfigError, match=r"list\.m3u8"):
            play(playlist)
        elsewhere.settimeout(0.1)
        with pytest.raises(TimeoutError):  # nobody came
            elsewhere.accept()


def write_sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_what_cannot_be_played_says_which_file_and_why_in_one_line(tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("not a video")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    cases = [
        (tmp_path / "absent.mp4", "no such video file"),
        (text, "not a readable video"),
        (empty, "not a readable video"),
        (write_sound(tmp_path / "sound.mp4"), "holds no video"),
    ]
    for path, reason in cases:
        with pytest.raises(ConfigError, match=reason) as raised:
            play(path)
        assert path.name in str(raised.value)
        assert "\n" not in str(raised.value)


def test_progress_can_be_shown_because_the_length_is_known(tmp_path):
    path = write_video(tmp_path / "clip.mp4", numbered(9))
    parts = SourceParts("gate", FakeClock(), lambda: 0.0)
    assert open_source(str(path), parts).total_frames == 9
    assert open_source(str(path), parts, Playback(loop=True)).total_frames is None


@pytest.mark.parametrize(
    "faulty", [{"fps": 0.0}, {"fps": -5.0}, {"speed": 0.0}, {"start": NOON.replace(tzinfo=None)}]
)
def test_a_playback_that_makes_no_sense_is_refused(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        Playback(**faulty)
