"""Networks of a few hundred bytes that really find something: white squares of 16 pixels."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE_PX = 64
STRIDE_PX = 8
CELLS = (SIDE_PX // STRIDE_PX) ** 2


def yolox_net(path: Path, classes: int = 2, channel: int = 0) -> Path:
    """Write a YOLOX-shaped net, input 64 x 64, one level of stride 8.

    Objectness of a cell is the mean of one colour channel over the cell's pixels, 255 giving 1; class 0 is
    certain, the others impossible; each box is 16 x 16 about the cell's corner.
    """
    fixed = np.zeros((1, CELLS, 4), np.float32)
    fixed[:, :, 2:] = np.log(16 / STRIDE_PX)
    sure = np.zeros((1, CELLS, classes), np.float32)
    sure[:, :, 0] = 1.0
    nodes = [*_cell_means(channel), helper.make_node("Concat", ["box", "mean", "sure"], ["output"], axis=2)]
    return _save(path, nodes, {"box": fixed, "sure": sure}, 5 + classes)


def nanodet_net(path: Path, classes: int = 2, bins: int = 8) -> Path:
    """Write a NanoDet-Plus-shaped net of the same kind; each side is certain to be one stride away."""
    sides = np.full((1, CELLS, 4, bins), -20.0, np.float32)
    sides[:, :, :, 1] = 20.0
    rest = np.zeros((1, CELLS, classes - 1), np.float32)
    nodes = [*_cell_means(0), helper.make_node("Concat", ["mean", "rest", "sides"], ["output"], axis=2)]
    return _save(path, nodes, {"rest": rest, "sides": sides.reshape(1, CELLS, -1)}, classes + 4 * bins)


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest_toml(path: Path, **changes: str) -> str:
    """Give the manifest of a net of `yolox_net` as TOML; `changes` are raw TOML values."""
    keys = {
        "id": '"tiny"',
        "file": f'"{path.name}"',
        "sha256": f'"{sha256_of(path)}"',
        "family": '"yolox"',
        "licence": '"Apache-2.0"',
        "input_size_px": "[64, 64]",
        "strides": "[8]",
        "labels": '["square", "circle"]',
    } | changes
    return "\n".join(f"{key} = {value}" for key, value in keys.items())


def _cell_means(channel: int) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Gather", ["images", "channel"], ["plane"], axis=1),
        helper.make_node(
            "AveragePool", ["plane"], ["cells"], kernel_shape=[STRIDE_PX] * 2, strides=[STRIDE_PX] * 2
        ),
        helper.make_node("Reshape", ["cells", "rows"], ["level"]),
        helper.make_node("Div", ["level", "white"], ["mean"], name=f"channel{channel}"),
    ]


def _save(path: Path, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], columns: int) -> Path:
    channel = int(nodes[3].name.removeprefix("channel"))
    values = {
        "channel": np.array([channel], np.int64),
        "rows": np.array([1, CELLS, 1], np.int64),
        "white": np.array(255.0, np.float32),
        **constants,
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, CELLS, columns])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
