"""A second, thorough look for persons in a still that is about to be written.

The detector at work looks once, where something moves, and keeps only what it is fairly sure of: right for
rules, not for privacy. Stills are written rarely, so that here the detector is shown the whole picture and
then enlarged parts of it, and the faintest hint of a person counts.
"""

from collections.abc import Sequence
from math import ceil

from edge_agent.boxes import iou
from edge_agent.evidence.redact import PERSON_LABELS, enlarged
from edge_agent.ports import Detector
from edge_agent.types import BoxXyxy, Detection, Image

_TILES_ALONG = (1, 2)
"""The picture as a whole, then squares of which so many lie along its longer side."""
_ENLARGED_FACTOR = 4.0
"""In enlarged parts so many times the score is asked for: there is more of everything, mistakes too."""
_SHIFT = 0.7
"""Neighbouring squares are so far apart, as a part of their side: what one cuts the next shows whole."""
_SAME_IOU = 0.5
_FAINT = 0.35
"""A fainter hint that lies on the reported thing itself is that thing: it must stay to be seen."""


class PersonFinder:
    """Looks for persons with a detector that reports faint hints too."""

    def __init__(self, detector: Detector, min_score: float, margin: float) -> None:
        """Hints below `min_score` do not count; `margin` enlarges what is found by a part of its size."""
        self._detector = detector
        self._min_score = min_score
        self._margin = margin

    def to_hide(self, image: Image, thing: BoxXyxy | None = None) -> list[BoxXyxy]:
        """Give what must be hidden in a picture that shows a reported thing."""
        return [
            enlarged(hint.box_xyxy_px, self._margin)
            for hint in self.find(image)
            if thing is None or hint.score >= _FAINT or iou(hint.box_xyxy_px, thing) < _SAME_IOU
        ]

    def find(self, image: Image) -> list[Detection]:
        """Give all hints of persons, boxes in pixels of the picture; one person may give several."""
        return [
            Detection(hint.label, hint.score, _moved(hint.box_xyxy_px, tile))
            for tile in tiles(image.shape[1], image.shape[0])
            for hint in self._detector.detect(_cut(image, tile))
            if hint.label in PERSON_LABELS and hint.score >= self._least_score(image, tile)
        ]

    def _least_score(self, image: Image, tile: tuple[int, int, int, int]) -> float:
        is_whole = tile == (0, 0, image.shape[1], image.shape[0])
        return self._min_score * (1.0 if is_whole else _ENLARGED_FACTOR)


def tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Give the parts of a picture that are looked at, x1, y1, x2, y2; each size covers all of it."""
    parts = []
    for along in _TILES_ALONG:
        side = ceil(max(width, height) / (1 + (along - 1) * _SHIFT))
        parts += [
            (x, y, min(width, x + side), min(height, y + side))
            for y in _starts(height, side)
            for x in _starts(width, side)
        ]
    return list(dict.fromkeys(parts))


def _starts(length: int, side: int) -> Sequence[int]:
    if length <= side:
        return (0,)
    steps = ceil((length - side) / (_SHIFT * side))
    return [round(step * (length - side) / steps) for step in range(steps + 1)]


def _cut(image: Image, tile: tuple[int, int, int, int]) -> Image:
    x1, y1, x2, y2 = tile
    return image[y1:y2, x1:x2]


def _moved(box: BoxXyxy, tile: tuple[int, int, int, int]) -> BoxXyxy:
    x, y = tile[:2]
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y
