"""Things cut out of photos and laid onto others: rubbish and bins on new grounds, and other things that are
neither.

The other things (chairs, suitcases, dogs of COCO) are pasted the same way and get no label, so that the seam
of a cut-out tells nothing. Source of the idea: Ghiasi et al., Simple Copy-Paste, CVPR 2021, arXiv:2012.07177.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.train.samples import Floats, Picture, Sample, areas_px2, overlaps

_LONGEST_PX, _SHORTEST_PX = 128, 40
"""Cut-outs are kept at this longer side; smaller things in a photo are not cut."""

_FILLED = (0.35, 0.92)
"""The share of its box that a believable silhouette fills."""

_ALONE = 0.1
"""A thing is cut, and laid, only where other boxes cover less of it than this."""

_SIDES = (0.045, 0.34)
"""Longer side of a laid cut-out against the picture's, from and to."""


@dataclass(frozen=True, slots=True)
class Cutout:
    """A thing with its silhouette (H, W) in 0..1; `label` is None for what the detector shall not report."""

    label: int | None
    picture: Picture
    alpha: Floats


def cut_out(samples: Sequence[Sample], labels: Sequence[int] | None, limit: int, seed: int) -> list[Cutout]:
    """Cut up to `limit` things of the given labels out of photos; with labels None whatever has a box,
    unlabelled."""
    rng = np.random.default_rng(seed)
    found: list[Cutout] = []
    for index in rng.permutation(len(samples)):
        sample = samples[int(index)]
        for row in range(len(sample.boxes)):
            label = int(sample.boxes[row, 0])
            if (labels is None or label in labels) and _stands_alone(sample, row):
                cutout = _silhouette(sample.picture, sample.boxes[row, 1:], None if labels is None else label)
                found += [] if cutout is None else [cutout]
        if len(found) >= limit:
            break
    return found[:limit]


def lay_cutouts(
    picture: Picture, boxes: Floats, cutouts: Sequence[Cutout], rng: np.random.Generator
) -> Floats:
    """Lay one to three things into the picture, in place; give its boxes (N, 5) with those of the labelled
    ones."""
    size = picture.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        cutout = cutouts[int(rng.integers(len(cutouts)))]
        longer = float(np.exp(rng.uniform(*np.log(_SIDES)))) * size
        thing, alpha = _scaled(cutout, longer, is_mirrored=bool(rng.random() < 0.5))
        height, width = alpha.shape
        x, y = int(rng.integers(0, size - width)), int(rng.integers(0, size - height))
        place = np.array([[x, y, x + width, y + height]], np.float32)
        if _covered(place, boxes[:, 1:]) > _ALONE:
            continue
        part = picture[y : y + height, x : x + width]
        lit = _lit_like(thing, part)
        part[:] = np.clip(part + (lit - part) * alpha[..., None], 0, 255).astype(np.uint8)
        if cutout.label is not None:
            boxes = np.vstack([boxes, np.column_stack([[cutout.label], place])]).astype(np.float32)
    return boxes


def _stands_alone(sample: Sample, row: int) -> bool:
    box = sample.boxes[row : row + 1, 1:]
    width, height = (box[0, 2:] - box[0, :2]).tolist()
    is_usable = min(width, height) >= _SHORTEST_PX and width * height < 0.5 * sample.picture[..., 0].size
    return is_usable and _covered(box, np.delete(sample.boxes[:, 1:], row, axis=0)) <= _ALONE


def _covered(box: Floats, others: Floats) -> float:
    if not len(others):
        return 0.0
    smaller = np.minimum(areas_px2(box)[:, None], areas_px2(others)[None])
    return float((overlaps(box, others) / np.maximum(smaller, 1e-6)).max())


def _silhouette(picture: Picture, box: Floats, label: int | None) -> Cutout | None:
    """Find the thing's outline with GrabCut in a frame around its box; None when the outline is not
    believable."""
    x1, y1, x2, y2 = box.tolist()
    margin = 0.15 * max(x2 - x1, y2 - y1)
    left, top = max(0, int(x1 - margin)), max(0, int(y1 - margin))
    around = picture[top : int(y2 + margin) + 1, left : int(x2 + margin) + 1]
    scale = min(1.0, _LONGEST_PX / max(x2 - x1, y2 - y1))
    small = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inner = [round(value * scale) for value in (x1 - left, y1 - top, x2 - x1, y2 - y1)]
    mask = np.zeros(small.shape[:2], np.uint8)
    cv2.grabCut(small, mask, inner, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    filled = _largest_piece((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD))
    rows, columns = np.nonzero(filled)
    if not len(rows) or not _FILLED[0] <= len(rows) / (inner[2] * inner[3]) <= _FILLED[1]:
        return None
    part = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    alpha = cv2.GaussianBlur(filled[part].astype(np.float32), (0, 0), 1.0)
    return Cutout(label, np.asarray(small[part], np.uint8).copy(), np.asarray(alpha, np.float32))


def _largest_piece(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.bool_)


def _scaled(cutout: Cutout, longer_px: float, is_mirrored: bool) -> tuple[Floats, Floats]:
    height, width = cutout.alpha.shape
    scale = longer_px / max(height, width)
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    thing = cv2.resize(cutout.picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    alpha = cv2.resize(cutout.alpha, size, interpolation=cv2.INTER_LINEAR)
    if is_mirrored:
        thing, alpha = thing[:, ::-1], alpha[:, ::-1]
    return thing.astype(np.float32), np.asarray(alpha, np.float32)


def _lit_like(thing: Floats, ground: Picture) -> Floats:
    """Bring a thing half-way to the brightness of where it is laid; a dark bag stays darker than a pale
    one."""
    ratio = (float(ground.mean()) + 20) / (float(thing.mean()) + 20)
    return np.asarray(thing * min(1.5, max(0.5, ratio**0.35)), np.float32)
