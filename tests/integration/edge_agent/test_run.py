"""The service as it is started in the field: file cameras, a server on loopback, signals, no token."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_agent.commands.quiet_clip import write_quiet_clip
from tests.fakes.toy_server import ONE_TIME_TOKEN, TOKEN, ToyServer, Trouble, toy_server
from wire_contract.messages import EventMessage, Heartbeat
from wire_contract.vocabulary import CameraState, EventPhase, EvidenceRole

CAMERA = """
[camera]
id = "{name}"
source = "quiet.mp4"
position = {{ lon = 121.5601, lat = 31.2555 }}
[[zone]]
id = "ground"
kind = "drop_zone"
polygon = [[0.0, 0.3], [1.0, 0.3], [1.0, 1.0], [0.0, 1.0]]
[rule.garbage_drop]
alarm_after_s = 2
[playback]
loop = {loop}
"""
AGENT = """
[agent]
id = "box-1"
cameras = ["one.toml", "two.toml"]
model = "none"
{more}
[server]
url = "{url}"
[deliver]
heartbeat_every_s = 1
idle_s = 0.1
"""


@pytest.fixture
def server() -> Iterator[ToyServer]:
    with toy_server() as running:
        yield running


def set_up(folder: Path, url: str, *, loop: bool = False, more: str = "") -> Path:
    """Write a box with two cameras on the same footage of 13 s, in which a bag is left after 6 s."""
    write_quiet_clip(folder / "quiet.mp4", length_s=13, enters_s=1, fps=10)
    for name in ("one", "two"):
        text = CAMERA.format(name=name, loop=str(loop).lower())
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "agent.toml").write_text(AGENT.format(url=url, more=more), encoding="utf-8")
    return folder / "agent.toml"


def start(config: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "edge_agent", "run", "--config", str(config)],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def last_heartbeat(server: ToyServer) -> Heartbeat:
    return Heartbeat.model_validate(server.heartbeats[-1])


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


@pytest.mark.slow
def test_footage_of_two_cameras_arrives_as_events_with_evidence_and_the_service_ends(
    tmp_path: Path, server: ToyServer
) -> None:
    config = set_up(tmp_path, server.url)
    agent = start(config, LILONG_ONE_TIME_TOKEN=ONE_TIME_TOKEN)
    _, errors = agent.communicate(timeout=120)
    assert agent.returncode == 0, errors
    events = [EventMessage.model_validate(event) for event in server.events.values()]
    opened = [event for event in events if event.phase is EventPhase.OPENED]
    assert sorted(event.camera_id for event in opened) == ["one", "two"]
    for event in opened:
        assert event.device_id == "box-1"
        assert event.fix is not None
        assert EvidenceRole.ALARM in {piece.role for piece in event.evidence}
        assert {piece.sha256 for piece in event.evidence} <= set(server.evidence)
    assert server.received == len(server.events)
    cameras = last_heartbeat(server).cameras
    assert {camera.camera_id: camera.state for camera in cameras} == {
        "one": CameraState.OK,
        "two": CameraState.OK,
    }
    assert all(camera.position is not None for camera in cameras)
    token_file = tmp_path / "data" / "device-token"
    assert token_file.read_text().strip() == TOKEN
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert server.requests.count("POST /api/v1/devices/enrol") == 1


def test_term_signal_ends_it_cleanly_and_one_broken_camera_does_not_stop_the_other(
    tmp_path: Path, server: ToyServer
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = set_up(tmp_path, server.url, loop=True, more=f"metrics_port = {port}")
    broken = (tmp_path / "two.toml").read_text().replace("quiet.mp4", "gone.mp4")
    (tmp_path / "two.toml").write_text(broken, encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        agent = start(config, LILONG_DEVICE_TOKEN=TOKEN, NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert systemd.recv(64) == b"READY=1"
        wait_for(
            lambda: (
                bool(server.heartbeats) and any(c.analysed_fps > 0 for c in last_heartbeat(server).cameras)
            )
        )
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        agent.send_signal(signal.SIGTERM)
        _, errors = agent.communicate(timeout=60)
        told = [systemd.recv(64)]
        while told[-1] != b"STOPPING=1":
            told.append(systemd.recv(64))
    assert agent.returncode == 0, errors
    assert "Traceback" not in errors
    assert b"WATCHDOG=1" in told
    states = {camera.camera_id: camera.state for camera in last_heartbeat(server).cameras}
    assert states == {"one": CameraState.OK, "two": CameraState.OFFLINE}
    assert "gone.mp4: no such video file" in errors
    assert 'lilong_frames_analysed_total{camera="one"}' in page
    assert 'lilong_stage_seconds_count{camera="one",stage="still_foreground"}' in page
    assert 'lilong_restarts_total{camera="two"}' in page
    assert "lilong_outbox_pending 0.0" in page


def test_box_that_is_not_enrolled_says_what_to_do(tmp_path: Path, server: ToyServer) -> None:
    agent = start(set_up(tmp_path, server.url))
    _, errors = agent.communicate(timeout=60)
    assert agent.returncode == 2
    assert "device box-1 is not enrolled; get a one-time token" in errors
    assert "map-server enroll-device box-1" in errors


@pytest.mark.parametrize("status", [401, 410], ids=["not this device's", "used before"])
def test_one_time_token_that_the_server_refuses_is_told(
    tmp_path: Path, server: ToyServer, status: int
) -> None:
    server.troubles.append(Trouble(status=status))
    agent = start(set_up(tmp_path, server.url), LILONG_ONE_TIME_TOKEN=ONE_TIME_TOKEN)
    _, errors = agent.communicate(timeout=60)
    assert agent.returncode == 2
    assert "enrolment refused" in errors
    assert "get a new one-time token: map-server enroll-device box-1" in errors
    assert not (tmp_path / "data" / "device-token").exists()
