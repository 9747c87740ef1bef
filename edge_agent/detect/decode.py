"""From network output to boxes, in NumPy alone: letterbox, decoding per family, suppression of doubles.

Arrays stay inside this stage: boxes (N, 4) float32 x1, y1, x2, y2; scores (N,) in [0, 1]; class ids (N,).
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.types import Image

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Decoded boxes of one picture: `boxes_xyxy` (N, 4), `scores` (N,), `class_ids` (N,)."""

    boxes_xyxy: Floats
    scores: Floats
    class_ids: Ints

    def only(self, chosen: npt.NDArray[np.bool_] | Ints) -> "Candidates":
        """Give those that a mask or an index array names."""
        return Candidates(self.boxes_xyxy[chosen], self.scores[chosen], self.class_ids[chosen])


def letterbox(image: Image, input_size_px: tuple[int, int], pad_value: int) -> tuple[Image, float]:
    """Scale to fit into the network's input (width, height), picture at the top left, the rest padded.

    Gives the canvas (height, width, 3) and the scale; divide decoded boxes by it to get pixels of `image`.
    """
    width, height = input_size_px
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    if inner == (width, height) and scale == 1.0:
        return image, scale
    interpolation = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    canvas = np.full((height, width, 3), pad_value, dtype=np.uint8)
    canvas[: inner[1], : inner[0]] = cv2.resize(image, inner, interpolation=interpolation)
    return canvas, scale


@lru_cache(maxsize=8)
def grid(input_size_px: tuple[int, int], strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Give the cells of all levels, row by row: columns and rows (N, 2), and each cell's stride (N, 1)."""
    cells, sizes = [], []
    for stride in strides:
        columns, rows = (-(-side // stride) for side in input_size_px)
        y, x = np.mgrid[:rows, :columns]
        cells.append(np.stack((x, y), axis=2).reshape(-1, 2))
        sizes.append(np.full((rows * columns, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(sizes).astype(np.float32)


def decode_yolox(
    output: Floats, input_size_px: tuple[int, int], strides: tuple[int, ...], min_score: float
) -> Candidates:
    """Decode YOLOX rows x, y, w, h, objectness, classes (N, 5 + C), scores after their sigmoid.

    Source: Ge et al., "YOLOX", arXiv 2107.08430: centre = (xy + cell) * stride, size = exp(wh) * stride,
    score = objectness * class.
    """
    kept = np.flatnonzero(
        output[:, 4] >= min_score
    )  # no class score can raise the product above the objectness
    rows = output[kept]
    classes = rows[:, 5:] * rows[:, 4:5]
    class_ids = classes.argmax(axis=1)
    scores = classes[np.arange(len(rows)), class_ids]
    sure = scores >= min_score
    kept, rows = kept[sure], rows[sure]
    cells, strides_px = (array[kept] for array in grid(input_size_px, strides))
    centres = (rows[:, :2] + cells) * strides_px
    halves = np.exp(np.minimum(rows[:, 2:4], 10.0)) * strides_px / 2
    boxes = np.concatenate((centres - halves, centres + halves), axis=1)
    return Candidates(boxes, scores[sure], class_ids[sure])


def decode_nanodet_plus(
    output: Floats, input_size_px: tuple[int, int], strides: tuple[int, ...], min_score: float, classes: int
) -> Candidates:
    """Decode NanoDet-Plus rows (N, C + 4 * bins): class scores after the sigmoid, then four distributions.

    A side's distance from the cell's corner is the mean of a softmax over bins 0, 1, 2 ..., times the stride.
    Source: Li et al., "Generalized Focal Loss", NeurIPS 2020, arXiv 2006.04388, section 3; cells without the
    half pixel, as in NanoDet-Plus (RangiLyu/nanodet, nanodet_plus_head.py).
    """
    class_ids = output[:, :classes].argmax(axis=1)
    scores = output[np.arange(len(output)), class_ids]
    kept = np.flatnonzero(scores >= min_score)
    sides = output[kept, classes:].reshape(len(kept), 4, -1)
    weights = np.exp(sides - sides.max(axis=2, keepdims=True))
    bins = np.arange(sides.shape[2], dtype=np.float32)
    cells, strides_px = (array[kept] for array in grid(input_size_px, strides))
    distances = (weights @ bins) / weights.sum(axis=2) * strides_px
    centres = cells * strides_px
    boxes = np.concatenate((centres - distances[:, :2], centres + distances[:, 2:]), axis=1)
    return Candidates(boxes.astype(np.float32), scores[kept], class_ids[kept])


def suppress_doubles(candidates: Candidates, max_iou: float, max_boxes: int = 300) -> Candidates:
    """Keep the best of boxes of one class that overlap by more than `max_iou`; best score first.

    Greedy non-maximum suppression by class; at most `max_boxes` candidates are looked at.
    """
    order = np.argsort(-candidates.scores, kind="stable")[:max_boxes]
    best_first = candidates.only(order)
    boxes = best_first.boxes_xyxy.astype(np.float64)
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0), axis=1)
    alive = np.ones(len(boxes), dtype=np.bool_)
    for index in range(len(boxes)):
        if not alive[index]:
            continue
        rest = slice(index + 1, None)
        sides = np.minimum(boxes[index, 2:], boxes[rest, 2:]) - np.maximum(boxes[index, :2], boxes[rest, :2])
        shared = np.prod(np.maximum(sides, 0.0), axis=1)
        doubles = shared > max_iou * (areas[index] + areas[rest] - shared)
        alive[rest] &= ~(doubles & (best_first.class_ids[rest] == best_first.class_ids[index]))
    return best_first.only(alive)
