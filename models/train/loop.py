"""The training loop: seeded, checkpointed, resumable, with an averaged copy of the weights that is the one
exported.

A run learns at one rate, so it may be prolonged or ended early, and then settles: from the averaged weights,
at a low and falling rate, with the statistics of normalisation held. While those are taken from each batch,
the network that is trained is not quite the one that is exported, and does not quite see what the base
network sees, whatever it has learnt. Settling trains the one that is exported.
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

from models.train.augment import LEARNING, SETTLING, Mix, Scene, matching_picture, training_picture
from models.train.checkpoint import Progress
from models.train.classes import LEFT_TO_GUIDE
from models.train.cutouts import Cutout
from models.train.export import write
from models.train.guide import Guide
from models.train.network import Network
from models.train.params import TrainingParams
from models.train.sources import Source
from models.train.targets import Targets, loss

Batch = tuple[Tensor, list[Targets]]

MATCHING_SHARE = 0.2
"""How often a picture only serves to see the same as the base network."""


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from: sets of photos, things to lay onto them, and the file of the base
    network."""

    sources: Sequence[Source]
    cutouts: Sequence[Cutout]
    base: Path

    def scene(self, rng: np.random.Generator, size: int, mix: Mix) -> Scene:
        """Make a picture to learn from, or one to match the base network in."""
        if rng.random() < MATCHING_SHARE:
            world = [each for each in self.sources if each.name == "coco"]
            return matching_picture(self.sources, world, rng, size, mix)
        return training_picture(self.sources, self.cutouts, rng, size, mix)


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
        mix = SETTLING if params.is_settling(step) else LEARNING
        pictures, truths = [], []
        for place in range(params.batch):
            rng = np.random.default_rng([params.seed, step * params.batch + place])
            scene = self._material.scene(rng, size, mix)
            pictures.append(scene.picture.transpose(2, 0, 1))
            truths.append(_targets(scene, guide))
        return torch.from_numpy(np.stack(pictures)), truths


def _targets(scene: Scene, guide: Guide) -> Targets:
    is_left = scene.boxes[:, 0] == LEFT_TO_GUIDE
    labelled, left = scene.boxes[~is_left], scene.boxes[is_left]
    return Targets(
        torch.from_numpy(labelled[:, 1:].copy()),
        torch.from_numpy(labelled[:, 0].astype(np.int64)),
        torch.from_numpy(scene.ignored),
        torch.from_numpy(left[:, 1:].copy()),
        torch.from_numpy(guide(scene.picture)),
    )


def train(network: Network, material: Material, params: TrainingParams, folder: Path) -> Network:
    """Train until `params.steps`, from the checkpoint in `folder` if there is one; gives the averaged
    network."""
    torch.manual_seed(params.seed)
    network.to(memory_format=torch.channels_last)  # twice as fast for depthwise convolutions on the CPU
    progress = Progress(network, copy.deepcopy(network).eval(), _optimiser(network, params), params, folder)
    first = progress.resume()
    stream = iter(
        DataLoader(Batches(material, params, first), batch_size=None, num_workers=1, prefetch_factor=3)
    )
    began, seen = time.monotonic(), 0
    for step in range(first, params.steps):
        if step == params.settles_at:
            network.load_state_dict(progress.averaged.state_dict())
            progress.optimiser = _optimiser(network, params)
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
    if params.is_settling(step):
        network.hold_normalisation()
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
    _average(progress.averaged, network, params.averaging(step))
    return parts


@torch.no_grad()
def _average(averaged: Network, network: Network, decay: float) -> None:
    for mean, value in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _optimiser(network: Network, params: TrainingParams) -> torch.optim.Optimizer:
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
    return torch.optim.AdamW(groups, lr=params.learning_rate)


def _log(folder: Path, step: int, parts: dict[str, float], speed: float) -> None:
    line = {
        "step": step,
        **{name: round(value, 4) for name, value in parts.items()},
        "pictures_per_s": round(speed, 1),
    }
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)
