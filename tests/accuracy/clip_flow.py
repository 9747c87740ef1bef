"""Runs footage through the edge stages up to the garbage_drop rule and judges its events by the truth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import av
import cv2
import numpy as np

from edge_agent.boxes import iou
from edge_agent.detect import Looker, LookParams, open_detector
from edge_agent.motion import MotionGate, MotionParams
from edge_agent.rules.garbage_drop import GarbageDrop, GarbageDropParams
from edge_agent.still_foreground import StillForeground, StillForegroundParams
from edge_agent.track.params import TrackerParams
from edge_agent.track.tracker import Tracker
from edge_agent.types import BoxXyxy, Event, Frame, Image, Observation, Track, Zone, ZoneKind
from wire_contract.vocabulary import EventPhase

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
WHOLE_PICTURE = (Zone("whole", ZoneKind.DROP_ZONE, ((0, 0), (1, 0), (1, 1), (0, 1))),)

TimedImage = tuple[float, Image]
"""Seconds since the start of the footage, and the picture."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The one true event of a piece of footage: where the thing lies, and when the alarm may come."""

    boxes: tuple[BoxXyxy, ...]
    alarm_from_s: float
    alarm_until_s: float


def video(path: Path, fps: float) -> Iterator[TimedImage]:
    """Yield the frames of a video, timed by a constant rate as `edge-agent replay` does."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            yield number / fps, np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def folder(path: Path, fps: float) -> Iterator[TimedImage]:
    """Yield the pictures of a folder in order of name, timed by a constant rate."""
    for number, file in enumerate(sorted(path.glob("*.jpg"))):
        image = cv2.imread(str(file))
        assert image is not None, file
        yield number / fps, np.asarray(image, dtype=np.uint8)


def thinned(footage: Iterable[TimedImage], analyse_fps: float) -> Iterator[TimedImage]:
    """Keep the frames that are analysed."""
    due_s = float("-inf")
    for at_s, image in footage:
        if at_s >= due_s - 0.1 / analyse_fps:
            yield at_s, image
            due_s = at_s + 1 / analyse_fps if at_s - due_s >= 1 / analyse_fps else due_s + 1 / analyse_fps


def garbage_drops(
    footage: Iterable[TimedImage],
    alarm_after_s: float = 10.0,
    model: str = "none",
    zones: Sequence[Zone] = WHOLE_PICTURE,
) -> list[Event]:
    """Give the events that a camera with this footage would raise and close, in order."""
    motion, stillness, tracker = (
        MotionGate(MotionParams()),
        StillForeground(StillForegroundParams()),
        Tracker(TrackerParams()),
    )
    looker = Looker(open_detector(model), LookParams(), zones)
    numbers = count()
    rule = GarbageDrop(
        GarbageDropParams(alarm_after_s=alarm_after_s), zones, lambda: f"event-{next(numbers)}"
    )
    events: list[Event] = []
    tracks: tuple[Track, ...] = ()
    for number, (at_s, image) in enumerate(footage):
        frame = Frame("camera", number, START + timedelta(seconds=at_s), image)
        size_px = (image.shape[1], image.shape[0])
        moved = motion.update(frame)
        look = looker.look(frame, moved, tracks)
        tracks = tracker.update(frame.captured_at, look.detections, look.covered, size_px)
        still = stillness.update(frame)
        events += rule.update(
            Observation(
                "camera",
                frame.captured_at,
                size_px,
                tracks=tracks,
                still_regions=still.regions,
                moving_regions=moved.moving_regions,
                stirring_regions=still.stirring,
                detector_ran=look.detector_ran,
                looked_at=look.covered,
                background_settling=still.is_settling,
            )
        )
    return events


def opened(events: Sequence[Event]) -> list[Event]:
    """Give the alarms among events."""
    return [event for event in events if event.phase is EventPhase.OPENED]


def faults(events: Sequence[Event], truth: Truth | None) -> list[str]:
    """Say what is wrong with the alarms, one line each; nothing when exactly the true ones came."""
    alarms = opened(events)
    if truth is None:
        return [f"false alarm {_describe(alarm)}" for alarm in alarms]
    found = [alarm for alarm in alarms if max(iou(alarm.box_xyxy_px, box) for box in truth.boxes) >= 0.5]
    wrong = [f"false alarm {_describe(alarm)}" for alarm in alarms if alarm not in found]
    wrong += [] if found else ["missed"]
    wrong += [f"alarm again {_describe(alarm)}" for alarm in found[1:]]
    for alarm in found[:1]:
        raised_s = (alarm.raised_at - START).total_seconds()
        if not truth.alarm_from_s <= raised_s <= truth.alarm_until_s:
            wrong.append(
                f"raised at {raised_s:.1f} s instead of {truth.alarm_from_s:.1f}-{truth.alarm_until_s:.1f} s"
            )
    return wrong


def _describe(alarm: Event) -> str:
    box = [round(value) for value in alarm.box_xyxy_px]
    return f"at {(alarm.raised_at - START).total_seconds():.1f} s in {box}, score {alarm.score:.2f}"
