"""Proves the decoding against the real base model: average precision on published pictures, with floors.

256 small pictures are no benchmark, but a decoding that is half a cell or a class off falls below the floors.
"""

from functools import cache

import cv2
import numpy as np
import pytest

from edge_agent.boxes import iou
from edge_agent.detect import OnnxDetector
from edge_agent.detect.coco import word_for_class_id
from edge_agent.detect.manifest import FoundModel, find_model
from edge_agent.types import BoxXyxy, Detection
from tests.shared_data import shared

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

LEAST_SCORE = 0.05
"""Low, so that the curve is complete; the manifest's own threshold is for running."""


@cache
def pictures() -> tuple[tuple[str, tuple[int, int], tuple[Detection, ...]], ...]:
    """Give name, size and detections of each picture; the network runs once for all words."""
    found = find_model(str(shared("models/yolox_nano.onnx")))
    everything = found.manifest.model_copy(update={"min_score": LEAST_SCORE})
    detector = OnnxDetector(FoundModel(everything, found.path))
    seen = []
    for path in sorted(shared("train/coco256/images").glob("*.jpg")):
        image = cv2.imread(str(path))
        seen.append((path.stem, (image.shape[1], image.shape[0]), tuple(detector.detect(image))))
    return tuple(seen)


def average_precision(word: str) -> float:
    """Give the area under precision over recall at IoU 0.5, precision made monotone (VOC 2010 rule)."""
    scored: list[tuple[float, bool]] = []
    objects = 0
    for stem, size_px, detections in pictures():
        truth = truth_of(stem, word, size_px)
        objects += len(truth)
        scored += matched(
            [(each.score, each.box_xyxy_px) for each in detections if each.label == word], truth
        )
    hits = np.cumsum([hit for _, hit in sorted(scored, reverse=True)])
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    steps = np.diff(np.concatenate(([0.0], hits / objects)))
    return float(np.sum(steps * precision))


def truth_of(stem: str, word: str, size_px: tuple[int, int]) -> list[BoxXyxy]:
    """Read YOLO rows: class, centre and size relative to the picture."""
    width, height = size_px
    file = shared("train/coco256/labels") / f"{stem}.txt"
    rows = (line.split() for line in file.read_text().splitlines()) if file.exists() else ()
    boxes = []
    for class_id, *numbers in rows:
        x, y, w, h = (float(number) for number in numbers)
        if word_for_class_id(int(class_id)) == word:
            boxes.append(
                ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
            )
    return boxes


def matched(seen: list[tuple[float, BoxXyxy]], truth: list[BoxXyxy]) -> list[tuple[float, bool]]:
    """Say of each detection, best first, whether it hits an object that no better one has hit."""
    open_truth = list(truth)
    verdicts = []
    for score, box in sorted(seen, reverse=True):
        best = max(open_truth, key=lambda other: iou(box, other), default=None)
        hit = best is not None and iou(box, best) >= 0.5
        if hit:
            open_truth.remove(best)
        verdicts.append((score, hit))
    return verdicts


@pytest.mark.parametrize(
    ("word", "floor"), [("person", 0.60), ("car", 0.22), ("two_wheeler", 0.53), ("large_vehicle", 0.42)]
)
def test_average_precision_stays_above_its_floor(word, floor):
    assert average_precision(word) >= floor
