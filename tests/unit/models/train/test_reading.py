"""Labels are read as they are meant, and a damaged file is named with its line."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.train import sources
from models.train.classes import FROM_COCO, LABELS, LEFT_TO_GUIDE
from models.train.hand_labels import LABELS_FOLDER, read_hand_labels
from models.train.samples import read_yolo


def written(folder: Path, text: str) -> Path:
    file = folder / "photo.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_row_becomes_corners_in_pixels_of_the_photo(tmp_path: Path) -> None:
    boxes = read_yolo(written(tmp_path, "0 0.5 0.25 0.2 0.1\n\n"), (200, 100), {0: 4})
    assert boxes.tolist() == [[4, 80, 20, 120, 30]]


def test_a_class_without_a_word_is_left_out(tmp_path: Path) -> None:
    rows = "7 0.5 0.5 0.1 0.1\n16 0.5 0.5 0.1 0.1\n3 0.5 0.5 0.1 0.1\n"  # lorry, dog, motorcycle
    boxes = read_yolo(written(tmp_path, rows), (100, 100), FROM_COCO)
    assert [LABELS[int(label)] for label in boxes[:, 0]] == ["large_vehicle", "two_wheeler"]


def test_a_photo_without_a_file_has_no_boxes(tmp_path: Path) -> None:
    assert read_yolo(tmp_path / "none.txt", (100, 100), {0: 4}).shape == (0, 5)


@pytest.mark.parametrize("row", ["0 0.5 0.5 0.1", "zero 0.5 0.5 0.1 0.1", "0 0.5 0.5 0.1 0.1 0.9"])
def test_a_damaged_row_is_named(tmp_path: Path, row: str) -> None:
    file = written(tmp_path, f"0 0.5 0.5 0.1 0.1\n{row}\n")
    with pytest.raises(ValueError, match=r"photo\.txt, line 2: not a YOLO row"):
        read_yolo(file, (100, 100), {0: 4})


def test_an_empty_folder_says_where_to_point(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no \.jpg pictures here; point --data at"):
        sources.pictures_in(tmp_path)


def test_renders_are_read_in_the_order_of_the_projects_classes(tmp_path: Path) -> None:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.zeros((50, 100, 3), np.uint8))
    (tmp_path / "labels" / "a.txt").write_text("4 0.5 0.5 0.5 0.5\n6 0.1 0.5 0.1 0.5\n", encoding="utf-8")
    (sample,) = sources.rendered(tmp_path)
    assert [LABELS[int(label)] for label in sample.boxes[:, 0]] == ["garbage", "overflow"]
    assert sample.boxes[0, 1:].tolist() == [25, 12.5, 75, 37.5]


def test_persons_of_coco_are_left_to_the_guide_and_dogs_are_nothing(tmp_path: Path) -> None:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.jpg"), np.zeros((50, 100, 3), np.uint8))
        rows = "0 0.5 0.5 0.2 0.4\n16 0.1 0.5 0.1 0.5\n"
        (tmp_path / "labels" / f"{name}.txt").write_text(rows, encoding="utf-8")
    (sample,) = sources.coco(tmp_path)
    assert sample.name == "a", "the second half is never learnt from"
    assert sample.boxes.tolist() == [[LEFT_TO_GUIDE, 40, 15, 60, 35]]


def test_a_small_set_is_drawn_from_less_often(tmp_path: Path) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    photos = [
        sources.Sample(str(index), picture, sources.no_boxes(), sources.no_places()) for index in range(10)
    ]
    few, full = sources.source("rendered", photos), sources.source("rendered", photos * 20)
    assert few.share == pytest.approx(full.share / 10)
    assert full.chances.sum() == pytest.approx(1)


def test_the_hand_made_labels_of_the_repository_are_sound() -> None:
    entries = read_hand_labels(LABELS_FOLDER)
    assert len(entries) == 311
    for name, entry in entries.items():
        width, height = entry.size
        for label, x1, y1, x2, y2 in entry.boxes:
            assert label in LABELS[4:], name
            assert 0 <= x1 < x2 <= width, name
            assert 0 <= y1 < y2 <= height, name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Invalid JSON"),
        ('{"a.jpg": {"size": [10, 10], "boxes": [["garbage", 1, 2, 3]], "place": "A"}}', "boxes"),
        ('{"a.jpg": {"size": [10, 10], "boxes": [["sofa", 1, 2, 3, 4]], "place": "A"}}', "'sofa'"),
    ],
)
def test_a_damaged_file_of_hand_labels_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_hand_labels(tmp_path)
