"""A restart must not make a camera that was pushed aside look healthy, nor a healthy one look pushed."""

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.guardian import Guardian, GuardianParams, ReferenceFile
from edge_agent.types import Image, Motion
from tests.footage import frame_at, textured
from wire_contract.vocabulary import CameraState

QUIET = Motion((), is_global_change=False, changed_fraction=0.0)
SIZE = (400, 300)
STREET = textured(SIZE)
PUSHED = cv2.warpAffine(
    STREET, np.array([[1.0, 0.0, 30.0], [0.0, 1.0, 8.0]]), SIZE, borderMode=cv2.BORDER_REFLECT
)
DAY_S = 86_400.0


def watch(guardian: Guardian, picture: Image, from_s: float, seconds: float) -> list[CameraState]:
    rng = np.random.default_rng(3)
    said = []
    for second in np.arange(from_s, from_s + seconds, 2.0):
        shown = np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        said.append(guardian.update(frame_at(float(second), shown), QUIET))
    return said


def begun(folder: Path, view_key: str = "as drawn") -> Guardian:
    return Guardian(GuardianParams(), ReferenceFile(folder / "camera.npz", view_key))


def test_a_camera_found_moved_is_still_moved_after_a_restart(tmp_path: Path) -> None:
    before = begun(tmp_path)
    assert watch(before, STREET, 0, 40)[-1] is CameraState.OK
    assert watch(before, PUSHED, 40, 60)[-1] is CameraState.MOVED
    after = begun(tmp_path)
    assert set(watch(after, PUSHED, 130, 60)) == {CameraState.MOVED}
    assert after.state_since == before.state_since is not None
    assert watch(after, STREET, 190, 40)[-1] is CameraState.OK
    assert after.state_since is None


def test_a_camera_moved_while_the_agent_was_off_is_found(tmp_path: Path) -> None:
    watch(begun(tmp_path), STREET, 0, 40)
    assert watch(begun(tmp_path), PUSHED, 600, 60)[-1] is CameraState.MOVED


@pytest.mark.parametrize(
    ("why", "from_s", "view_key"),
    [
        ("it was aimed anew and its zones were drawn anew", 600, "drawn anew"),
        ("the light of twelve hours later proves nothing", 43_200, "as drawn"),
        ("leaves have fallen", 30 * DAY_S, "as drawn"),
        ("the clock was set back", -4 * DAY_S, "as drawn"),
    ],
)
def test_a_reference_that_proves_nothing_is_left_aside(
    tmp_path: Path, why: str, from_s: float, view_key: str
) -> None:
    watch(begun(tmp_path), STREET, 0, 40)
    assert set(watch(begun(tmp_path, view_key), PUSHED, from_s, 60)) == {CameraState.OK}, why


def test_the_same_hour_of_the_next_day_is_compared(tmp_path: Path) -> None:
    watch(begun(tmp_path), STREET, 0, 40)
    assert watch(begun(tmp_path), PUSHED, DAY_S, 60)[-1] is CameraState.MOVED
    assert set(watch(begun(tmp_path), STREET, 2 * DAY_S, 60)) <= {CameraState.MOVED, CameraState.OK}


def test_a_good_camera_stays_good_over_restarts(tmp_path: Path) -> None:
    for start_s in range(0, 400, 100):
        assert set(watch(begun(tmp_path), STREET, start_s, 90)) == {CameraState.OK}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half written", b"no archive at all"])
def test_a_broken_file_is_learnt_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "camera.npz").write_bytes(content)
    assert set(watch(begun(tmp_path), STREET, 0, 40)) == {CameraState.OK}
    watch(begun(tmp_path), STREET, 60, 40)
    assert watch(begun(tmp_path), PUSHED, 120, 60)[-1] is CameraState.MOVED


def test_pictures_of_another_size_begin_anew(tmp_path: Path) -> None:
    watch(begun(tmp_path), STREET, 0, 40)
    small = np.asarray(cv2.resize(PUSHED, (320, 300)), dtype=np.uint8)
    assert set(watch(begun(tmp_path), small, 100, 60)) == {CameraState.OK}


def test_a_full_disk_does_not_stop_the_camera(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    assert set(watch(begun(tmp_path / "file"), STREET, 0, 40)) == {CameraState.OK}


def test_the_file_holds_no_picture_in_which_a_person_could_be_known(tmp_path: Path) -> None:
    watch(begun(tmp_path), STREET, 0, 40)
    with np.load(tmp_path / "camera.npz") as stored:
        sizes = {name: stored[name].shape for name in stored.files if stored[name].ndim >= 2}
    assert set(sizes) == {"edges", "fine", "coarse"}
    assert sizes["edges"][0] <= 80


def test_the_begin_of_a_fault_is_when_it_first_showed(tmp_path: Path) -> None:
    guardian = begun(tmp_path)
    watch(guardian, STREET, 0, 40)
    watch(guardian, PUSHED, 40, 60)
    begin = frame_at(40, STREET).captured_at
    assert guardian.state_since is not None
    assert begin <= guardian.state_since <= begin + timedelta(seconds=10)
