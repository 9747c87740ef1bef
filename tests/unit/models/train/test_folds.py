"""What a fold holds is told before a figure of it is believed, and its lists are written."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.train import folds


def published(root: Path) -> Path:
    """Forty photos of one bin each, a fifth of the picture wide; every fourth is there as a copy, too."""
    street = root / "train" / "street_garbage"
    (street / "images").mkdir(parents=True)
    (street / "labels").mkdir()
    for number in range(40):
        for name in [f"{number:06d}"] + [f"{number:06d}_aug"] * (number % 4 == 0):
            cv2.imwrite(str(street / "images" / f"{name}.jpg"), np.zeros((8, 8, 3), np.uint8))
            (street / "labels" / f"{name}.txt").write_text("1 0.5 0.5 0.2 0.2\n", encoding="utf-8")
    return root


def test_a_fold_is_told_by_its_plain_photos_and_the_sizes_in_them(tmp_path: Path) -> None:
    held = folds.street_fold(published(tmp_path) / "train" / "street_garbage", 3)
    assert held.photos == ("000006.jpg", "000007.jpg", "000026.jpg", "000027.jpg")
    assert held.sides_px["garbage_bin"] == pytest.approx([83.2] * 4)
    assert held.sides_px["garbage"] == []


def test_the_lists_of_a_fold_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    assert folds.main(["--data", str(published(tmp_path)), "--fold", "3", "--write", str(lists)]) == 0
    assert "4 of   83 px" in capsys.readouterr().out
    assert (lists / "held_back_street.txt").read_text(encoding="utf-8").split()[0] == "000006.jpg"
    assert (lists / "held_back_pavements.txt").read_text(encoding="utf-8")


def test_a_folder_without_photos_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folds.main(["--data", str(tmp_path)]) == 2
    assert "no .jpg pictures here" in capsys.readouterr().err
