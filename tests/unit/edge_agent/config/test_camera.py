"""camera.toml of DESIGN 4.2: the sample works as it stands, and each slip is one line that mends it."""

from dataclasses import fields
from pathlib import Path

import pytest

from edge_agent.config.camera import CameraSettings, load_camera
from edge_agent.errors import ConfigError
from edge_agent.rules import RULES
from edge_agent.rules.blocked_fire_lane import BlockedFireLaneParams
from edge_agent.rules.garbage_drop import GarbageDropParams
from edge_agent.types import Zone, ZoneKind

SAMPLE = """
[camera]
id = "bin-station-07"
source = "rtsp://user:secret@192.168.1.20/stream"
position = { lon = 121.5601, lat = 31.2555 }
[[zone]]
id = "forecourt"
kind = "drop_zone"
polygon = [[0.10, 0.55], [0.90, 0.55], [0.98, 0.98], [0.02, 0.98]]
[rule.garbage_drop]
alarm_after_s = 30
[rule.blocked_fire_lane]
alarm_after_s = 180
min_clear_width_m = 4.0
"""
POINTS = [
    ("[0.10, 0.60]", "[121.56010, 31.25550]"),
    ("[0.90, 0.60]", "[121.56022, 31.25550]"),
    ("[0.95, 0.95]", "[121.56018, 31.25544]"),
    ("[0.05, 0.95]", "[121.56012, 31.25544]"),
]
CONTROL_POINTS = "".join(
    f"[[control_point]]\npixel = {pixel}\nlonlat = {lonlat}\n" for pixel, lonlat in POINTS
)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "camera.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_sample_of_the_design_is_read_as_written(tmp_path: Path) -> None:
    settings = load_camera(written(tmp_path, SAMPLE + CONTROL_POINTS))
    assert settings.camera.id == "bin-station-07"
    assert settings.position_lonlat == (121.5601, 31.2555)
    assert settings.zones == (
        Zone("forecourt", ZoneKind.DROP_ZONE, ((0.10, 0.55), (0.90, 0.55), (0.98, 0.98), (0.02, 0.98))),
    )
    assert len(settings.control_point) == 4
    assert settings.rule["garbage_drop"] == GarbageDropParams(alarm_after_s=30)
    assert settings.rule["blocked_fire_lane"] == BlockedFireLaneParams(180, 4.0)
    assert set(settings.rule) == set(RULES)


def test_two_keys_are_enough_and_all_else_has_its_default(tmp_path: Path) -> None:
    settings = load_camera(written(tmp_path, '[camera]\nid = "a"\nsource = "usb:0"'))
    assert settings.camera.analyse_fps == 5.0
    assert settings.zones == ()
    assert settings.rule == {name: params() for name, (params, _) in RULES.items()}
    for table in fields(CameraSettings):
        assert getattr(settings, table.name) is not None or table.name == "lens"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("clip.mp4", "{folder}/clip.mp4"),
        ("/srv/clip.mp4", "/srv/clip.mp4"),
        ("rtsp://box/stream", "rtsp://box/stream"),
        ("usb:0", "usb:0"),
        ("/dev/video0", "/dev/video0"),
        ("picamera:", "picamera:"),
    ],
)
def test_files_are_found_from_where_camera_toml_lies(tmp_path: Path, source: str, expected: str) -> None:
    settings = load_camera(written(tmp_path, f'[camera]\nid = "a"\nsource = "{source}"'))
    assert settings.camera.source == expected.format(folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        # a slip in a key of a rule
        (
            "alarm_after_s = 30",
            "alarm_after = 30",
            "[rule.garbage_drop] alarm_after: unknown key; the nearest known one is 'alarm_after_s'",
        ),
        # a rule that does not exist
        (
            "[rule.garbage_drop]",
            "[rule.garbage]",
            "[rule] garbage: unknown key; the nearest known one is 'garbage_drop'",
        ),
        # a table that does not exist
        ("[camera]", "[motoin]\n[camera]", "motoin: unknown key; the nearest known one is 'motion'"),
        (
            "alarm_after_s = 30",
            "alarm_after_s = -1",
            "[rule.garbage_drop] alarm_after_s: -1.0 must be greater than 0",
        ),
        (
            "alarm_after_s = 30",
            'alarm_after_s = "30"',
            "[rule.garbage_drop] alarm_after_s: is '30'; must be a number",
        ),
        ('id = "bin-station-07"\n', "", "[camera] id: is missing"),
        ('id = "bin-station-07"', 'id = "bin station"', "[camera] id: 'bin station' is no name for the wire"),
        (
            'source = "rtsp',
            'sources = "rtsp',
            "[camera] sources: unknown key; the nearest known one is 'source'",
        ),
        (
            'kind = "drop_zone"',
            'kind = "dropzone"',
            "[zone 'forecourt'] kind: is 'dropzone'; allowed are drop_zone, bin",
        ),
        (
            "[0.10, 0.55]",
            "[1.10, 0.55]",
            "[zone 'forecourt'] polygon: corner [1.1, 0.55] lies outside the picture",
        ),
        ("lat = 31.2555", "lat = 312.555", "[camera.position] [121.56, 312.555] is not on Earth"),
        (
            "lon = 121.5601, lat = 31.2555",
            "lat = 121.5601, lon = 31.2555",
            "[camera.position] [31.2555, 121.56] has a latitude",
        ),
        (
            "position = { lon = 121.5601",
            "analyse_fps = 100\nposition = { lon = 121.5601",
            "[camera] analyse_fps: 100.0 is out of range; allowed is 0.2 to 30",
        ),
    ],
)
def test_slip_is_one_line_with_file_key_and_mend(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in SAMPLE
    file = written(tmp_path, SAMPLE.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_camera(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: {line}"), message
    assert "\n" not in message


def test_two_zones_of_one_name_are_refused(tmp_path: Path) -> None:
    zone = SAMPLE[SAMPLE.index("[[zone]]") : SAMPLE.index("[rule.garbage_drop]")]
    with pytest.raises(ConfigError, match="zone: two zones have the id 'forecourt'; give each zone its own"):
        load_camera(written(tmp_path, SAMPLE + zone))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (POINTS[:3], "control_point: 3 given; a geotag needs 4 or more, or none at all"),
        ([POINTS[0], POINTS[0], POINTS[1], POINTS[1]], "control_point: the pixels all lie on one line"),
        (
            [
                ("[0.1, 0.1]", POINTS[0][1]),
                ("[0.5, 0.5]", POINTS[1][1]),
                ("[0.9, 0.9]", POINTS[2][1]),
                POINTS[3],
            ],
            "control_point: the pixels all but one lie on one line",
        ),
        (
            [("[0.1, 1.6]", POINTS[0][1]), *POINTS[1:]],
            r"pixel \[0.1, 1.6\] of point 1 lies outside the picture",
        ),
        ([*POINTS[:3], (POINTS[3][0], "[31.2, 121.5]")], "lonlat of point 4: .*longitude comes first"),
    ],
)
def test_control_points_that_fix_no_plane_are_refused(
    tmp_path: Path, points: list[tuple[str, str]], words: str
) -> None:
    text = "".join(f"[[control_point]]\npixel = {pixel}\nlonlat = {lonlat}\n" for pixel, lonlat in points)
    with pytest.raises(ConfigError, match=words):
        load_camera(written(tmp_path, SAMPLE + text))


def test_lens_that_bends_a_control_point_beyond_undoing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the lens cannot be undone at a control point"):
        load_camera(written(tmp_path, SAMPLE + CONTROL_POINTS + "[lens]\nfx = 0.4\nk1 = -2.0\n"))
