"""A real RTSP camera on loopback that is cut, stalls, refuses, and comes back."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from edge_agent.capture import CaptureParams, LiveSource, SourceParts, open_source
from edge_agent.types import Frame

pytestmark = pytest.mark.rtsp

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).parents[2] / "rtsp_server.py"
USER, PASSWORD = "gate", "s3cret"
PATIENCE_S = 60.0


class RealClock:
    """The machine's clock; the server is a real process."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Camera:
    """The server process, which tests cut and bring back."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"rtsp://{USER}:{PASSWORD}@127.0.0.1:{self.port}/stream"

    def start(self) -> None:
        command = [SYSTEM_PYTHON, str(SERVER), str(self.port), USER, PASSWORD]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def cut(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture(scope="session")
def _gstreamer() -> None:
    check = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer;"
    )
    check += (
        "Gst.init(None); assert all(map(Gst.ElementFactory.find, ('x264enc', 'rtph264pay', 'videotestsrc')))"
    )
    try:
        found = subprocess.run([SYSTEM_PYTHON, "-c", check], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        found = False
    if not found:
        pytest.skip(
            "no RTSP server: apt install gir1.2-gst-rtsp-server-1.0 python3-gi "
            "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly"
        )


@pytest.fixture
def camera(_gstreamer: None) -> Iterator[Camera]:
    camera = Camera()
    camera.start()
    yield camera
    camera.cut()


def watch(url: str, no_frame_s: float = 10.0) -> LiveSource:
    params = CaptureParams(open_s=20.0, no_frame_s=no_frame_s, first_retry_s=0.2, longest_retry_s=0.5)
    source = open_source(url, SourceParts("gate", RealClock(), lambda: 0.5, params))
    assert isinstance(source, LiveSource)
    return source


def take(frames: Iterator[Frame], count: int) -> list[Frame]:
    """Take frames, or fail when the camera does not deliver them with a lot of patience."""
    began_s = time.monotonic()
    taken = []
    for frame in frames:
        taken.append(frame)
        if len(taken) == count:
            return taken
        assert time.monotonic() - began_s < PATIENCE_S
    return taken


def test_a_camera_that_is_cut_comes_back_and_time_goes_on(camera):
    source = watch(camera.url)
    frames = source.frames()
    before = take(frames, 5)
    assert before[0].image.shape == (240, 320, 3)
    camera.cut()
    camera.start()
    while source.status.connections < 2:
        take(frames, 1)  # what was still under way
    after = take(frames, 5)
    assert source.status.losses >= 1
    assert source.status.is_connected
    times = [frame.captured_at for frame in (*before, *after)]
    assert times == sorted(set(times))
    assert after[0].image.std() > 1  # a picture, not a grey field
    source.close()


def test_a_camera_that_falls_silent_is_opened_again(camera):
    source = watch(camera.url, no_frame_s=1.5)
    frames = source.frames()
    take(frames, 3)
    camera.send(signal.SIGSTOP)  # the connection stays open, but nothing comes any more

    def resume_once_noticed() -> None:
        while not source.status.losses:
            time.sleep(0.05)
        camera.send(signal.SIGCONT)

    helper = threading.Thread(target=resume_once_noticed, daemon=True)
    with structlog.testing.capture_logs() as logs:
        helper.start()
        while source.status.connections < 2:
            take(frames, 1)
        take(frames, 3)
    source.close()
    helper.join(PATIENCE_S)
    assert source.status.losses >= 1
    assert "no frame for 1.5 s" in [entry.get("problem") for entry in logs]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ((PASSWORD, "wr0ng"), "refuses the user name or password"),
        (("/stream", "/other"), "knows no stream of that path"),
    ],
)
def test_what_the_camera_refuses_is_said_and_the_password_never_shown(camera, changed, said):
    source = watch(camera.url.replace(*changed))
    with structlog.testing.capture_logs() as logs:
        waiting = threading.Thread(target=lambda: list(source.frames()))
        waiting.start()
        while not source.status.last_problem:
            time.sleep(0.02)
        source.close()
        waiting.join(PATIENCE_S)
    assert said in source.status.last_problem
    assert logs
    assert PASSWORD not in str(logs)
    assert "wr0ng" not in str(logs)


def test_a_camera_that_is_off_is_tried_again_until_it_is_on(camera):
    camera.cut()
    source = watch(camera.url)
    frames: list[Frame] = []
    waiting = threading.Thread(target=lambda: frames.extend(take(source.frames(), 2)))
    waiting.start()
    while not source.status.last_problem:
        time.sleep(0.02)
    camera.start()
    waiting.join(PATIENCE_S)
    source.close()
    assert len(frames) == 2
