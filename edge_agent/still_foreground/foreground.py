"""Stillness: finds what was added to the scene and came to rest, also things that no detector class knows.

frame -> working picture -> Scene (two memories, rest clocks) -> Watch (regions) -> judge -> StillRegion*
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2

from edge_agent.appearance.light import logarithm, smoothed
from edge_agent.appearance.masks import (
    Mask,
    components,
    either,
    enlarged,
    grown,
    outside,
    size_px2,
    without,
    without_specks,
)
from edge_agent.appearance.verdict import judge
from edge_agent.boxes import size_px
from edge_agent.still_foreground.empty_frame import EmptyFrame, EmptyFrameFile, WorkingScale
from edge_agent.still_foreground.ghosts import uncovered_ground
from edge_agent.still_foreground.params import StillForegroundParams
from edge_agent.still_foreground.scene import Scene
from edge_agent.still_foreground.things import Thing, Window, area_of
from edge_agent.still_foreground.watch import Watch
from edge_agent.types import BoxXyxy, Frame, Image, MovingRegion, StillRegion

_LONGEST_STEP_S = 5.0
_AROUND_PX = 3
_JUDGE_EVERY_S = 1.0
_JUDGE_KNOWN_EVERY_S = 5.0
_VERDICTS_PER_FRAME = 3
_VERDICTS_TO_DISMISS = 3
_DISMISSED_SCORE = 0.2
_DOUBTED_SCORE = 0.35
_DOUBT_S = 10.0
_LEAST_SPLIT = 0.15
_REFRESH_EVERY_S = 1.0
_SAVE_EVERY_S = 300.0


@dataclass(frozen=True, slots=True)
class Stillness:
    """Things added and at rest, and what stirred in this instant.

    While `is_settling`, an absent thing means nothing.
    """

    regions: tuple[StillRegion, ...]
    stirring: tuple[MovingRegion, ...]
    is_settling: bool


class StillForeground:
    """The stillness stage of one camera. Frames come in order of capture; another size starts it anew.

    With `memory_file` the empty scene outlives a restart: what was left before is found again.
    """

    def __init__(self, params: StillForegroundParams, memory_file: Path | None = None) -> None:
        self._params = params
        self._file = EmptyFrameFile(memory_file, _SAVE_EVERY_S) if memory_file is not None else None
        self._view: _View | None = None

    def update(self, frame: Frame, people: Sequence[BoxXyxy] = ()) -> Stillness:
        """Take in one frame and give what rests in it now; `people` are hidden in what is stored."""
        if self._view is None or self._view.frame_shape != frame.image.shape:
            stored = self._file.read(frame.image) if self._file is not None else None
            self._view = _View(self._params, frame, stored)
        stillness = self._view.update(frame)
        if self._file is not None and not stillness.is_settling:
            self._file.write(self._view.empty_frame.image, people, frame.captured_at)
        return stillness


class _View:
    """All that is known of one camera's scene at one frame size."""

    def __init__(self, params: StillForegroundParams, frame: Frame, stored: Image | None) -> None:
        empty = frame.image if stored is None else stored
        self.frame_shape = frame.image.shape
        self._params = params
        self._scale = WorkingScale(frame.image, params.working_side_px)
        self._scene = Scene(self._scale.picture(empty), params, is_known=stored is not None)
        self._watch = Watch(params, max(9.0, 0.5 * (params.min_side_px / self._scale.factor) ** 2))
        self.empty_frame = EmptyFrame(empty, self._scale)
        self._refreshed_at = self._last_at = frame.captured_at

    def update(self, frame: Frame) -> Stillness:
        """Take in one frame."""
        at, scene = frame.captured_at, self._scene
        current = self._scale.picture(frame.image)
        elapsed_s = min(_LONGEST_STEP_S, max(0.0, (at - self._last_at).total_seconds()))
        self._last_at = at
        scene.observe(current, self._watch.held(self._scale.shape), elapsed_s)
        self._watch.update(scene, current, at, elapsed_s)
        if not scene.is_settling:
            self._judge_things(frame)
        held = self._watch.held(self._scale.shape)
        self._refresh_empty_frame(frame, held)
        scene.learn(current, held, elapsed_s)
        return Stillness(self._regions(), self._stirring(), scene.is_settling)

    def _judge_things(self, frame: Frame) -> None:
        """Give verdicts in turn, and let the scene take in what nothing was added to."""
        at = frame.captured_at
        due = [thing for thing in self._watch.things if self._is_due(thing, at)]
        due.sort(key=lambda thing: (thing.judged_at is not None, thing.judged_at or at))
        for thing in due[:_VERDICTS_PER_FRAME]:
            self._judge(thing, frame)
            doubted = thing.score < _DOUBTED_SCORE and (at - thing.still_since).total_seconds() > _DOUBT_S
            if len(thing.scores) >= _VERDICTS_TO_DISMISS and (thing.score < _DISMISSED_SCORE or doubted):
                self._dismiss(thing, frame.image)

    def _is_due(self, thing: Thing, at: datetime) -> bool:
        is_known = thing.keeps_shape(at, self._params.min_score)
        pause_s = _JUDGE_KNOWN_EVERY_S if is_known else _JUDGE_EVERY_S
        has_waited = thing.judged_at is None or (at - thing.judged_at).total_seconds() >= pause_s
        is_still = thing.part_within(self._scene.moving) < 0.05
        return has_waited and is_still and thing.part_within(self._scene.foreground) > 0.5

    def _judge(self, thing: Thing, frame: Frame) -> None:
        window = self._widened(thing.window)
        region = area_of([thing], self._scale.shape)[window]
        busy = either(self._scene.foreground, area_of(self._watch.things, self._scale.shape))[window]
        rows, columns = self._scale.in_frame(window)
        verdict = judge(
            self.empty_frame.crop(window, self._scene.empty),
            logarithm(smoothed(frame.image[rows, columns])),
            enlarged(region, self._scale.factor),
            enlarged(without(grown(busy, 1), grown(region, _AROUND_PX)), self._scale.factor),
        )
        x, y, width, height = cv2.boundingRect(verdict.outline)
        left, top = float(columns.start + x), float(rows.start + y)
        thing.take_verdict(verdict.score, (left, top, left + width, top + height), frame.captured_at)

    def _dismiss(self, thing: Thing, image: Image) -> None:
        """Let the scene take in a region to which nothing was added.

        A ghost beside a real thing is one region with it: at first only what is bare ground now is taken in.
        """
        region = area_of([thing], self._scale.shape)
        if not thing.was_split:
            others = without(either(self._scene.foreground, self._scene.moving), region)
            ground = uncovered_ground(self._scene.recent, region, others)
            if _LEAST_SPLIT < size_px2(ground) / size_px2(region) < 1 - _LEAST_SPLIT:
                thing.was_split, thing.scores = True, []
                self._absorb(ground, image)
                return
        self._absorb(grown(region, 2), image)
        self._watch.things.remove(thing)

    def _absorb(self, region: Mask, image: Image) -> None:
        self._scene.absorb(region)
        self.empty_frame.refresh(image, region)

    def _refresh_empty_frame(self, frame: Frame, held: Mask) -> None:
        """Once a second, take over what is neither foreground nor under watch."""
        waited_s = (frame.captured_at - self._refreshed_at).total_seconds()
        if waited_s < _REFRESH_EVERY_S and not self._scene.is_settling:
            return
        self._refreshed_at = frame.captured_at
        busy = grown(either(self._scene.foreground, self._scene.moving), _AROUND_PX)
        self.empty_frame.refresh(frame.image, outside(either(busy, held)))

    def _widened(self, window: Window) -> Window:
        """Give a window with as much of the surroundings as a verdict needs."""
        rows, columns = window
        height, width = self._scale.shape
        margin = max(rows.stop - rows.start, columns.stop - columns.start) // 2 + 6
        return (
            slice(max(0, rows.start - margin), min(height, rows.stop + margin)),
            slice(max(0, columns.start - margin), min(width, columns.stop + margin)),
        )

    def _regions(self) -> tuple[StillRegion, ...]:
        return tuple(
            StillRegion(thing.box_xyxy_px, thing.still_since, thing.score)
            for thing in self._watch.things
            if thing.is_judged
            and thing.box_xyxy_px is not None
            and thing.score >= self._params.min_score
            and size_px(thing.box_xyxy_px) >= self._params.min_side_px
        )

    def _stirring(self) -> tuple[MovingRegion, ...]:
        _, measures = components(grown(without_specks(self._scene.moving), _AROUND_PX))
        windows = [(slice(y, y + height), slice(x, x + width)) for x, y, width, height, _ in measures]
        return tuple(MovingRegion(self._frame_box(window)) for window in windows)

    def _frame_box(self, window: Window) -> BoxXyxy:
        rows, columns = self._scale.in_frame(window)
        return float(columns.start), float(rows.start), float(columns.stop), float(rows.stop)
