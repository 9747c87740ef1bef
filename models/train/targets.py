"""Which cell of the network answers for which object, and what it pays for a wrong answer.

Source: Ge et al., YOLOX: Exceeding YOLO Series in 2021, arXiv:2107.08430, section 2 (decoupled head, SimOTA,
IoU and BCE losses).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.train.classes import FROM_COCO

STRIDES = (8, 16, 32)
CENTRE_RADIUS = 1.5
"""Half side of the square around an object's centre in which a cell may answer, in strides."""
CANDIDATES = 10
BOX_WEIGHT, IOU_COST = 5.0, 3.0
GUIDE_SURE = 0.1
"""The base network's boxes count from this probability on."""
GUIDE_HINT = 0.05
"""Where the base network believes at least this much, an unlabelled cell is left to the guide: calling it
background would unlearn the faint answers that small and hidden persons and vehicles are found by. That it is
no garbage and no bin is still learnt there, as it is where the teacher has found one."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The truth of one picture: boxes (G, 4) x1 y1 x2 y2 px, labels (G,), boxes (K, 4) where nothing is
    judged, boxes (L, 4) that are left to the guide, and what the base network says of each cell
    (A, guide.COLUMNS)."""

    boxes: Tensor
    labels: Tensor
    ignored: Tensor
    left: Tensor
    guide: Tensor


@dataclass(frozen=True, slots=True)
class Cells:
    """Centres (A, 2) and strides (A,) of all cells, in pixels, in the order of the output."""

    centres: Tensor
    strides: Tensor

    @classmethod
    def of(cls, maps: list[Tensor]) -> "Cells":
        """Lay the cells out for these output maps."""
        centres, strides = [], []
        for stride, values in zip(STRIDES, maps, strict=True):
            height, width = values.shape[-2:]
            y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
            centres.append((torch.stack([x, y], dim=-1).reshape(-1, 2) + 0.5) * stride)
            strides.append(torch.full((height * width,), float(stride)))
        return cls(torch.cat(centres), torch.cat(strides))


def flatten(maps: list[Tensor]) -> Tensor:
    """Give (B, A, 5 + classes) from three maps (B, 5 + classes, H, W)."""
    return torch.cat([values.flatten(2) for values in maps], dim=2).permute(0, 2, 1)


def decode(raw: Tensor, cells: Cells) -> Tensor:
    """Give boxes (…, A, 4) x1 y1 x2 y2 in pixels from raw box outputs (…, A, 4)."""
    stride = cells.strides[:, None]
    centre = raw[..., :2] * stride + cells.centres - 0.5 * stride
    half = torch.exp(raw[..., 2:].clamp(max=8)) * stride / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def iou_matrix(first: Tensor, second: Tensor) -> Tensor:
    """Intersection over union (N, M) of boxes (N, 4) and (M, 4)."""
    low = torch.maximum(first[:, None, :2], second[None, :, :2])
    high = torch.minimum(first[:, None, 2:], second[None, :, 2:])
    common = (high - low).clamp(min=0).prod(dim=-1)
    area_1, area_2 = ((box[:, 2:] - box[:, :2]).prod(dim=-1) for box in (first, second))
    return common / (area_1[:, None] + area_2[None] - common + 1e-9)


@torch.no_grad()
def assign(flat: Tensor, boxes: Tensor, cells: Cells, truth: Targets) -> tuple[Tensor, Tensor, Tensor]:
    """Choose the cells that answer for the objects of one picture (SimOTA).

    Returns the chosen cells (F,), for each the index of its object (F,), and the IoU of its present box (F,).
    """
    x, y = cells.centres[:, 0, None], cells.centres[:, 1, None]
    inside = (
        (x > truth.boxes[:, 0]) & (x < truth.boxes[:, 2]) & (y > truth.boxes[:, 1]) & (y < truth.boxes[:, 3])
    )
    middle = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    near = (cells.centres[:, None] - middle).abs().amax(dim=-1) < CENTRE_RADIUS * cells.strides[:, None]
    candidates = (inside | near).any(dim=1).nonzero()[:, 0]
    overlap = iou_matrix(boxes[candidates], truth.boxes)
    probability = (flat[candidates, 4:5].sigmoid() * flat[candidates, 5:].sigmoid()).sqrt()
    wanted = functional.one_hot(truth.labels, probability.shape[1]).float()
    class_cost = torch.stack(
        [
            functional.binary_cross_entropy(probability, row.expand_as(probability), reduction="none").sum(1)
            for row in wanted
        ],
        dim=1,
    )
    outside = ~(inside & near)[candidates]
    cost = class_cost - IOU_COST * torch.log(overlap + 1e-8) + 1e5 * outside.float()
    best = overlap.topk(min(CANDIDATES, len(candidates)), dim=0).values.sum(dim=0).int().clamp(min=1)
    chosen = torch.zeros_like(cost, dtype=torch.bool)
    for index, count in enumerate(best.tolist()):
        chosen[cost[:, index].topk(min(count, len(candidates)), largest=False).indices, index] = True
    shared = chosen.sum(dim=1) > 1
    if shared.any():
        cheapest = cost[shared].argmin(dim=1)
        chosen[shared] = functional.one_hot(cheapest, cost.shape[1]).bool()
    rows = chosen.any(dim=1).nonzero()[:, 0]
    objects = chosen[rows].float().argmax(dim=1)
    return candidates[rows], objects, overlap[rows, objects]


