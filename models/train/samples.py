"""A photo with its boxes, as every source gives it and augmentation takes it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""(H, W, 3), BGR."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo. `boxes` (N, 5): index in LABELS or LEFT_TO_GUIDE, x1, y1, x2, y2 px; `ignored` (K, 4): where
    nothing is judged."""

    name: str
    picture: Picture
    boxes: Floats
    ignored: Floats


def read_picture(path: Path) -> Picture:
    """Read a picture. Raises ValueError when OpenCV cannot."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path}: not a picture that OpenCV can read")
    return np.asarray(picture, np.uint8)


def read_yolo(path: Path, size_px: tuple[int, int], words: dict[int, int]) -> Floats:
    """Read YOLO rows (class cx cy w h, relative) as boxes (N, 5) in pixels of a picture of `size_px` (width,
    height).

    `words` turns the file's class ids into places in LABELS; a class that it does not name is left out. No
    file, no boxes. Raises ValueError with file and line when a row is not five numbers.
    """
    if not path.exists():
        return no_boxes()
    boxes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            class_id, *shape = _row(path, number, line)
            if int(class_id) in words:
                boxes.append((float(words[int(class_id)]), *_corners(shape, size_px)))
    return np.array(boxes, np.float32).reshape(-1, 5)


def no_boxes() -> Floats:
    """Give an empty list of labelled boxes."""
    return np.zeros((0, 5), np.float32)


def no_places() -> Floats:
    """Give an empty list of places that are not judged."""
    return np.zeros((0, 4), np.float32)


def areas_px2(boxes: Floats) -> Floats:
    """Give the areas (N,) of boxes (N, 4)."""
    return np.asarray(np.prod(np.maximum(boxes[:, 2:4] - boxes[:, :2], 0), axis=1), np.float32)


def overlaps(first: Floats, second: Floats) -> Floats:
    """Give the intersections (N, M) in px2 of boxes (N, 4) and (M, 4)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:4], second[None, :, 2:4])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=2), np.float32)


def _row(path: Path, number: int, line: str) -> list[float]:
    try:
        row = [float(part) for part in line.split()]
    except ValueError:
        row = []
    if len(row) != 5:
        raise ValueError(f"{path}, line {number}: not a YOLO row (class cx cy w h): {line.strip()[:60]!r}")
    return row


def _corners(shape: list[float], size_px: tuple[int, int]) -> tuple[float, float, float, float]:
    (x, y, w, h), (width, height) = shape, size_px
    return (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
