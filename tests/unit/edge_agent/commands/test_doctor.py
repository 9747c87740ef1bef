"""What the doctor says of a box, sick or well."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.commands.doctor import Finding, check_clock, check_geotag, check_python, examine
from edge_agent.commands.quiet_clip import write_quiet_clip
from edge_agent.config.camera import load_camera
from edge_agent.errors import ConfigError
from tests.fakes.clock import FakeClock
from tests.fakes.toy_server import TOKEN, toy_server

CAMERA = """
[camera]
id = "station"
source = "clip.mp4"
position = { lon = 121.5601, lat = 31.2555 }
[[zone]]
id = "ground"
kind = "drop_zone"
polygon = [[0.0, 0.3], [1.0, 0.3], [1.0, 1.0], [0.0, 1.0]]
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A box with one camera that works, no model, no server."""
    write_quiet_clip(tmp_path / "clip.mp4", length_s=1, fps=5)
    (tmp_path / "camera.toml").write_text(CAMERA, encoding="utf-8")
    return write_agent(tmp_path, "")


def write_agent(folder: Path, server: str, model: str = "none") -> Path:
    file = folder / "agent.toml"
    file.write_text(
        f'[agent]\nid = "box-1"\ncameras = ["camera.toml"]\nmodel = "{model}"\n{server}', encoding="utf-8"
    )
    return file


def findings(file: Path, clock: FakeClock | None = None) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(file, clock or FakeClock())}


def bad(found: dict[str, Finding]) -> set[str]:
    return {subject for subject, finding in found.items() if not finding.is_good}


def test_box_that_is_well_has_nothing_to_mend(box: Path) -> None:
    found = findings(box)
    assert bad(found) == set()
    assert found["camera station"].text == "gives pictures of 640x480"
    assert found["zones of station"].text == "ground (drop_zone)"
    assert "within 30 m; no control points" in found["geotag of station"].text
    assert str(found["server"]).startswith("ok    server")


def test_clock_in_1970_is_told_with_its_mend() -> None:
    finding = check_clock(FakeClock(datetime(1970, 1, 1, 0, 5, tzinfo=UTC)))
    assert not finding.is_good
    assert str(finding).startswith("FAIL  clock")
    assert "1970-01-01 00:05:00 UTC; that cannot be; cameras wait until the time is set" in str(finding)


@pytest.mark.parametrize(("version", "is_good"), [((3, 10), False), ((3, 11), True), ((3, 13), True)])
def test_python_must_be_new_enough(version: tuple[int, int], is_good: bool) -> None:
    assert check_python(version).is_good is is_good


def test_camera_that_gives_no_picture_is_told_and_the_checks_go_on(box: Path) -> None:
    (box.parent / "clip.mp4").unlink()
    found = findings(box)
    assert bad(found) == {"camera station"}
    assert "no such video file" in found["camera station"].text
    assert "server" in found


def test_camera_without_a_watched_zone_is_told(box: Path) -> None:
    (box.parent / "camera.toml").write_text(CAMERA.replace("drop_zone", "ignore"), encoding="utf-8")
    assert bad(findings(box)) == {"zones of station"}


def test_missing_model_is_told(box: Path) -> None:
    found = findings(write_agent(box.parent, "", model="gone.onnx"))
    assert bad(found) == {"model"}
    assert "gone.onnx" in found["model"].text


def test_box_that_is_not_enrolled_is_told_how_to_enrol(box: Path) -> None:
    found = findings(write_agent(box.parent, '[server]\nurl = "http://127.0.0.1:1"\n'))
    assert bad(found) == {"server"}
    assert "map-server enroll-device box-1" in found["server"].mend


def test_server_is_asked_whether_it_knows_the_device(box: Path) -> None:
    data = box.parent / "data"
    data.mkdir()
    with toy_server() as server:
        file = write_agent(box.parent, f'[server]\nurl = "{server.url}"\n')
        (data / "device-token").write_text(TOKEN, encoding="ascii")
        assert bad(findings(file)) == set()
        assert server.events == {}
        (data / "device-token").write_text("x" * 40, encoding="ascii")
        assert "token is not accepted" in findings(file)["server"].text
    assert "check the address, the network" in findings(file)["server"].mend


@pytest.mark.parametrize(
    ("position", "is_good", "words"),
    [
        ("position = { lon = 121.5601, lat = 31.2555 }", True, "the camera's own position, within 30 m"),
        ("", False, "events carry no place"),
    ],
)
def test_place_of_events_is_told(box: Path, position: str, is_good: bool, words: str) -> None:
    text = CAMERA.replace("position = { lon = 121.5601, lat = 31.2555 }", position)
    (box.parent / "camera.toml").write_text(text, encoding="utf-8")
    finding = check_geotag(load_camera(box.parent / "camera.toml"), (640, 480))
    assert finding.is_good is is_good
    assert words in finding.text


def test_settings_that_cannot_be_read_end_it(box: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        list(examine(write_agent(box.parent, "[motion]\n")))
