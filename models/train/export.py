"""Writes a trained network as ONNX, in the shape that a YOLOX file has: the agent decodes both alike."""

from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.train.classes import LABELS
from models.train.graph import module_name
from models.train.manifest import write_manifest
from models.train.network import Network, NormalisedConv

OPSET, IR_VERSION = 13, 8
"""Old enough for every ONNX Runtime that a small box may carry."""

_COLUMNS = 5 + len(LABELS)


def write(network: Network, path: Path, size_px: int) -> None:
    """Write the network, and beside it the manifest with which `--model PATH` runs it."""
    export(network, path, size_px)
    write_manifest(path, size_px)


def export(network: Network, path: Path, size_px: int) -> None:
    """Write input `images` (1, 3, S, S) -> `output` (1, anchors, 5 + classes): box, objectness, classes."""
    network.eval()
    constants = dict(network.graph.constants)
    nodes = [_with_weights(node, network, constants) for node in network.graph.nodes]
    nodes += _flattening(network.graph.outputs)
    constants["flat"] = np.array([1, _COLUMNS, -1], np.int64)
    model = _model(network.graph.input, nodes, constants, size_px)
    onnx.checker.check_model(model)
    partial = path.with_suffix(".partial")
    onnx.save(model, str(partial))
    partial.replace(path)


def _with_weights(node: NodeProto, network: Network, constants: dict[str, np.ndarray]) -> NodeProto:
    """Copy a node; a convolution gets its trained weights, with normalisation folded in, as constants."""
    copy = helper.make_node(node.op_type, list(node.input), list(node.output), name=node.output[0])
    copy.attribute.extend(node.attribute)
    if node.op_type == "Conv":
        name = module_name(node.output[0])
        weight, bias = _weights(network.convolutions[name])
        constants[f"{name}.weight"] = weight.detach().contiguous().numpy().astype(np.float32)
        constants[f"{name}.bias"] = bias.detach().numpy().astype(np.float32)
        del copy.input[1:]
        copy.input.extend([f"{name}.weight", f"{name}.bias"])
    return copy


def _weights(module: nn.Module) -> tuple[Tensor, Tensor]:
    return module.folded() if isinstance(module, NormalisedConv) else (module.weight, module.bias)


def _flattening(outputs: tuple[str, ...]) -> list[NodeProto]:
    flat = [f"flat_{index}" for index in range(len(outputs))]
    reshapes = [
        helper.make_node("Reshape", [name, "flat"], [to]) for name, to in zip(outputs, flat, strict=True)
    ]
    joined = helper.make_node("Concat", flat, ["joined"], axis=2)
    return [*reshapes, joined, helper.make_node("Transpose", ["joined"], ["output"], perm=[0, 2, 1])]


def _model(
    input_name: str, nodes: list[NodeProto], constants: dict[str, np.ndarray], size_px: int
) -> ModelProto:
    used = {name for node in nodes for name in node.input}
    anchors = sum((size_px // stride) ** 2 for stride in (8, 16, 32))
    graph = helper.make_graph(
        nodes,
        "street_nano",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, [1, 3, size_px, size_px])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, anchors, _COLUMNS])],
        [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="lilong")
    model.ir_version = IR_VERSION
    return model