def loss(maps: list[Tensor], truths: list[Targets], guide_weight: float) -> tuple[Tensor, dict[str, float]]:
    """Give the training loss of a batch, and its parts for the log."""
    cells, flat = Cells.of(maps), flatten(maps)
    boxes = decode(flat[..., :4], cells)
    objectness = torch.zeros(flat.shape[:2])
    judged = torch.ones(flat.shape[:2], dtype=torch.bool)
    box_loss = class_loss = flat.sum() * 0
    count = 0
    hinted = torch.zeros(flat.shape[:2], dtype=torch.bool)
    for index, truth in enumerate(truths):
        if len(truth.ignored):
            judged[index] = ~_inside_any(cells.centres, truth.ignored)
        if guide_weight > 0:
            believed = truth.guide[:, :-4].amax(dim=1) > GUIDE_HINT
            hinted[index] = judged[index] & (believed | _inside_any(cells.centres, truth.left))
            judged[index] &= ~hinted[index]
        if not len(truth.boxes):
            continue
        chosen, objects, overlap = assign(flat[index], boxes[index], cells, truth)
        objectness[index, chosen] = 1.0
        judged[index, chosen], hinted[index, chosen] = True, False
        count += len(chosen)
        iou = _paired_iou(boxes[index, chosen], truth.boxes[objects])
        box_loss = box_loss + (1 - iou**2).sum()
        wanted = functional.one_hot(truth.labels[objects], flat.shape[-1] - 5) * overlap[:, None]
        class_loss = class_loss + functional.binary_cross_entropy_with_logits(
            flat[index, chosen, 5:], wanted.float(), reduction="sum"
        )
    object_loss = functional.binary_cross_entropy_with_logits(
        flat[..., 4][judged], objectness[judged], reduction="sum"
    )
    object_loss = object_loss + _seeing_rubbish(flat[hinted])
    scale = max(count, 1)
    named = {"box": box_loss, "object": object_loss, "class": class_loss}
    total = (BOX_WEIGHT * box_loss + object_loss + class_loss) / scale
    parts = {name: float(part.detach()) / scale for name, part in named.items()}
    if guide_weight > 0:
        guide_loss = guidance(flat, boxes, cells, truths)
        total = total + guide_weight * guide_loss
        parts["guide"] = float(guide_loss.detach())
    return total, parts


def _seeing_rubbish(flat: Tensor) -> Tensor:
    """Give the price of seeing, in these cells (N, 5 + classes), what the base network knows nothing of."""
    unknown = len(set(FROM_COCO.values()))
    seen = flat[:, 4:5].sigmoid() * flat[:, 5 + unknown :].sigmoid()
    return -torch.log1p(-seen.clamp(max=1 - 1e-6)).sum()


def guidance(flat: Tensor, boxes: Tensor, cells: Cells, truths: list[Targets]) -> Tensor:
    """Give the price of differing from the base network in what it knows, over the sum of its own answers.

    Where a person or vehicle is labelled, seeing it more surely than the base network costs nothing.
    """
    guide = torch.stack([truth.guide for truth in truths])
    wanted, wanted_boxes = guide[..., :-4], guide[..., -4:]
    known = wanted.shape[-1]
    seen = (flat[..., 4:5].sigmoid() * flat[..., 5 : 5 + known].sigmoid()).clamp(1e-6, 1 - 1e-6)
    weight = (wanted - seen).detach().abs()
    labelled = torch.stack(
        [_inside_any(cells.centres, truth.boxes[truth.labels < known]) for truth in truths]
    )
    weight = weight * ~(labelled[..., None] & (seen > wanted).detach())
    class_loss = (functional.binary_cross_entropy(seen, wanted, reduction="none") * weight).sum()
    sure = wanted.amax(dim=-1)
    active = sure > GUIDE_SURE
    iou = _paired_iou(boxes[active], wanted_boxes[active])
    box_loss = ((1 - iou**2) * sure[active]).sum()
    return (class_loss + box_loss) / wanted[active].sum().clamp(min=1.0)


def _inside_any(points: Tensor, boxes: Tensor) -> Tensor:
    x, y = points[:, 0, None], points[:, 1, None]
    return ((x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])).any(dim=1)


def _paired_iou(first: Tensor, second: Tensor) -> Tensor:
    low, high = torch.maximum(first[:, :2], second[:, :2]), torch.minimum(first[:, 2:], second[:, 2:])
    common = (high - low).clamp(min=0).prod(dim=-1)
    area_1, area_2 = ((box[:, 2:] - box[:, :2]).prod(dim=-1) for box in (first, second))
    return common / (area_1 + area_2 - common + 1e-9)
