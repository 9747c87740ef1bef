"""An installer clicks control points and asks how good they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.commands.calibrate import CalibrateOptions, calibrate
from edge_agent.errors import ConfigError
from tests.fakes.synthetic_camera import EARTH, SIZE_PX, SyntheticCamera, spread_marks

CAMERA = SyntheticCamera()


def write_camera(
    folder: Path, count: int, shift_px: tuple[float, float] = (0.0, 0.0), noise_px: float = 1.0
) -> Path:
    """Write a camera.toml with clicked control points; `shift_px` is the mistake of the second."""
    rng = np.random.default_rng(4)
    places = spread_marks(CAMERA, rng, count)
    clicks = CAMERA.see(places) + rng.normal(0, noise_px, places.shape)
    clicks[1] += shift_px
    lines = ['[camera]\nid = "gate-3"\nsource = "frames"\nposition = { lon = 121.56, lat = 31.25 }']
    for (x, y), (lon, lat) in zip(clicks / SIZE_PX, EARTH.to_lonlat(places), strict=True):
        lines.append(f"[[control_point]]\npixel = [{x:.6f}, {y:.6f}]\nlonlat = [{lon:.9f}, {lat:.9f}]")
    file = folder / "camera.toml"
    file.write_text("\n".join(lines))
    return file


def write_frames(folder: Path, count: int = 150) -> Path:
    """Write six seconds of a grey yard, 25 frames per second; a white passer-by walks through."""
    (folder / "frames").mkdir()
    for number in range(count):
        image = np.full((180, 320, 3), 90, np.uint8)
        image[50:100, 2 * number : 2 * number + 20] = 255
        cv2.imwrite(str(folder / "frames" / f"{number}.png"), image)
    return folder / "frames"


def report_of(file: Path, **options: object) -> list[str]:
    return calibrate(CalibrateOptions(file, model="none", **options)).splitlines()  # type: ignore[arg-type]


def test_good_points_are_told_to_be_good_point_by_point(tmp_path: Path) -> None:
    lines = report_of(write_camera(tmp_path, 8), size_px=SIZE_PX)
    assert lines[0] == "camera gate-3, 1280 x 720 px, 8 control points"
    assert [int(line.split()[0]) for line in lines[2:10]] == list(range(1, 9))
    assert all(" px " in line and line.endswith(" m") for line in lines[2:10])
    assert lines[10].startswith("residual RMS 0.0")
    assert "leave-one-out RMS" in lines[10]
    assert "worst: point" in lines[10]
    assert lines[11:] == ["- good: nothing to mend"]


def test_a_wrong_point_is_named_with_what_to_do(tmp_path: Path) -> None:
    lines = report_of(write_camera(tmp_path, 8, (60.0, 60.0)), size_px=SIZE_PX)
    assert lines[3].endswith("NOT USED: disagrees with the others")
    assert [line for line in lines if line.startswith("- point 2 ") and "check its pixel" in line]


@pytest.mark.parametrize(("count", "word"), [(4, "add two or more"), (5, "add one or more")])
def test_too_few_points_to_be_checked_are_told_so(tmp_path: Path, count: int, word: str) -> None:
    lines = report_of(write_camera(tmp_path, count))
    assert any(word in line for line in lines)
    if count == 4:
        assert any("leave-one-out error unknown" in line for line in lines)


def test_rough_points_ask_for_a_lens_or_an_honest_survey_error(tmp_path: Path) -> None:
    lines = report_of(write_camera(tmp_path, 8, noise_px=40.0), size_px=SIZE_PX)
    assert any("[lens]" in line and "control_point_sigma_m" in line for line in lines)
    assert any("fits worst" in line for line in lines)


def test_points_in_one_corner_are_to_be_spread(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    rng = np.random.default_rng(1)
    places = np.array([[2.0, 9.0]]) + rng.uniform(-1, 1, (6, 2))
    lines = ['[camera]\nid = "gate-3"\nsource = "frames"']
    for (x, y), (lon, lat) in zip(CAMERA.see(places) / SIZE_PX, EARTH.to_lonlat(places), strict=True):
        lines.append(f"[[control_point]]\npixel = [{x:.6f}, {y:.6f}]\nlonlat = [{lon:.9f}, {lat:.9f}]")
    file.write_text("\n".join(lines))
    assert any("spread them over the watched zones" in line for line in report_of(file))


def test_a_still_shows_grid_and_points_on_the_yard_without_its_passers_by(tmp_path: Path) -> None:
    write_frames(tmp_path)
    still = tmp_path / "still.png"
    lines = report_of(write_camera(tmp_path, 8), still=still)
    assert lines[0].startswith("camera gate-3, 320 x 180 px"), "the size is that of the frames"
    drawn = cv2.imread(str(still))
    assert drawn.shape == (180, 320, 3)
    assert (drawn != 90).any(axis=2).mean() > 0.02, "a grid is drawn"
    assert not (drawn > 250).all(axis=2).any(), "no passer-by is left"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_single_picture_may_show_people_and_is_not_used_without_a_model(tmp_path: Path) -> None:
    write_frames(tmp_path, 1)
    with pytest.raises(ConfigError, match="people"):
        report_of(write_camera(tmp_path, 6), still=tmp_path / "still.png")
    assert not (tmp_path / "still.png").exists()


def test_the_grid_lies_where_the_ground_is(tmp_path: Path) -> None:
    write_frames(tmp_path)
    report_of(write_camera(tmp_path, 8), still=tmp_path / "still.png")
    drawn = cv2.imread(str(tmp_path / "still.png")).astype(int)
    is_line = np.abs(drawn - 90).max(axis=2) > 40
    assert is_line[160:].mean() < is_line[70:90].mean(), "a metre is wide near by and narrow far away"


def test_a_camera_without_control_points_is_the_users_to_mend(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text('[camera]\nid = "gate-3"\nsource = "frames"\n')
    with pytest.raises(ConfigError, match=r"no \[\[control_point\]\]"):
        report_of(file)


def test_a_still_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    write_frames(tmp_path)
    file = write_camera(tmp_path, 6)
    with pytest.raises(ConfigError, match=r"\.jpg or \.png"):
        report_of(file, still=tmp_path / "still.txt")
    with pytest.raises(ConfigError, match="another folder"):
        report_of(file, still=tmp_path / "nowhere" / "still.jpg")


def test_a_source_that_is_not_there_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="frames"):
        report_of(write_camera(tmp_path, 6), still=tmp_path / "still.jpg")
