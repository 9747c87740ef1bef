"""Keeps the regions under watch in step with what rests in the scene: new ones, grown, toppled, gone."""

from datetime import datetime, timedelta
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.still_foreground.light import LogImage, Mask
from edge_agent.still_foreground.params import StillForegroundParams
from edge_agent.still_foreground.scene import Scene
from edge_agent.still_foreground.things import Thing, cut_out, spread_out

Labels: TypeAlias = npt.NDArray[np.int32]
"""Component numbers, 0 for none."""

_NEAR = np.ones((7, 7), np.uint8)
_JOIN = np.ones((5, 5), np.uint8)
_SPECK = np.ones((3, 3), np.uint8)
_HIDDEN_PART = 0.1
_EMPTY_PART = 0.3
_WHOLE_PART = 0.8
_CHANGED_PART = 0.25
_SAME_SHAPE_IOU = 0.85


class Watch:
    """The regions under watch of one camera."""

    def __init__(self, params: StillForegroundParams, smallest_px2: float) -> None:
        self._params = params
        self._smallest_px2 = smallest_px2
        self.things: list[Thing] = []

    def held(self, scene: Scene) -> Mask:
        """Give the places under watch with their surroundings: nothing is learnt there, nor light read."""
        return cv2.dilate(spread_out(self.things, scene.foreground.shape), _NEAR)

    def update(self, scene: Scene, current: LogImage, at: datetime, elapsed_s: float) -> None:
        """Take in one instant: the empty ends, the changed is seen anew, the new comes under watch."""
        hidden = [thing for thing in self.things if thing.part_within(scene.moving) > _HIDDEN_PART]
        visible = [thing for thing in self.things if thing not in hidden]
        visible = [thing for thing in visible if not self._is_gone(thing, scene, elapsed_s)]
        lasting = [thing for thing in visible if self._lasts(thing, scene, current, at)]
        free = cv2.subtract(
            _solid(scene.resting_foreground), spread_out([*hidden, *lasting], current.shape[:2])
        )
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            cv2.morphologyEx(free, cv2.MORPH_OPEN, _SPECK)
        )
        taken: dict[int, Thing] = {}
        for thing in visible:
            label = 0 if thing in lasting else _most_frequent(labels[thing.window][thing.mask > 0])
            if label and label not in taken:
                taken[label] = thing
                self._reshape(thing, _component(labels, label), scene, current, at)
        self.things = [*hidden, *lasting, *taken.values()]
        for label in range(1, count):
            if label not in taken and stats[label, cv2.CC_STAT_AREA] >= self._smallest_px2:
                self._take_in(_component(labels, label), lasting, scene, current, at)

    def _is_gone(self, thing: Thing, scene: Scene, elapsed_s: float) -> bool:
        looks_empty = thing.part_within(scene.foreground) < _EMPTY_PART
        thing.empty_s = thing.empty_s + elapsed_s if looks_empty else 0.0
        return thing.empty_s >= self._params.gone_s

    def _lasts(self, thing: Thing, scene: Scene, current: LogImage, at: datetime) -> bool:
        """Tell whether a known thing lies there as before, or looks empty only since a moment."""
        if not thing.keeps_shape(at, self._params.min_score):
            return False
        if thing.empty_s > 0:
            return True
        is_whole = thing.part_within(scene.foreground) >= _WHOLE_PART
        return is_whole and thing.part_changed(current, 2 * self._params.contrast) <= _CHANGED_PART

    def _reshape(self, thing: Thing, component: Mask, scene: Scene, current: LogImage, at: datetime) -> None:
        same_shape = thing.overlap_with(component) >= _SAME_SHAPE_IOU
        same_look = thing.part_changed(current, 2 * self._params.contrast) <= _CHANGED_PART
        if not (same_shape and same_look):
            thing.take_shape(component, current, _still_since(scene, component, at), at)

    def _take_in(
        self, component: Mask, lasting: list[Thing], scene: Scene, current: LogImage, at: datetime
    ) -> None:
        size = cv2.countNonZero(component)
        if size > self._params.max_fraction * component.size:
            scene.absorb(component)
            return
        around = cv2.dilate(component, _JOIN)
        for thing in lasting:
            if size < cv2.countNonZero(thing.mask) and thing.part_within(around) > 0:
                thing.extend(component, current)
                return
        if len(self.things) < self._params.max_things:
            window, mask = cut_out(component)
            since = _still_since(scene, component, at)
            self.things.append(Thing(window, mask, current[window].copy(), since, at))


def _solid(resting: Mask) -> Mask:
    """Join what nearly touches, drop specks, fill holes."""
    joined = cv2.morphologyEx(cv2.morphologyEx(resting, cv2.MORPH_CLOSE, _JOIN), cv2.MORPH_OPEN, _SPECK)
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(joined, contours, -1, 255, cv2.FILLED)  # type: ignore[return-value]


def _component(labels: Labels, label: int) -> Mask:
    return (labels == label).astype(np.uint8) * np.uint8(255)


def _most_frequent(labels: Labels) -> int:
    counts = np.bincount(labels)
    counts[0] = 0
    return int(counts.argmax())


def _still_since(scene: Scene, component: Mask, at: datetime) -> datetime:
    return at - timedelta(seconds=float(np.median(scene.rest_s[component > 0])))
