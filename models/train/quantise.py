"""`python -m models.train.quantise`: the int8 variant of a trained network, to be measured against it.

Static quantisation by ONNX Runtime, per channel, calibrated on photos of the training side. The last layers,
whose numbers span boxes of 8 to 400 px and probabilities, stay in floating point.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from edge_agent.detect.decode import letterbox
from models.train.manifest import write_manifest
from models.train.samples import Floats, read_picture
from models.train.sources import pictures_in
from models.train.split import held_back

PHOTOS = 64


def main() -> None:
    """Write the int8 variant and its manifest."""
    parser = argparse.ArgumentParser(prog="python -m models.train.quantise", description=main.__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the trained .onnx file")
    parser.add_argument("--images", type=Path, required=True, help="folder of street_garbage pictures")
    parser.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    parser.add_argument("--fold", type=int, choices=range(10), default=6, help="the fold that is held back")
    chosen = parser.parse_args()
    quantize_static(
        str(chosen.model),
        str(chosen.out),
        Photos(chosen.images, chosen.fold),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=last_convolutions(chosen.model),
    )
    write_manifest(chosen.out, 416)


class Photos(CalibrationDataReader):
    """Photos from which the ranges of values are measured."""

    def __init__(self, folder: Path, fold: int) -> None:
        paths = pictures_in(folder)
        apart = held_back([path.name for path in paths], fold)
        usable = [path for path in paths if path.name not in apart]
        self._batches = self._read(usable[:: max(1, len(usable) // PHOTOS)])

    def get_next(self) -> dict[str, Floats]:
        """Give the next picture as the network takes it; None after the last one, as the base class asks."""
        return next(self._batches, None)  # type: ignore[arg-type]

    def _read(self, paths: list[Path]) -> Iterator[dict[str, Floats]]:
        for path in paths:
            canvas, _ = letterbox(read_picture(path), (416, 416), 114)
            yield {"images": canvas.transpose(2, 0, 1)[None].astype(np.float32)}


def last_convolutions(model: Path) -> list[str]:
    """Give the names of the convolutions without an activation: box, objectness and class scores."""
    nodes = onnx.load(str(model)).graph.node
    multiplied = {name for node in nodes if node.op_type == "Mul" for name in node.input}
    return [node.name for node in nodes if node.op_type == "Conv" and node.output[0] not in multiplied]


if __name__ == "__main__":
    main()
