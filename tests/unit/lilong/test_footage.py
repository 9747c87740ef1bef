"""What the demo shows: the shipped scenes, as settings that an agent can read, with time lapses up to now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge_agent.config.camera import load_camera
from lilong.errors import DemoError
from lilong.footage import DEMO_SCENES, own_cameras, shipped_cameras

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_three_cameras_play_the_shipped_clips(tmp_path: Path) -> None:
    cameras = shipped_cameras(tmp_path, NOW)
    assert [camera.name for camera in cameras] == list(DEMO_SCENES)
    for camera in cameras:
        settings = load_camera(camera.settings)
        assert Path(settings.camera.source).is_file()
        assert settings.camera.id == camera.name


def test_the_lapse_ends_now_and_the_others_play_in_the_present(tmp_path: Path) -> None:
    starts = {
        camera.name: load_camera(camera.settings).playback.start for camera in shipped_cameras(tmp_path, NOW)
    }
    assert starts["rooftop"] == NOW - timedelta(days=10)
    assert starts["bin-station-day"] is None
    assert starts["fire-lane-car"] is None


def test_own_clips_need_a_camera_each(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"one camera\.toml for each clip"):
        own_cameras((tmp_path / "clip.mp4",), (), tmp_path)


def test_own_clips_take_the_place_of_the_source(tmp_path: Path) -> None:
    clip, settings = tmp_path / "mine.mp4", tmp_path / "mine.toml"
    clip.touch()
    settings.write_text('[camera]\nid = "mine"\nposition = { lon = 121.5, lat = 31.2 }\n')
    (camera,) = own_cameras((clip,), (settings,), tmp_path)
    assert load_camera(camera.settings).camera.source == str(clip)
