"""`python -m models.train.average --out FILE FILE FILE …`: one network, its weights the means of several.

Networks along one run lie in one valley; their mean generalises at least as well as most of them and costs
nothing when it runs. Source: Wortsman et al., Model soups, ICML 2022, arXiv:2203.05482.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import ModelProto, numpy_helper

from models.train.manifest import write_manifest

SIZE_PX = 416


def main() -> None:
    """Write the mean network and its manifest; exit code 2 when the files are not of one architecture."""
    parser = argparse.ArgumentParser(prog="python -m models.train.average", description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    parser.add_argument("models", type=Path, nargs="+", help="exported networks of one run")
    chosen = parser.parse_args()
    try:
        mean = averaged([read(path) for path in chosen.models])
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    onnx.save(mean, str(chosen.out))
    write_manifest(chosen.out, SIZE_PX)


def read(path: Path) -> ModelProto:
    """Read an exported network. Raises ValueError when it is none."""
    try:
        model = onnx.load(str(path))
    except DecodeError:
        model = ModelProto()
    if not model.graph.initializer:
        raise ValueError(f"{path}: not an exported network; give .onnx files that the trainer wrote")
    return model


def averaged(models: Sequence[ModelProto]) -> ModelProto:
    """Give the first model with the mean of all weights. Raises ValueError when shapes or names differ."""
    all_weights = [
        {each.name: numpy_helper.to_array(each) for each in model.graph.initializer} for model in models
    ]
    shapes = [{name: weight.shape for name, weight in weights.items()} for weights in all_weights]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("the networks differ in more than their weights; take exports of one run")
    mean = ModelProto()
    mean.CopyFrom(models[0])
    for each in mean.graph.initializer:
        if each.data_type == onnx.TensorProto.FLOAT:
            together = np.stack([weights[each.name] for weights in all_weights]).astype(np.float64)
            each.CopyFrom(numpy_helper.from_array(together.mean(axis=0).astype(np.float32), each.name))
    return mean


if __name__ == "__main__":
    main()
