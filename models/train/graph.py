"""The base network's ONNX graph as a list of operations. Knows ONNX, not PyTorch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import NodeProto, numpy_helper

_OPERATORS = frozenset({"Conv", "Sigmoid", "Mul", "Add", "Concat", "Slice", "MaxPool", "Resize"})
_FLATTENING = frozenset({"Reshape", "Transpose"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the network: what it does, the values it reads, the one it makes, and its whole numbers."""

    kind: str
    reads: tuple[str, ...]
    makes: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A YOLOX graph up to its three maps: box, objectness and class scores side by side, one map per
    stride."""

    input: str
    nodes: tuple[NodeProto, ...]
    constants: dict[str, Any]
    outputs: tuple[str, ...]

    @property
    def activated(self) -> frozenset[str]:
        """The convolutions whose result goes through a SiLU, as those with normalisation do."""
        return frozenset(name for node in self.nodes if node.op_type == "Mul" for name in node.input)


def read_graph(file: Path) -> Graph:
    """Read a YOLOX ONNX file, without the reshaping at its end.

    Raises ValueError when it is none, or has an operator that a YOLOX network has not.
    """
    try:
        graph = onnx.load(str(file)).graph
    except DecodeError as error:
        raise ValueError(f"{file}: not an ONNX file") from error
    nodes = [node for node in graph.node if node.op_type not in _FLATTENING][:-1]
    strange = [node.op_type for node in nodes if node.op_type not in _OPERATORS]
    if strange:
        raise ValueError(f"{file}: has the operator {strange[0]}, which a YOLOX network has not")
    read = {name for node in nodes for name in node.input}
    outputs = tuple(
        node.output[0] for node in nodes if node.op_type == "Concat" and node.output[0] not in read
    )
    constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    return Graph(graph.input[0].name, tuple(nodes), constants, outputs)


def operations_of(graph: Graph) -> list[Operation]:
    """Give the steps in order: x * sigmoid(x) as one SiLU, the sigmoids before the outputs left to the
    loss."""
    logits = {node.output[0]: node.input[0] for node in graph.nodes if node.op_type == "Sigmoid"}
    operations = []
    for node in graph.nodes:
        kind, reads, makes = node.op_type, tuple(node.input), node.output[0]
        if makes in graph.outputs:
            operations.append(Operation(kind, tuple(logits.get(name, name) for name in reads), makes))
        elif kind == "Mul":
            operations.append(Operation("SiLU", (logits[reads[1]],), makes))
        elif kind == "Slice":
            start, axis = (int(graph.constants[name][0]) for name in (reads[1], reads[3]))
            operations.append(Operation(kind, reads[:1], makes, (start, axis)))
        elif kind == "MaxPool":
            operations.append(Operation(kind, reads, makes, (numbers_of(node, "kernel_shape")[0],)))
        elif kind != "Sigmoid":
            operations.append(Operation(kind, reads if kind in {"Add", "Concat"} else reads[:1], makes))
    return operations


def numbers_of(node: NodeProto, attribute: str) -> Sequence[int]:
    """Give the whole numbers of an attribute."""
    found = next(item for item in node.attribute if item.name == attribute)
    return list(found.ints) or [found.i]


def module_name(value: str) -> str:
    """Give the name of a value of the graph as PyTorch allows it for a module."""
    return value.replace(".", "_").replace(":", "_")
