"""The numbers of a heartbeat."""

from datetime import timedelta
from pathlib import Path

import pytest

from edge_agent.health import Device, Heartbeats, Stock, cpu_temperature_c
from edge_agent.pipeline.status import CameraReport
from tests.fakes.clock import NOON
from wire_contract.vocabulary import CameraState

STOCK = Stock(3, 1, 2, 4096, 5)


def report(frames: int, observed_s: float, state: CameraState = CameraState.OK) -> CameraReport:
    return CameraReport("cam-1", (121.56, 31.25), state, NOON, NOON, frames, observed_s)


@pytest.fixture
def reports() -> list[CameraReport]:
    return [report(300, 60.0)]


@pytest.fixture
def heartbeats(tmp_path: Path, reports: list[CameraReport]) -> Heartbeats:
    (tmp_path / "temp").write_text("48250\n")
    device = Device("box-1", "0.1.0", NOON, None, tmp_path)
    return Heartbeats(device, lambda: reports, lambda: STOCK, tmp_path / "temp")


def test_a_heartbeat_tells_how_the_box_and_its_cameras_fare(heartbeats: Heartbeats) -> None:
    beat = heartbeats.make(NOON + timedelta(seconds=60))
    assert (beat.device_id, beat.agent_version, beat.started_at) == ("box-1", "0.1.0", NOON)
    assert (beat.outbox_pending, beat.outbox_set_aside, beat.outbox_dropped) == (3, 1, 2)
    assert (beat.evidence_bytes, beat.evidence_dropped) == (4096, 5)
    assert beat.cpu_temperature_c == 48.25
    assert beat.disk_free_bytes > 0
    [camera] = beat.cameras
    assert camera.position is not None
    assert (camera.position.lon, camera.position.lat) == (121.56, 31.25)
    assert (camera.camera_id, camera.analysed_fps, camera.observed_s) == ("cam-1", 5.0, 60.0)


def test_time_that_was_watched_counts_on_until_a_heartbeat_has_arrived(
    heartbeats: Heartbeats, reports: list[CameraReport]
) -> None:
    """An hour offline must not look like an hour in which nobody watched."""
    for minute in (1, 2, 3):
        beat = heartbeats.make(NOON + timedelta(minutes=minute))
        assert (beat.cameras[0].observed_s, beat.cameras[0].analysed_fps) == (60.0 * minute, 5.0)
    heartbeats.arrived(beat)
    reports[:] = [report(30, 6.0, CameraState.COVERED)]
    [camera] = heartbeats.make(NOON + timedelta(minutes=4)).cameras
    assert (camera.observed_s, camera.analysed_fps, camera.state) == (6.0, 0.5, CameraState.COVERED)


def test_the_first_heartbeat_at_the_very_start_divides_by_nothing(heartbeats: Heartbeats) -> None:
    assert heartbeats.make(NOON).cameras[0].analysed_fps == 0.0


@pytest.mark.parametrize("content", [None, "", "hot"])
def test_a_machine_without_a_thermometer_says_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "temp").write_text(content)
    assert cpu_temperature_c(tmp_path / "temp") is None
