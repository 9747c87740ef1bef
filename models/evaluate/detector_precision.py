"""Average precision as COCO defines it, in plain NumPy.

Source: Lin et al., "Microsoft COCO", ECCV 2014, and the rules of its detection challenge: per class and IoU
threshold the detections of all pictures in order of their score, each matched to the best free object of its
picture; precision made monotone and read at 101 recalls. Objects outside the range asked for, and places
marked as ignored, count neither way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.boxes import iou_matrix, shared_area_px2
from edge_agent.types import BoxXyxy, Detection
from models.evaluate.detector_truth import Truth

IOU_THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
_RECALLS = np.linspace(0.0, 1.0, 101)
MOST_DETECTIONS = 100
"""So many of the best detections of a class count in a picture."""

Range = Callable[[BoxXyxy], bool]
"""Whether a box belongs to what is asked for (a size)."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture: what the detector saw and what is there."""

    name: str
    seen: tuple[Detection, ...]
    truth: Truth


@dataclass(frozen=True, slots=True)
class Precision:
    """Average precision of a class; `ap50` at IoU 0.5, `ap` the mean over 0.50 to 0.95; None without
    objects."""

    objects: int
    ap50: float | None
    ap: float | None


def average_precision(
    pictures: Sequence[Looked], label: str, in_range: Range = lambda box: True
) -> Precision:
    """Score one class over all pictures, counting the objects whose box is in range."""
    marks = [_marks(picture, label, in_range) for picture in pictures]
    objects = sum(mark.objects for mark in marks)
    if objects == 0:
        return Precision(0, None, None)
    scores = np.concatenate([mark.scores for mark in marks])
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([mark.hits for mark in marks], axis=1)[:, order]
    counts = np.concatenate([mark.counts for mark in marks], axis=1)[:, order]
    by_threshold = [area_under_curve(hit[count], objects) for hit, count in zip(hits, counts, strict=True)]
    return Precision(objects, by_threshold[0], float(np.mean(by_threshold)))


def area_under_curve(hits: npt.NDArray[np.bool_], objects: int) -> float:
    """Give the mean over 101 recalls of the best precision at that recall or above; `hits` are best score
    first."""
    if not len(hits):
        return 0.0
    right = np.cumsum(hits)
    recall, precision = right / objects, right / np.arange(1, len(hits) + 1)
    monotone = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, _RECALLS, side="left")
    reached = places < len(monotone)
    return float(np.sum(monotone[places[reached]]) / len(_RECALLS))


@dataclass(frozen=True, slots=True)
class _Marks:
    """Per detection (N,) its score; per threshold and detection (T, N) whether it hits, and whether it
    counts."""

    objects: int
    scores: npt.NDArray[np.float64]
    hits: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]


def _marks(picture: Looked, label: str, in_range: Range) -> _Marks:
    seen = sorted((each for each in picture.seen if each.label == label), key=lambda each: -each.score)
    boxes = [each.box_xyxy_px for each in seen[:MOST_DETECTIONS]]
    things = [thing.box_xyxy_px for thing in picture.truth.things if thing.label == label]
    things.sort(key=lambda box: not in_range(box))  # those asked for are matched first
    asked = np.array([in_range(box) for box in things], dtype=bool)
    overlap = iou_matrix(boxes, things)
    spared = np.array(
        [not in_range(box) or _is_ignored(box, picture.truth.ignored) for box in boxes], dtype=bool
    )
    hits = np.zeros((len(IOU_THRESHOLDS), len(boxes)), dtype=bool)
    counts = np.ones_like(hits)
    for row, threshold in enumerate(IOU_THRESHOLDS):
        matched = _match(overlap, asked, threshold)
        is_matched = matched >= 0
        hits[row, is_matched] = asked[matched[is_matched]]
        counts[row, is_matched] = asked[matched[is_matched]]
        counts[row] &= is_matched | ~spared
    scores = np.array([each.score for each in seen[:MOST_DETECTIONS]], dtype=np.float64)
    return _Marks(int(asked.sum()), scores, hits, counts)


def _match(
    overlap: npt.NDArray[np.float64], asked: npt.NDArray[np.bool_], threshold: float
) -> npt.NDArray[np.int64]:
    """Give for each detection, best first, the object that it takes, or -1; objects asked for come before
    others."""
    matched = np.full(len(overlap), -1, dtype=np.int64)
    free = np.ones(len(asked), dtype=bool)
    for index, row in enumerate(overlap):
        for group in (asked, ~asked):
            candidates = np.flatnonzero(free & group & (row >= threshold))
            if len(candidates):
                matched[index] = candidates[row[candidates].argmax()]
                free[matched[index]] = False
                break
    return matched


def _is_ignored(box: BoxXyxy, places: Sequence[BoxXyxy]) -> bool:
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1e-9)
    return any(shared_area_px2(box, place) >= 0.5 * area for place in places)
