"""Stillness: finds what was added to the scene and came to rest, also things that no detector class knows.

frame -> working picture -> Scene (two memories, rest clocks) -> Watch (regions) -> judge -> StillRegion*
"""

from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from edge_agent.still_foreground.light import LogImage, Mask, logarithm
from edge_agent.still_foreground.params import StillForegroundParams
from edge_agent.still_foreground.scene import Scene
from edge_agent.still_foreground.things import Thing, Window, spread_out
from edge_agent.still_foreground.verdict import judge
from edge_agent.still_foreground.watch import Watch
from edge_agent.types import BoxXyxy, Frame, Image, MovingRegion, StillRegion

_LONGEST_STEP_S = 5.0
_NEAR = np.ones((7, 7), np.uint8)
_JOIN = np.ones((5, 5), np.uint8)
_SPECK = np.ones((3, 3), np.uint8)
_JUDGE_EVERY_S = 1.0
_REMEMBER_EVERY_S = 1.0
_VERDICTS_PER_FRAME = 3
_VERDICTS_TO_DISMISS = 3
_DISMISSED_SCORE = 0.2
_DOUBTED_SCORE = 0.35
_DOUBT_S = 10.0


@dataclass(frozen=True, slots=True)
class Stillness:
    """Things added and at rest, and what stirred in this instant. While `is_settling`, neither can be believed."""

    regions: tuple[StillRegion, ...]
    stirring: tuple[MovingRegion, ...]
    is_settling: bool


class StillForeground:
    """The stillness stage of one camera. Frames come in order of capture; another size starts it anew."""

    def __init__(self, params: StillForegroundParams) -> None:
        self._params = params
        self._frame_shape: tuple[int, ...] = ()

    def update(self, frame: Frame) -> Stillness:
        """Take in one frame and give what rests in it now."""
        if frame.image.shape != self._frame_shape:
            self._begin(frame)
        current = self._working_picture(frame.image)
        elapsed_s = min(_LONGEST_STEP_S, (frame.captured_at - self._last_at).total_seconds())
        self._last_at = frame.captured_at
        self._scene.observe(current, self._watch.held(self._scene), elapsed_s)
        self._watch.update(self._scene, current, frame.captured_at, elapsed_s)
        if not self._scene.is_settling:
            self._judge_things(frame)
        held = self._watch.held(self._scene)
        self._remember_empty_frame(frame, held)
        self._scene.learn(current, held, elapsed_s)
        return Stillness(self._regions(), self._stirring(), self._scene.is_settling)

    def _begin(self, frame: Frame) -> None:
        self._frame_shape = frame.image.shape
        self._factor = -(-max(frame.image.shape[:2]) // self._params.working_side_px)
        self._scene = Scene(self._working_picture(frame.image), self._params)
        smallest_px2 = max(9.0, 0.5 * (self._params.min_side_px / self._factor) ** 2)
        self._watch = Watch(self._params, smallest_px2)
        self._empty_frame = frame.image.copy()
        self._remembered_at = self._last_at = frame.captured_at

    def _working_picture(self, image: Image) -> LogImage:
        height, width = image.shape[0] // self._factor, image.shape[1] // self._factor
        small = image[: height * self._factor, : width * self._factor]
        if self._factor > 1:
            small = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
        return logarithm(cv2.blur(small, (3, 3)))

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
        waited = thing.judged_at is None or (at - thing.judged_at).total_seconds() >= _JUDGE_EVERY_S
        is_seen = (
            thing.part_within(self._scene.moving) < 0.05 and thing.part_within(self._scene.foreground) > 0.5
        )
        return waited and is_seen

    def _judge(self, thing: Thing, frame: Frame) -> None:
        shape = self._scene.foreground.shape
        window = self._widened(thing.window)
        rows, columns = self._in_frame(window)
        region = spread_out([thing], shape)[window]
        others = cv2.bitwise_or(self._scene.foreground, spread_out(self._watch.things, shape))[window]
        others = cv2.subtract(cv2.dilate(others, _SPECK), cv2.dilate(region, _NEAR))
        verdict = judge(
            self._empty_frame[rows, columns],
            frame.image[rows, columns],
            self._enlarged(region),
            self._enlarged(others),
        )
        x, y, width, height = cv2.boundingRect(verdict.outline)
        left, top = float(columns.start + x), float(rows.start + y)
        thing.take_verdict(verdict.score, (left, top, left + width, top + height), frame.captured_at)

    def _dismiss(self, thing: Thing, image: Image) -> None:
        region = cv2.dilate(spread_out([thing], self._scene.foreground.shape), _JOIN)
        self._scene.absorb(region)
        self._copy_to_empty_frame(image, region)
        self._watch.things.remove(thing)

    def _remember_empty_frame(self, frame: Frame, held: Mask) -> None:
        """Once a second, refresh the full picture of the empty scene where nothing moves or is watched."""
        waited_s = (frame.captured_at - self._remembered_at).total_seconds()
        if not self._scene.is_settling and waited_s < _REMEMBER_EVERY_S:
            return
        self._remembered_at = frame.captured_at
        busy = cv2.dilate(cv2.bitwise_or(self._scene.foreground, self._scene.moving), _NEAR)
        self._copy_to_empty_frame(frame.image, cv2.bitwise_not(cv2.bitwise_or(busy, held)))

    def _copy_to_empty_frame(self, image: Image, place: Mask) -> None:
        large = self._enlarged(place)
        height, width = large.shape
        cv2.copyTo(image[:height, :width], large, self._empty_frame[:height, :width])

    def _enlarged(self, mask: Mask) -> Mask:
        size = (mask.shape[1] * self._factor, mask.shape[0] * self._factor)
        return cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)  # type: ignore[return-value]

    def _widened(self, window: Window) -> Window:
        """Give a window with as much of the surroundings as a verdict needs."""
        rows, columns = window
        height, width = self._scene.foreground.shape
        margin = max(rows.stop - rows.start, columns.stop - columns.start) // 2 + 6
        return (
            slice(max(0, rows.start - margin), min(height, rows.stop + margin)),
            slice(max(0, columns.start - margin), min(width, columns.stop + margin)),
        )

    def _in_frame(self, window: Window) -> Window:
        rows, columns = window
        factor = self._factor
        return slice(rows.start * factor, rows.stop * factor), slice(
            columns.start * factor, columns.stop * factor
        )

    def _regions(self) -> tuple[StillRegion, ...]:
        return tuple(
            StillRegion(thing.box_xyxy_px, thing.still_since, thing.score)
            for thing in self._watch.things
            if thing.is_judged and thing.box_xyxy_px is not None and thing.score >= self._params.min_score
        )

    def _stirring(self) -> tuple[MovingRegion, ...]:
        stirred = cv2.dilate(cv2.morphologyEx(self._scene.moving, cv2.MORPH_OPEN, _SPECK), _NEAR)
        count, _, rows, _ = cv2.connectedComponentsWithStats(stirred)
        boxes = rows[1:count, :4].tolist()
        return tuple(
            MovingRegion(self._frame_box((slice(y, y + height), slice(x, x + width)))) for x, y, width, height in boxes
        )

    def _frame_box(self, window: Window) -> BoxXyxy:
        rows, columns = self._in_frame(window)
        return float(columns.start), float(rows.start), float(columns.stop), float(rows.stop)
