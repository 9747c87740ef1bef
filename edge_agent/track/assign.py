"""Which detection belongs to which track: the best one-to-one assignment by overlap of slightly grown boxes.

Growing boxes before the overlap is taken lets boxes of ten pixels jitter, and fast ones jump, without losing
their track. Source: Yang et al., "Hard to Track Objects with Irregular Motions and Similar Appearances? Make
It Easier by Buffering the Matching Space", WACV 2023, arXiv:2211.14317 (buffered IoU).
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge_agent.boxes import iou_matrix
from edge_agent.types import BoxXyxy, Detection


def assign(
    boxes: Sequence[BoxXyxy],
    groups: Sequence[str],
    detections: Sequence[Detection],
    detection_groups: Sequence[str],
    min_overlap: float,
    growth: float,
) -> list[tuple[int, int]]:
    """Give pairs (index of track, index of detection) of the same group, the sum of overlaps being largest.

    `growth` is the part of width and height added on each side before the overlap is taken.
    """
    if not boxes or not detections:
        return []
    overlaps = iou_matrix(
        [grown(box, growth) for box in boxes],
        [grown(detection.box_xyxy_px, growth) for detection in detections],
    )
    same_group = np.asarray(groups)[:, None] == np.asarray(detection_groups)[None, :]
    overlaps = np.where(same_group & (overlaps >= min_overlap), overlaps, 0.0)
    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if overlaps[row, column] > 0
    ]


def grown(box: BoxXyxy, growth: float) -> BoxXyxy:
    """Give the box with `growth` of its width and height added on each side."""
    margin_x, margin_y = growth * (box[2] - box[0]), growth * (box[3] - box[1])
    return box[0] - margin_x, box[1] - margin_y, box[2] + margin_x, box[3] + margin_y


def without_duplicates(
    detections: Sequence[Detection], detection_groups: Sequence[str], max_overlap: float
) -> list[int]:
    """Give the indices to keep: of two boxes of one group that overlap more, the better scored."""
    overlaps = iou_matrix(*([[detection.box_xyxy_px for detection in detections]] * 2))
    kept: list[int] = []
    for index in sorted(range(len(detections)), key=lambda index: -detections[index].score):
        is_double = any(
            detection_groups[index] == detection_groups[other] and overlaps[index, other] > max_overlap
            for other in kept
        )
        if not is_double:
            kept.append(index)
    return kept
