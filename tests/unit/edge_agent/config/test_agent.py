"""agent.toml: a box, its cameras and its server."""

from pathlib import Path

import pytest

from edge_agent.config.agent import load_agent, load_cameras
from edge_agent.errors import ConfigError

SAMPLE = """
[agent]
id = "box-1"
cameras = ["cameras/a.toml", "cameras/b.toml"]
[server]
url = "https://map.example.org"
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with agent.toml and two cameras."""
    (tmp_path / "cameras").mkdir()
    for name in "ab":
        (tmp_path / "cameras" / f"{name}.toml").write_text(
            f'[camera]\nid = "{name}"\nsource = "usb:0"\n', encoding="utf-8"
        )
    (tmp_path / "agent.toml").write_text(SAMPLE, encoding="utf-8")
    return tmp_path


def changed(box: Path, old: str, new: str) -> Path:
    assert old in SAMPLE
    (box / "agent.toml").write_text(SAMPLE.replace(old, new), encoding="utf-8")
    return box / "agent.toml"


def test_paths_are_relative_to_the_file_and_the_rest_has_defaults(box: Path) -> None:
    settings = load_agent(box / "agent.toml")
    assert settings.agent.data_directory == box / "data"
    assert [camera.camera.id for camera in load_cameras(box / "agent.toml", settings)] == ["a", "b"]
    assert settings.deliver.heartbeat_every_s == 60.0
    assert settings.agent.metrics_port is None


def test_model_given_by_path_is_relative_to_the_file_and_an_id_stays(box: Path) -> None:
    assert load_agent(changed(box, "[server]", 'model = "m/own.onnx"\n[server]')).agent.model == str(
        box / "m/own.onnx"
    )
    assert load_agent(changed(box, "[server]", 'model = "yolox_nano"\n[server]')).agent.model == "yolox_nano"


def test_box_without_a_server_keeps_its_events(box: Path) -> None:
    file = changed(box, '[server]\nurl = "https://map.example.org"', "")
    assert load_agent(file).server is None


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('id = "box-1"', 'id = "-"', "[agent] id: '-' is no name for the wire"),
        (
            'cameras = ["cameras/a.toml", "cameras/b.toml"]',
            "cameras = []",
            "[agent] cameras: 0 given; allowed are 1 to 64",
        ),
        ("https://map", "map", "[server] url: is no address; write it like https://map.example.org"),
        ("https://map", "ftp://map", "[server] url: is no address"),
        ("[server]", "metrics_port = 70000\n[server]", "[agent] metrics_port: 70000 is no port"),
        ("[server]", 'token = "abc"\n[server]', "[agent] token: unknown key"),
        (
            "[server]",
            "[deliver]\nidle_s = 0\n[server]",
            "[deliver] idle_s: 0.0 is out of range; allowed is 0.05 to 60",
        ),
    ],
)
def test_slip_is_one_line(box: Path, old: str, new: str, line: str) -> None:
    file = changed(box, old, new)
    with pytest.raises(ConfigError) as caught:
        load_agent(file)
    assert str(caught.value).startswith(f"{file}: {line}"), caught.value


def test_two_cameras_of_one_id_are_refused_with_both_files(box: Path) -> None:
    (box / "cameras" / "b.toml").write_text('[camera]\nid = "a"\nsource = "usb:1"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cameras: .*a\.toml and .*b\.toml both have the id 'a'"):
        load_cameras(box / "agent.toml", load_agent(box / "agent.toml"))


def test_same_camera_named_twice_is_refused(box: Path) -> None:
    file = changed(box, "cameras/b.toml", "cameras/a.toml")
    with pytest.raises(ConfigError, match="both have the id 'a'"):
        load_cameras(file, load_agent(file))
