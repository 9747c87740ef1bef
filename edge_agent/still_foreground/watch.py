"""Keeps the regions under watch in step with what rests in the scene: new ones, grown, toppled, gone."""

from datetime import datetime, timedelta

import numpy as np

from edge_agent.appearance.light import LogImage
from edge_agent.appearance.masks import (
    Mask,
    commonest,
    components,
    filled,
    grown,
    joined,
    marked,
    size_px2,
    without,
    without_specks,
)
from edge_agent.still_foreground.params import StillForegroundParams
from edge_agent.still_foreground.scene import Scene
from edge_agent.still_foreground.things import Thing, area_of, cut_out

_AROUND_PX = 3
_JOIN_PX = 2
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

    def held(self, shape: tuple[int, ...]) -> Mask:
        """Give the places under watch with their surroundings: nothing is learnt there, nor light read."""
        return grown(area_of(self.things, shape), _AROUND_PX)

    def update(self, scene: Scene, current: LogImage, at: datetime, elapsed_s: float) -> None:
        """Take in one instant: the empty ends, the changed is seen anew, the new comes under watch."""
        hidden = [thing for thing in self.things if thing.part_within(scene.moving) > _HIDDEN_PART]
        visible = [thing for thing in self.things if thing not in hidden]
        visible = [thing for thing in visible if not self._is_gone(thing, scene, elapsed_s)]
        lasting = [thing for thing in visible if self._lasts(thing, scene, current, at)]
        resting = filled(without_specks(joined(scene.resting_foreground, _JOIN_PX)))
        free = without_specks(without(resting, area_of((*hidden, *lasting), current.shape)))
        labels, measures = components(free)
        taken: dict[int, Thing] = {}
        for thing in visible:
            label = 0 if thing in lasting else commonest(labels[thing.window], thing.mask)
            if label and label not in taken:
                taken[label] = thing
                self._reshape(thing, marked(labels == label), scene, current, at)
        self.things = [*hidden, *lasting, *taken.values()]
        for label, (_, _, _, _, area) in enumerate(measures, start=1):
            if label not in taken and area >= self._smallest_px2:
                self._take_in(marked(labels == label), lasting, scene, current, at)

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
        has_shape = thing.overlap_with(component) >= _SAME_SHAPE_IOU
        has_look = thing.part_changed(current, 2 * self._params.contrast) <= _CHANGED_PART
        if not (has_shape and has_look):
            thing.take_shape(component, current, _still_since(scene, component, at), at)

    def _take_in(
        self, component: Mask, lasting: list[Thing], scene: Scene, current: LogImage, at: datetime
    ) -> None:
        """Put a region under watch; a small one that touches a known thing is a part of it."""
        area = size_px2(component)
        if area > self._params.max_fraction * component.size:
            scene.absorb(component)
            return
        reach = grown(component, _JOIN_PX)
        for thing in lasting:
            if area < size_px2(thing.mask) and thing.part_within(reach) > 0:
                thing.extend(component, current)
                return
        if len(self.things) < self._params.max_things:
            window, mask = cut_out(component)
            since = _still_since(scene, component, at)
            self.things.append(Thing(window, mask, current[window].copy(), since, at))


def _still_since(scene: Scene, component: Mask, at: datetime) -> datetime:
    return at - timedelta(seconds=float(np.median(scene.rest_s[component > 0])))
