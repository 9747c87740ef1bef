"""A region under watch: from the rest of a place that differs from the empty scene until it looks empty."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import cv2
import numpy as np

from edge_agent.appearance.light import LogImage, strongest_channel
from edge_agent.appearance.masks import Mask, blank, both, marked, size_px2
from edge_agent.types import BoxXyxy

Window = tuple[slice, slice]
"""Rows and columns of the working picture."""

_VOTES_KEPT = 6
_VOTES_TO_BELIEVE = 2
_GROWS_FOR_S = 3.0


@dataclass(slots=True)
class Thing:
    """One region under watch at working scale.

    `mask` and `look` (what it looked like when it came to rest) fill `window`.
    """

    window: Window
    mask: Mask
    look: LogImage
    still_since: datetime
    shaped_at: datetime
    box_xyxy_px: BoxXyxy | None = None
    scores: list[float] = field(default_factory=list)
    judged_at: datetime | None = None
    empty_s: float = 0.0
    was_split: bool = False

    @property
    def score(self) -> float:
        """Mean certainty of the latest verdicts that something was added, in [0, 1]."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0

    @property
    def is_judged(self) -> bool:
        """True when enough verdicts were given to believe their mean."""
        return len(self.scores) >= _VOTES_TO_BELIEVE

    def keeps_shape(self, at: datetime, min_score: float) -> bool:
        """Tell whether it is a known thing, which neighbours do not flow into any more."""
        is_grown = (at - self.shaped_at).total_seconds() >= _GROWS_FOR_S
        return is_grown and self.is_judged and self.score >= min_score

    def take_verdict(self, score: float, box_xyxy_px: BoxXyxy, at: datetime) -> None:
        """Count one more verdict; what is added is drawn where the verdict found it."""
        self.scores = [*self.scores[1 - _VOTES_KEPT :], score]
        self.judged_at = at
        self.box_xyxy_px = box_xyxy_px

    def part_within(self, area: Mask) -> float:
        """Give the fraction of the thing that lies in an area of the working picture."""
        return size_px2(both(self.mask, area[self.window])) / size_px2(self.mask)

    def part_changed(self, current: LogImage, contrast: float) -> float:
        """Give the fraction of the thing that no longer looks as when it came to rest, light left aside."""
        change = current[self.window] - self.look
        change = change - np.median(change[self.mask > 0], axis=0)
        changed = marked(strongest_channel(change) > contrast)
        return size_px2(both(self.mask, changed)) / size_px2(self.mask)

    def overlap_with(self, component: Mask) -> float:
        """Give the intersection over union with a mask of the working picture."""
        shared = size_px2(both(self.mask, component[self.window]))
        return shared / (size_px2(self.mask) + size_px2(component) - shared)

    def extend(self, component: Mask, current: LogImage) -> None:
        """Add a part that came to rest later."""
        whole = component.copy()
        whole[self.window] |= self.mask
        self.window, self.mask = cut_out(whole)
        self.look = current[self.window].copy()

    def take_shape(self, component: Mask, current: LogImage, still_since: datetime, at: datetime) -> None:
        """Begin anew with another shape or look: more of it rests, it toppled, what hid a part of it left."""
        self.window, self.mask = cut_out(component)
        self.look = current[self.window].copy()
        self.still_since, self.shaped_at = still_since, at
        self.scores, self.judged_at, self.empty_s = [], None, 0.0


def cut_out(component: Mask) -> tuple[Window, Mask]:
    """Give the smallest window around a mask and the mask inside it."""
    x, y, width, height = cv2.boundingRect(component)
    window = (slice(y, y + height), slice(x, x + width))
    return window, component[window].copy()


def area_of(things: Iterable[Thing], shape: tuple[int, ...]) -> Mask:
    """Give the mask of the working picture with all these things marked."""
    area = blank(shape)
    for thing in things:
        area[thing.window] |= thing.mask
    return area
