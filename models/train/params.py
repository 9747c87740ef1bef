"""What a run is made of; kept beside its weights."""

from dataclasses import dataclass

import numpy as np

from models.train.split import FOLDS

SIZES_PX = (256, 288, 320, 352, 384, 416)
"""Sides of the training pictures while learning: cheaper than the full size, and a change of scale."""


@dataclass(frozen=True, slots=True)
class TrainingParams:
    """Length, rates and sizes of a run. It learns at `learning_rate`, and settles in its last
    `settling_steps`."""

    steps: int = 8500
    settling_steps: int = 1200
    batch: int = 16
    size_px: int = 416
    learning_rate: float = 8e-4
    settling_rate: float = 1e-4
    backbone_share: float = 0.3
    """Of the learning rate, for the convolutions that only see: what they know of the world is kept."""
    neck_share: float = 0.7
    prediction_share: float = 2.0
    weight_decay: float = 0.02
    warmup_steps: int = 200
    average_decay: float = 0.999
    largest_gradient: float = 20.0
    guide_weight: float = 6.0
    seed: int = 20261123
    fold: int = 6
    """Which tenth of the places is held back; a run that has seen a fold is never resumed with another."""
    checkpoint_every: int = 50
    export_every: int = 500

    def __post_init__(self) -> None:
        if not 1 <= self.settling_steps <= self.steps:
            raise ValueError(
                f"settling_steps: is {self.settling_steps}; must lie between 1 and steps ({self.steps})"
            )
        if not 0 <= self.fold < FOLDS:
            raise ValueError(f"fold: is {self.fold}; must lie between 0 and {FOLDS - 1}")
        if self.size_px % 32 or not 32 <= self.size_px <= 2048:
            raise ValueError(f"size_px: is {self.size_px}; must be a multiple of 32 up to 2048")
        if min(self.batch, self.checkpoint_every, self.export_every) < 1:
            raise ValueError("batch, checkpoint_every, export_every: must be 1 or more")

    @property
    def settles_at(self) -> int:
        """The first step of settling."""
        return self.steps - self.settling_steps

    def rate(self, step: int) -> float:
        """Learning rate at a step: a short rise, steady while learning, then falling to nothing from the
        settling rate."""
        if step >= self.settles_at:
            return self.settling_rate * (self.steps - step) / self.settling_steps
        return self.learning_rate * min(1.0, (step + 1) / self.warmup_steps)

    def is_settling(self, step: int) -> bool:
        """Whether the run is in its last part: normalisation is held, and pictures look as the detector will
        meet them."""
        return step >= self.settles_at

    def averaging(self, step: int) -> float:
        """How much of the average is kept at a step; little at first, and again when settling begins."""
        done = step - self.settles_at if self.is_settling(step) else step
        return min(self.average_decay, (1 + done) / (10 + done))

    def picture_size_px(self, step: int) -> int:
        """Side of the pictures of a step: any size at first, the full size in the last half of settling."""
        if step >= self.steps - self.settling_steps // 2:
            return self.size_px
        sizes = [size for size in SIZES_PX if size <= self.size_px] or [self.size_px]
        return sizes[int(np.random.default_rng([self.seed, step]).integers(len(sizes)))]
