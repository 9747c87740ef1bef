"""Rival (b): two backgrounds that learn at different rates; what is new only to the slow one is static.

F. Porikli, Y. Ivanov, T. Haga, Robust Abandoned Object Detection Using Dual Foregrounds, EURASIP Journal on
Advances in Signal Processing 2008, 197875: long-term and short-term foreground (section 2), and for each
pixel an evidence score that rises while it is in the first and not in the second, and falls otherwise
(section 3). No detector: a thing is a region of pixels whose evidence is full.

Chosen by itself, scaled to the camera's dwell so that it works at each: OpenCV's mixture of Gaussians
(Zivkovic 2004) at half size, as the authors of ObjLeft do; a new thing is taken into the short background
after a fifth of the dwell and into the long one after three dwells; a pixel is foreground at eight standard
deviations, because fewer make compression noise static; evidence is full when the dwell is over; a
region of less than 0.1 % of the picture is noise; pieces up to nine pixels apart are one region, which is
reported once most of its evidence is full, so that no corner of a car is taken for the car; a region that
overlaps one reported within the last minute is that one; the models begin with the average of the first
frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.boxes import shared_area_px2
from edge_agent.config.camera import CameraSettings
from edge_agent.pipeline import frame_size_px
from edge_agent.types import BoxXyxy, Frame, Image
from models.evaluate.rivals.alarms import Alarms
from models.evaluate.rivals.posts import Posts, posts_of
from models.evaluate.systems import Watcher
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventKind

SCALE = 0.5
SHORT_PART, LONG_DWELLS = 0.2, 3.0
"""After what part of the dwell, and how many dwells, a new thing counts as background."""
NEW_WEIGHT = 0.1
"""OpenCV's mixture takes a mode for background once the others weigh less than 0.9."""
SQUARED_DEVIATIONS = 64.0
MIN_AREA = 0.001
GAP_PX, MATURE = (9, 9), 0.7
BEGIN_FRAMES = 25
FORGOTTEN = timedelta(seconds=60)
FOREGROUND = 255
"""In OpenCV's masks; a shadow is less."""

Mask = npt.NDArray[np.bool_]


class DualBackground:
    """Finds whatever comes to rest."""

    name = "dual_background"
    kinds = frozenset({EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE})

    def watch(self, settings: CameraSettings) -> Watcher:
        """Begin to watch a camera."""
        return _Camera(settings)


class _Background:
    """A mixture of Gaussians that takes a new thing for background after some frames."""

    def __init__(self, frames: float) -> None:
        self._rate = NEW_WEIGHT / max(frames, 1.0)
        self._model = cv2.createBackgroundSubtractorMOG2(varThreshold=SQUARED_DEVIATIONS, detectShadows=True)
        self._seen = 0

    def foreground(self, image: Image) -> Mask:
        """Learn from a frame and give what does not belong to the background."""
        self._seen += 1
        rate = 1.0 / self._seen if self._seen <= BEGIN_FRAMES else self._rate
        mask: Mask = np.equal(self._model.apply(image, learningRate=rate), FOREGROUND)
        return mask


class _StaticRegions:
    """The pixels' evidence."""

    def __init__(self, dwell_frames: float, image: Image) -> None:
        self._short = _Background(SHORT_PART * dwell_frames)
        self._long = _Background(LONG_DWELLS * dwell_frames)
        self._full = max(1, round((1 - SHORT_PART) * dwell_frames))
        self._evidence = np.zeros(_halved(image).shape[:2], np.int32)

    def update(self, image: Image) -> list[BoxXyxy]:
        """Take in a frame and give the boxes of regions with full evidence, in its pixels."""
        small = _halved(image)
        static = self._long.foreground(small) & ~self._short.foreground(small)
        self._evidence = np.clip(self._evidence + np.where(static, 1, -1), 0, self._full)
        return list(self._boxes())

    def _boxes(self) -> Iterator[BoxXyxy]:
        full, half = self._evidence >= self._full, 2 * self._evidence >= self._full
        joined = cv2.morphologyEx(half.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(GAP_PX, np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
        for label, (x, y, width, height, _) in enumerate(stats.tolist()):
            inside = labels == label
            static = np.count_nonzero(full & inside)
            is_mature = static >= MATURE * np.count_nonzero(half & inside)
            if label > 0 and is_mature and static >= MIN_AREA * full.size:
                yield x / SCALE, y / SCALE, (x + width) / SCALE, (y + height) / SCALE


@dataclass(slots=True)
class _Reported:
    box: BoxXyxy
    last_at: datetime


class _Camera:
    """One camera; all is made with its first frame."""

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._posts: Posts | None = None
        self._alarms: Alarms | None = None
        self._regions: _StaticRegions | None = None
        self._reported: list[_Reported] = []

    def step(self, frame: Frame) -> None:
        """Report regions that have been static for the dwell."""
        size_px = frame_size_px(frame)
        self._posts = self._posts or posts_of(self._settings, size_px)
        self._alarms = self._alarms or Alarms(DualBackground.name, self._settings, size_px)
        if not self._posts.posts:
            return
        dwell_s = min(post.dwell_s for post in self._posts.posts)
        fps = self._settings.camera.analyse_fps
        self._regions = self._regions or _StaticRegions(dwell_s * fps, frame.image)
        for box in self._regions.update(frame.image):
            post = self._posts.at_foot_of(box)
            if self._is_new(box, frame.captured_at) and post is not None:
                self._reported.append(_Reported(box, frame.captured_at))
                since = frame.captured_at - timedelta(seconds=dwell_s)
                self._alarms.raise_alarm(frame, post, box, since, "static region")

    def messages(self) -> Sequence[EventMessage]:
        """Give what was reported."""
        return [] if self._alarms is None else self._alarms.messages

    def _is_new(self, box: BoxXyxy, at: datetime) -> bool:
        self._reported = [each for each in self._reported if at - each.last_at <= FORGOTTEN]
        known = [each for each in self._reported if shared_area_px2(each.box, box) > 0]
        for each in known:
            each.last_at = at
        return not known


def _halved(image: Image) -> Image:
    return np.asarray(cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA), np.uint8)
