"""The figures of a detector: average precision per class, by size of the object, by day and night, and what
it confuses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_agent.boxes import area_px2, iou
from edge_agent.types import BoxXyxy, Detection
from models.evaluate.detector_precision import Looked, Precision, Range, average_precision

NOTHING = "nothing"
"""In the confusion matrix: no object there, or not seen."""

Figures = dict[str, dict[str, Precision]]
"""Class -> slice ("all", "small", "day", …) -> precision."""


def _area_between(low: float, high: float) -> Range:
    return lambda box: low**2 <= area_px2(box) < high**2


def _height_between(low: float, high: float) -> Range:
    return lambda box: low <= box[3] - box[1] < high


SIZES: Mapping[str, Range] = {
    "all": lambda box: True,
    "small": _area_between(0, 32),
    "medium": _area_between(32, 96),
    "large": _area_between(96, 1e9),
    "under 24 px high": _height_between(0, 24),
    "24 to 48 px high": _height_between(24, 48),
    "48 to 96 px high": _height_between(48, 96),
    "96 px high and more": _height_between(96, 1e9),
}
"""COCO's small, medium and large (sides 32 and 96), and heights; in pixels of the picture as it is shown."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing gone wrong at the model's own score: what stands there, what was said, where, and how bad it
    is."""

    picture: str
    truth: str
    said: str
    score: float
    box_xyxy_px: BoxXyxy


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a true class (or nothing) was called what; and every case where that is wrong."""

    counts: Mapping[tuple[str, str], int]
    mistakes: tuple[Mistake, ...]


def figures_of(
    pictures: Sequence[Looked], labels: Sequence[str], night: Mapping[str, bool], shrink: float = 1.0
) -> Figures:
    """Score each class in every slice; `night` tells by picture name."""
    figures: Figures = {}
    for label in labels:
        rows = {
            name: average_precision(pictures, label, _shown(shrink, size)) for name, size in SIZES.items()
        }
        for name, wanted in (("day", False), ("night", True)):
            chosen = [picture for picture in pictures if night[picture.name] is wanted]
            rows[name] = average_precision(chosen, label)
        figures[label] = rows
    return figures


def _shown(shrink: float, size: Range) -> Range:
    return lambda box: size((box[0] * shrink, box[1] * shrink, box[2] * shrink, box[3] * shrink))


def confusion_of(pictures: Sequence[Looked], labels: Sequence[str], score: float) -> Confusion:
    """Hold detections from `score` on against the truth, at IoU 0.5, whatever they are called."""
    counts: Counter[tuple[str, str]] = Counter()
    mistakes: list[Mistake] = []
    for picture in pictures:
        seen = [each for each in picture.seen if each.score >= score and each.label in labels]
        free = list(picture.truth.things)
        for each in sorted(seen, key=lambda each: -each.score):
            best = max(free, key=lambda thing: _likeness(each, thing.label, thing.box_xyxy_px), default=None)
            if best is not None and iou(each.box_xyxy_px, best.box_xyxy_px) >= 0.5:
                free.remove(best)
                truth = best.label
            elif any(_inside(each.box_xyxy_px, place) for place in picture.truth.ignored):
                continue
            else:
                truth = NOTHING
            counts[truth, each.label] += 1
            if truth != each.label:
                mistakes.append(Mistake(picture.name, truth, each.label, each.score, each.box_xyxy_px))
        for thing in free:
            counts[thing.label, NOTHING] += 1
            mistakes.append(Mistake(picture.name, thing.label, NOTHING, 0.0, thing.box_xyxy_px))
    return Confusion(counts, tuple(mistakes))


def _likeness(seen: Detection, label: str, box: BoxXyxy) -> float:
    """Overlap, with an edge for the same class where two objects stand in one place (a bin and what overflows
    it)."""
    return iou(seen.box_xyxy_px, box) + (
        0.5 if seen.label == label and iou(seen.box_xyxy_px, box) >= 0.5 else 0.0
    )


def _inside(box: BoxXyxy, place: BoxXyxy) -> bool:
    return place[0] <= (box[0] + box[2]) / 2 <= place[2] and place[1] <= (box[1] + box[3]) / 2 <= place[3]
