"""The base detector looks at the photos whole and in parts, and finds the persons and vehicles that a set's
labellers left out.

Where it finds one, nothing is called background: what the new network says there is left to the guide.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from models.train.classes import FROM_COCO, LEFT_TO_GUIDE
from models.train.samples import Floats, Picture, Sample, areas_px2, overlaps, read_picture

Found = dict[str, list[list[float]]]
"""Per file name: rows [index in LABELS, score, x1, y1, x2, y2] in pixels of the photo."""

LEAST_SCORE = 0.2
"""Below this score a box is taken as nothing."""

_SAME_THING_IOU = 0.5
"""A teacher's box that overlaps a labelled thing by more is that thing: a bin station taken for a lorry."""

SIZE_PX, PAD = 416, 114


def teach(paths: Iterable[Path], base: Path, cache: Path) -> Found:
    """Give the teacher's boxes of each photo, kept in `cache` for the next time."""
    known: Found = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    new = [path for path in paths if path.name not in known]
    look = Teacher(base)
    for index, path in enumerate(new):
        known[path.name] = look(read_picture(path))
        if index % 100 == 0:
            print(f"teacher: {index} of {len(new)} photos", flush=True)
    cache.write_text(json.dumps(known), encoding="utf-8")
    return known


def with_teacher(sample: Sample, rows: list[list[float]]) -> Sample:
    """Add the teacher's boxes as things that are left to the guide."""
    found = np.array(rows, np.float32).reshape(-1, 6)[:, 2:]
    strangers = found[_most_alike(found, sample.boxes[:, 1:]) <= _SAME_THING_IOU]
    left = np.column_stack([np.full(len(strangers), LEFT_TO_GUIDE, np.float32), strangers])
    return Sample(sample.name, sample.picture, np.vstack([sample.boxes, left]), sample.ignored)


def _most_alike(boxes: Floats, others: Floats) -> Floats:
    """Give for each box the greatest IoU with any of the others."""
    if not len(others):
        return np.zeros(len(boxes), np.float32)
    common = overlaps(boxes, others)
    union = areas_px2(boxes)[:, None] + areas_px2(others)[None] - common
    return np.asarray((common / np.maximum(union, 1e-6)).max(axis=1), np.float32)


class Teacher:
    """Looks at a photo whole, mirrored, and in four overlapping parts."""

    def __init__(self, base: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(base), options, providers=["CPUExecutionProvider"])

    def __call__(self, picture: Picture) -> list[list[float]]:
        """Give rows [index in LABELS, score, x1, y1, x2, y2] in pixels of the photo."""
        height, width = picture.shape[:2]
        mirrored = self._look(np.ascontiguousarray(picture[:, ::-1]))
        mirrored[:, [2, 4]] = width - mirrored[:, [4, 2]]
        found = [self._look(picture), mirrored]
        for top in (0, height * 2 // 5):
            for left in (0, width * 2 // 5):
                part = self._look(picture[top : top + height * 3 // 5, left : left + width * 3 // 5])
                found.append(part + np.array([0, 0, left, top, left, top], np.float32))
        every = np.vstack(found)
        corner_and_size = np.column_stack([every[:, 2:4], every[:, 4:6] - every[:, 2:4]])
        classes = every[:, 0].astype(int).tolist()
        kept = cv2.dnn.NMSBoxesBatched(
            corner_and_size.tolist(), every[:, 1].tolist(), classes, LEAST_SCORE, 0.5
        )
        return [[float(part) for part in every[int(index)]] for index in np.array(kept).flatten()]

    def _look(self, picture: Picture) -> Floats:
        scale = min(SIZE_PX / picture.shape[0], SIZE_PX / picture.shape[1])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        square = np.full((SIZE_PX, SIZE_PX, 3), PAD, np.uint8)
        square[: small.shape[0], : small.shape[1]] = small[:SIZE_PX, :SIZE_PX]
        batch = square.transpose(2, 0, 1)[None].astype(np.float32)
        output = np.asarray(self._session.run(None, {"images": batch})[0])[0]
        boxes = decoded_boxes(output[:, :4], SIZE_PX) / scale
        scores = output[:, 4:5] * output[:, 5:]
        merged = np.zeros((len(output), max(FROM_COCO.values()) + 1), np.float32)
        for source, label in FROM_COCO.items():
            merged[:, label] = np.maximum(merged[:, label], scores[:, source])
        cells, labels = np.nonzero(merged >= LEAST_SCORE)
        return np.column_stack([labels, merged[cells, labels], boxes[cells]]).astype(np.float32)


def decoded_boxes(raw: Floats, size_px: int) -> Floats:
    """Give boxes (A, 4) x1 y1 x2 y2 from the raw box columns of a YOLOX output for a square of `size_px`."""
    grids, strides = [], []
    for stride in (8, 16, 32):
        cells = size_px // stride
        y, x = np.mgrid[0:cells, 0:cells]
        grids.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    grid, stride_column = np.vstack(grids), np.vstack(strides)
    centre = (raw[:, :2] + grid) * stride_column
    half = np.exp(raw[:, 2:4]) * stride_column / 2
    return np.hstack([centre - half, centre + half]).astype(np.float32)
