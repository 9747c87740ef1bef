"""The base network's answer to a training picture, cell by cell, so that the new one keeps what the old one
knew.

A few hundred labelled COCO photos are too few to keep "person" and "car" alive while everything is retrained;
the base network itself says for every picture what it sees there, in the very picture that the new one is
shown. Sources of the idea: Li and Hoiem, Learning without Forgetting, ECCV 2016, arXiv:1606.09282; that both
must see the same: Beyer et al., Knowledge distillation: A good teacher is patient and consistent, CVPR 2022,
arXiv:2106.05237.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from models.train.classes import FROM_COCO
from models.train.samples import Floats, Picture
from models.train.teacher import PAD, SIZE_PX, decoded_boxes

COLUMNS = len(set(FROM_COCO.values())) + 4
"""Probabilities of person, two_wheeler, car and large_vehicle, then the box x1 y1 x2 y2 in pixels."""


class Guide:
    """The base network, asked about square pictures up to its own size."""

    def __init__(self, base: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(base), options, providers=["CPUExecutionProvider"])

    def __call__(self, picture: Picture) -> Floats:
        """Give (A, COLUMNS) for a picture (S, S, 3), in the order of the cells of a network fed with S px."""
        size = picture.shape[0]
        canvas = np.full((SIZE_PX, SIZE_PX, 3), PAD, np.uint8)
        canvas[:size, :size] = picture
        batch = canvas.transpose(2, 0, 1)[None].astype(np.float32)
        output = np.asarray(self._session.run(None, {"images": batch})[0])[0]
        scores = output[:, 4:5] * output[:, 5:]
        answer = np.zeros((len(output), COLUMNS), np.float32)
        for source, label in FROM_COCO.items():
            answer[:, label] = np.maximum(answer[:, label], scores[:, source])
        answer[:, -4:] = decoded_boxes(output[:, :4], SIZE_PX)
        return answer[_cells_of(size)]


def _cells_of(size: int) -> npt.NDArray[np.bool_]:
    """Mark the cells of the full grid that a picture of `size` px at the top left covers."""
    marks = []
    for stride in (8, 16, 32):
        mark = np.zeros((SIZE_PX // stride, SIZE_PX // stride), np.bool_)
        mark[: size // stride, : size // stride] = True
        marks.append(mark.reshape(-1))
    return np.concatenate(marks)
