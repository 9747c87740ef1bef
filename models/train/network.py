"""The network as its ONNX graph says, in PyTorch: read, given new class heads, trained.

Reading the graph instead of writing the architecture down again guarantees that the trained file does the
same work per picture as the base file. Batch normalisation, folded away in the base file, is put back with
statistics measured on real pictures (so that the network computes the same at first) and folded again on
export.
"""

from pathlib import Path

import torch
from onnx import NodeProto
from torch import Tensor, nn
from torch.nn import functional

from models.train.classes import FROM_COCO, LABELS
from models.train.graph import Graph, Operation, module_name, numbers_of, operations_of, read_graph

COCO_CLASSES = 80

_NECK_FROM, _HEADS_FROM = 47, 77
"""Where the neck and the heads begin among the convolutions of YOLOX-nano, in the order of its graph."""


class Network(nn.Module):
    """A detector read from a YOLOX ONNX file."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.graph = read_graph(base)
        self.convolutions = nn.ModuleDict()
        for node in self.graph.nodes:
            if node.op_type == "Conv":
                name = module_name(node.output[0])
                self.convolutions[name] = _convolution(node, self.graph)
        self._operations = operations_of(self.graph)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Take (B, 3, S, S) float pictures, BGR 0-255; give the logits.

        They come as three maps (B, 5 + classes, S / 8 | S / 16 | S / 32, …): box, objectness, classes.
        """
        values: dict[str, Tensor] = {self.graph.input: pictures}
        for operation in self._operations:
            values[operation.makes] = self._compute(operation, [values[name] for name in operation.reads])
        return [values[name] for name in self.graph.outputs]

    def parts(self) -> dict[str, list[nn.Parameter]]:
        """Give the parameters by part: backbone, neck, heads, and the predictions at the heads' ends."""
        found: dict[str, list[nn.Parameter]] = {"backbone": [], "neck": [], "heads": [], "predictions": []}
        for index, module in enumerate(self.convolutions.values()):
            part = "backbone" if index < _NECK_FROM else "neck" if index < _HEADS_FROM else "heads"
            is_prediction = not isinstance(module, NormalisedConv)
            found["predictions" if is_prediction else part] += module.parameters()
        return found

    def _compute(self, operation: Operation, reads: list[Tensor]) -> Tensor:
        result = reads[0]
        match operation.kind:
            case "Conv":
                result = self.convolutions[module_name(operation.makes)](result)
            case "SiLU":
                result = functional.silu(result)
            case "Add":
                result = result + reads[1]
            case "Concat":
                result = torch.cat(reads, dim=1)
            case "Slice":
                result = _every_other(result, *operation.numbers)
            case "MaxPool":
                size = operation.numbers[0]
                result = functional.max_pool2d(result, size, stride=1, padding=size // 2)
            case "Resize":
                result = functional.interpolate(result, scale_factor=2, mode="nearest")
        return result

    def learn_classes(self) -> None:
        """Give the class heads the project's classes, started from the COCO rows that mean the same."""
        for name, module in self.convolutions.items():
            if isinstance(module, nn.Conv2d) and module.out_channels == COCO_CLASSES:
                self.convolutions[name] = _new_class_head(module)

    @torch.no_grad()
    def restore_normalisation(self, pictures: Tensor) -> None:
        """Set each normalisation so that over these pictures the network computes what it did before."""
        normalised = [each for each in self.convolutions.values() if isinstance(each, NormalisedConv)]
        for each in normalised:
            each.is_measuring = True
        self.forward(pictures)
        for each in normalised:
            each.is_measuring = False

    def hold_normalisation(self) -> None:
        """Normalise by the statistics gathered so far, as the exported file does, and gather no more."""
        for each in self.convolutions.values():
            if isinstance(each, NormalisedConv):
                each.norm.eval()


class NormalisedConv(nn.Module):
    """A convolution followed by batch normalisation; foldable into one convolution."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        assert conv.bias is not None
        self.shift = conv.bias.detach().clone()
        conv.bias = None
        self.conv = conv
        self.norm = nn.BatchNorm2d(conv.out_channels, eps=1e-3, momentum=0.03)
        self.is_measuring = False

    def forward(self, values: Tensor) -> Tensor:
        """Convolve and normalise."""
        convolved = self.conv(values)
        if self.is_measuring:
            mean, variance = convolved.mean(dim=(0, 2, 3)), convolved.var(dim=(0, 2, 3))
            self.norm.running_mean.copy_(mean)
            self.norm.running_var.copy_(variance)
            self.norm.weight.copy_(torch.sqrt(variance + self.norm.eps))
            self.norm.bias.copy_(mean + self.shift)
            return convolved + self.shift[None, :, None, None]
        return self.norm(convolved)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Give weight and bias of the one convolution that computes the same."""
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        return self.conv.weight * scale[:, None, None, None], self.norm.bias - self.norm.running_mean * scale


def _every_other(values: Tensor, start: int, axis: int) -> Tensor:
    index = [slice(None)] * 4
    index[axis] = slice(start, None, 2)
    return values[tuple(index)]


def _convolution(node: NodeProto, graph: Graph) -> nn.Module:
    weight, bias = (torch.from_numpy(graph.constants[name].copy()) for name in node.input[1:3])
    groups = numbers_of(node, "group")[0]
    conv = nn.Conv2d(
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        stride=numbers_of(node, "strides")[0],
        padding=numbers_of(node, "pads")[0],
        groups=groups,
    )
    conv.weight.data.copy_(weight)
    conv.bias.data.copy_(bias)
    return NormalisedConv(conv) if node.output[0] in graph.activated else conv


def _new_class_head(old: nn.Conv2d) -> nn.Conv2d:
    head = nn.Conv2d(old.in_channels, len(LABELS), 1)
    nn.init.normal_(head.weight, std=0.01)
    nn.init.constant_(head.bias, -2.0)
    for index in set(FROM_COCO.values()):
        rows = [coco for coco, label in FROM_COCO.items() if label == index]
        head.weight.data[index] = old.weight.data[rows].mean(dim=0)
        head.bias.data[index] = old.bias.data[rows].max()
    return head
