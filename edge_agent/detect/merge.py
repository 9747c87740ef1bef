"""Joins what was found in overlapping crops of one frame: one thing, one box, and none cut by a crop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_agent.boxes import covered_fraction, iou
from edge_agent.types import BoxXyxy, Detection

_EDGE_PX = 2.0
_SAME_IOU = 0.5
_INSIDE = 0.9
_EXTENSION = 0.5
"""A cut box is extended by this part of its size over the cut edge, to look at the whole thing next time."""


@dataclass(frozen=True, slots=True)
class Merged:
    """`detections`: whole things, best first. `cut_boxes`: where a thing goes on beyond its crop."""

    detections: tuple[Detection, ...]
    cut_boxes: tuple[BoxXyxy, ...]


def merge_crops(
    found: Sequence[tuple[BoxXyxy, Sequence[Detection]]], frame_size_px: tuple[int, int]
) -> Merged:
    """Merge (crop, detections in pixels of that crop) into detections in pixels of the frame."""
    whole: list[Detection] = []
    cut: list[tuple[Detection, BoxXyxy]] = []
    for crop, detections in found:
        for detection in detections:
            moved = _moved(detection, crop)
            longer = _extended(moved.box_xyxy_px, crop, frame_size_px)
            if longer == moved.box_xyxy_px:
                whole.append(moved)
            else:
                cut.append((moved, longer))
    kept: list[Detection] = []
    for detection in sorted(whole, key=_score, reverse=True):
        if not any(_is_same(detection, other) for other in kept):
            kept.append(detection)
    loose = (longer for part, longer in cut if not any(_is_part(part, other) for other in kept))
    return Merged(tuple(kept), tuple(loose))


def _score(detection: Detection) -> float:
    return detection.score


def _moved(detection: Detection, crop: BoxXyxy) -> Detection:
    x1, y1, x2, y2 = detection.box_xyxy_px
    return replace(detection, box_xyxy_px=(x1 + crop[0], y1 + crop[1], x2 + crop[0], y2 + crop[1]))


def _extended(box: BoxXyxy, crop: BoxXyxy, frame_size_px: tuple[int, int]) -> BoxXyxy:
    """Extend a box over each edge of the crop that it touches, unless that edge is the frame's own."""
    width, height = frame_size_px
    more_x, more_y = _EXTENSION * (box[2] - box[0]), _EXTENSION * (box[3] - box[1])
    x1 = box[0] - more_x if crop[0] > 0 and box[0] <= crop[0] + _EDGE_PX else box[0]
    y1 = box[1] - more_y if crop[1] > 0 and box[1] <= crop[1] + _EDGE_PX else box[1]
    x2 = box[2] + more_x if crop[2] < width and box[2] >= crop[2] - _EDGE_PX else box[2]
    y2 = box[3] + more_y if crop[3] < height and box[3] >= crop[3] - _EDGE_PX else box[3]
    return max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))


def _is_same(detection: Detection, better: Detection) -> bool:
    if detection.label != better.label:
        return False
    box, other = detection.box_xyxy_px, better.box_xyxy_px
    return iou(box, other) > _SAME_IOU or covered_fraction(box, other) > _INSIDE


def _is_part(part: Detection, whole: Detection) -> bool:
    return part.label == whole.label and covered_fraction(part.box_xyxy_px, whole.box_xyxy_px) > _SAME_IOU
