"""A folder of images, as an integrator exports them from somewhere else."""

import cv2
import pytest

from edge_agent.capture import Playback, SourceParts, open_source
from edge_agent.errors import ConfigError
from tests.fakes.clock import FakeClock
from tests.footage import number_of, numbered

PARTS = SourceParts("gate", FakeClock(), lambda: 0.0)


def fill(folder, names):
    for name, image in zip(names, numbered(len(names)), strict=True):
        cv2.imwrite(str(folder / name), image)
    return str(folder)


def test_images_come_in_the_order_in_which_people_count(tmp_path):
    fill(tmp_path, ["frame1.png", "frame2.png", "Frame9.png", "frame10.png", "frame100.png"])
    frames = list(open_source(str(tmp_path), PARTS).frames())
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3, 4]


def test_time_follows_the_given_rate(tmp_path):
    fill(tmp_path, ["1.png", "2.png", "3.png"])
    frames = list(open_source(str(tmp_path), PARTS, Playback(fps=2)).frames())
    assert [(frame.captured_at - frames[0].captured_at).total_seconds() for frame in frames] == [0, 0.5, 1]


def test_an_unreadable_image_leaves_a_gap_and_not_a_shift(tmp_path):
    fill(tmp_path, ["1.png", "2.png", "3.png"])
    (tmp_path / "2.png").write_bytes(b"broken")
    frames = list(open_source(str(tmp_path), PARTS, Playback(fps=1)).frames())
    assert [number_of(frame.image) for frame in frames] == [0, 2]
    assert (frames[1].captured_at - frames[0].captured_at).total_seconds() == 2


def test_other_files_and_folders_are_passed_over(tmp_path):
    fill(tmp_path, ["1.PNG", "2.jpg"])
    (tmp_path / "readme.txt").write_text("x")
    (tmp_path / "3.png").mkdir()
    assert open_source(str(tmp_path), PARTS).total_frames == 2


def test_an_empty_folder_says_what_it_should_hold(tmp_path):
    with pytest.raises(ConfigError, match=r"no images.*\.jpg"):
        open_source(str(tmp_path), PARTS)


def test_a_folder_whose_first_image_is_broken_is_refused(tmp_path):
    (tmp_path / "1.jpg").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"1\.jpg: is not a readable image"):
        open_source(str(tmp_path), PARTS)
