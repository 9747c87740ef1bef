"""The training loop: seeded, checkpointed, resumable, with an averaged copy of the weights that is the one
exported.

The learning rate rises over a short warm-up, stays, and falls to zero over the last `decay_steps`. So a run
may be prolonged or ended early without a schedule that was laid out for another length.
"""

import copy
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from models.train.augment import CLOSING, LEARNING, training_picture
from models.train.checkpoint import Progress
from models.train.cutouts import Cutout
from models.train.export import write
from models.train.guide import Guide
from models.train.network import Network
from models.train.params import TrainingParams
from models.train.sources import Source
from models.train.targets import Targets, loss

Batch = tuple[Tensor, list[Targets]]


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from: sets of photos, things to lay onto them, and the file of the base
    network."""

    sources: Sequence[Source]
    cutouts: Sequence[Cutout]
    base: Path


class Batches(IterableDataset[Batch]):
    """An endless, seeded stream of batches; starts where a resumed run left off."""

    def __init__(self, material: Material, params: TrainingParams, first_step: int) -> None:
        self._material, self._params, self._first = material, params, first_step

    def __iter__(self) -> Iterator[Batch]:
        """Yield pictures (B, 3, S, S) with their truth."""
        step, guide = self._first, Guide(self._material.base)
        while True:
            yield self._batch(step, guide)
            step += 1

    def _batch(self, step: int, guide: Guide) -> Batch:
        params = self._params
        size = params.picture_size_px(step)
        mix = CLOSING if params.is_closing(step) else LEARNING
        pictures, truths = [], []
        for place in range(params.batch):
            rng = np.random.default_rng([params.seed, step * params.batch + place])
            scene = training_picture(self._material.sources, self._material.cutouts, rng, size, mix)
            labels = torch.from_numpy(scene.boxes[:, 0].astype(np.int64))
            pictures.append(scene.picture.transpose(2, 0, 1))
            boxes, ignored = torch.from_numpy(scene.boxes[:, 1:].copy()), torch.from_numpy(scene.ignored)
            truths.append(Targets(boxes, labels, ignored, torch.from_numpy(guide(scene.clear))))
        return torch.from_numpy(np.stack(pictures)), truths


def train(network: Network, material: Material, params: TrainingParams, folder: Path) -> Network:
    """Train until `params.steps`, from the checkpoint in `folder` if there is one; gives the averaged
    network."""
    torch.manual_seed(params.seed)
    optimiser = torch.optim.AdamW(_groups(network, params), lr=params.learning_rate)
    network.to(memory_format=torch.channels_last)  # twice as fast for depthwise convolutions on the CPU
    progress = Progress(network, copy.deepcopy(network).eval(), optimiser, params, folder)
    first = progress.resume()
    stream = iter(
        DataLoader(Batches(material, params, first), batch_size=None, num_workers=1, prefetch_factor=3)
    )
    began, seen = time.monotonic(), 0
    for step in range(first, params.steps):
        parts = _step(progress, next(stream), step)
        seen += params.batch
        if (step + 1) % params.checkpoint_every == 0 or step + 1 == params.steps:
            progress.save(step + 1)
            _log(folder, step + 1, parts, seen / (time.monotonic() - began))
            began, seen = time.monotonic(), 0
        if (step + 1) % params.export_every == 0:
            write(progress.averaged, folder / f"step_{step + 1:05d}.onnx", params.size_px)
    return progress.averaged


def _step(progress: Progress, batch: Batch, step: int) -> dict[str, float]:
    network, params = progress.network.train(), progress.params
    pictures, truths = batch
    for group in progress.optimiser.param_groups:
        group["lr"] = params.rate(step) * group["share"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        maps = network(pictures.float().contiguous(memory_format=torch.channels_last))
    total, parts = loss([values.float() for values in maps], truths, params.guide_weight)
    progress.optimiser.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), params.largest_gradient)
    progress.optimiser.step()
    _average(progress.averaged, network, min(params.average_decay, (1 + step) / (10 + step)))
    return parts


@torch.no_grad()
def _average(averaged: Network, network: Network, decay: float) -> None:
    for mean, value in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _groups(network: Network, params: TrainingParams) -> list[dict[str, object]]:
    """Weights decay; biases and the numbers of normalisation do not. Each part learns at its own share."""
    shares = {
        "backbone": params.backbone_share,
        "neck": params.neck_share,
        "heads": 1.0,
        "predictions": params.prediction_share,
    }
    groups: list[dict[str, object]] = []
    for part, values in network.parts().items():
        matrices = [value for value in values if value.ndim > 1]
        vectors = [value for value in values if value.ndim <= 1]
        groups.append({"params": matrices, "weight_decay": params.weight_decay, "share": shares[part]})
        groups.append({"params": vectors, "weight_decay": 0.0, "share": shares[part]})
    return groups


def _log(folder: Path, step: int, parts: dict[str, float], speed: float) -> None:
    line = {
        "step": step,
        **{name: round(value, 4) for name, value in parts.items()},
        "pictures_per_s": round(speed, 1),
    }
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)
