"""Runs a network through ONNX Runtime on one crop at a time and gives detections in pixels of that crop."""

from collections.abc import Sequence
from copy import copy

import numpy as np
import onnxruntime

from edge_agent.detect.decode import (
    Candidates,
    Floats,
    decode_nanodet_plus,
    decode_yolox,
    grid,
    letterbox,
    suppress_doubles,
)
from edge_agent.detect.manifest import Family, FoundModel
from edge_agent.errors import ConfigError
from edge_agent.types import Detection, Image
from wire_contract.messages import ModelRef


class OnnxDetector:
    """A detector as its manifest describes it. Keeps no state between crops."""

    def __init__(self, found: FoundModel, threads: int = 1) -> None:
        """Load the network with `threads` threads. Raises ConfigError when file and manifest do not fit."""
        manifest = self._manifest = found.manifest
        words = [manifest.word_by_class.get(name) for name in manifest.classes]
        self._words = tuple(dict.fromkeys(word for word in words if word is not None))
        self._word_ids = np.array([-1 if word is None else self._words.index(word) for word in words])
        self._min_scores = np.array(
            [manifest.min_score_by_word.get(word, manifest.min_score) for word in self._words],
            dtype=np.float32,
        )
        self._mean = np.array(manifest.mean, dtype=np.float32).reshape(3, 1, 1)
        self._std = np.array(manifest.std, dtype=np.float32).reshape(3, 1, 1)
        self._is_normalised = bool(self._mean.any() or (self._std != 1.0).any())
        self._session = _open_session(found, threads)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name
        self._refuse_misfit(found)

    @property
    def model(self) -> ModelRef | None:
        """The model in use."""
        return ModelRef(id=self._manifest.id, sha256=self._manifest.sha256)

    @property
    def labels(self) -> Sequence[str]:
        """The words that detections may carry, each once."""
        return self._words

    def detect(self, crop: Image) -> list[Detection]:
        """Find objects in one crop (H, W, 3); boxes in its pixels and clipped to it, best score first."""
        canvas, scale = letterbox(crop, self._manifest.input_size_px, self._manifest.pad_value)
        best = suppress_doubles(self._known(self._decode(self._run(canvas))), self._manifest.max_iou)
        height, width = crop.shape[:2]
        boxes = np.clip(best.boxes_xyxy / scale, 0.0, (width, height, width, height))
        found = zip(boxes.tolist(), best.scores.tolist(), best.class_ids.tolist(), strict=True)
        return [
            Detection(self._words[word_id], min(1.0, score), (x1, y1, x2, y2))
            for (x1, y1, x2, y2), score, word_id in found
            if x2 - x1 >= 1.0 and y2 - y1 >= 1.0
        ]

    @property
    def hint_min_score(self) -> float:
        """From here on a hint counts."""
        return self._manifest.hint_min_score

    def hinting_at(self, words: frozenset[str]) -> "OnnxDetector":
        """Give a detector over the same network that reports even faint hints of some words, nothing else."""
        faint = copy(self)
        faint._min_scores = np.array(
            [self.hint_min_score if word in words else np.inf for word in self._words],
            dtype=np.float32,
        )
        return faint

    def _run(self, canvas: Image) -> Floats:
        planes = canvas.transpose(2, 0, 1)
        if self._manifest.colour == "rgb":
            planes = planes[::-1]
        tensor = np.ascontiguousarray(planes, dtype=np.float32)
        if self._is_normalised:
            tensor = (tensor - self._mean) / self._std
        (output,) = self._session.run(
            [self._session.get_outputs()[0].name], {self._input: tensor[np.newaxis]}
        )
        rows: Floats = np.asarray(output, dtype=np.float32)[0]
        return rows

    def _decode(self, output: Floats) -> Candidates:
        size_px, strides = self._manifest.input_size_px, self._manifest.strides
        lowest = float(self._min_scores.min())
        if self._manifest.family is Family.YOLOX:
            return decode_yolox(output, size_px, strides, lowest)
        return decode_nanodet_plus(output, size_px, strides, lowest, len(self._word_ids))

    def _known(self, candidates: Candidates) -> Candidates:
        """Turn class ids into word ids; drop classes without a word and scores below their word's least."""
        word_ids = self._word_ids[candidates.class_ids]
        kept = (word_ids >= 0) & (candidates.scores >= self._min_scores[word_ids])
        return Candidates(candidates.boxes_xyxy[kept], candidates.scores[kept], word_ids[kept])

    def _refuse_misfit(self, found: FoundModel) -> None:
        """Run an empty picture once: a wrong input size, stride or number of classes shows at once."""
        manifest = self._manifest
        width, height = manifest.input_size_px
        cells = len(grid(manifest.input_size_px, manifest.strides)[0])
        classes = len(manifest.classes)
        try:
            shape = self._run(np.zeros((height, width, 3), dtype=np.uint8)).shape
        except Exception as error:  # ONNX Runtime's errors share no other base
            problem = f"cannot take a {width}x{height} picture: {_first_line(error)}"
            raise ConfigError(f"{found.path}: {problem}") from error
        if len(shape) != 2 or shape[0] != cells or not _columns_fit(shape[1], classes, manifest.family):
            raise ConfigError(
                f"{found.path}: its output has shape {shape}, which does not fit its manifest "
                f"({manifest.family}, {classes} labels, {cells} cells); mend family, labels or input_size_px"
            )


def _columns_fit(columns: int, classes: int, family: Family) -> bool:
    if family is Family.YOLOX:
        return columns == 5 + classes
    return columns >= classes + 8 and (columns - classes) % 4 == 0


def _open_session(found: FoundModel, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads must sleep, not spin: the cores are shared with decoding and the other cameras.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(found.path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no other base
        raise ConfigError(f"{found.path}: is not a usable ONNX model: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
