"""Shows the detector the chosen crops of each frame and gives what it found as one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.boxes import covered_fraction
from edge_agent.detect.merge import merge_crops
from edge_agent.detect.news import SeenPlaces
from edge_agent.detect.plan import LookParams, LookPlan, LookPlanner
from edge_agent.ports import Detector
from edge_agent.types import BoxXyxy, Detection, Frame, Motion, Track, Zone

_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame gave. `covered`: the crops that the detector saw, in pixels of the frame.

    Where nothing was covered an absent detection means nothing; `detector_ran` is false when nothing was.
    """

    detections: tuple[Detection, ...]
    detector_ran: bool
    covered: tuple[BoxXyxy, ...]


@dataclass(slots=True)
class LookCounts:
    """Totals since start, for metrics. `crops_left_out` is what the cap kept from being looked at."""

    frames: int = 0
    frames_looked_at: int = 0
    crops: int = 0
    zone_crops: int = 0
    verify_crops: int = 0
    crops_left_out: int = 0


class Looker:
    """Looks at the frames of one camera."""

    def __init__(self, detector: Detector, params: LookParams, zones: Sequence[Zone]) -> None:
        self._detector = detector
        self._params = params
        self._zones = zones
        self._planner: LookPlanner | None = None
        self._seen = SeenPlaces(params.verify_every_s)
        self._frame_size_px = (0, 0)
        self._look_again: tuple[BoxXyxy, ...] = ()
        self.counts = LookCounts()

    def look(self, frame: Frame, motion: Motion, tracks: Sequence[Track]) -> Look:
        """Show the detector what is worth it and merge what it finds; boxes in pixels of the frame."""
        self.counts.frames += 1
        if not self._detector.labels:
            return Look((), detector_ran=False, covered=())
        planner = self._planner_for(frame)
        news = self._seen.news(frame, motion)
        plan = planner.choose(frame.captured_at, news, tracks, self._look_again)
        self._look_again = ()
        self._count(plan)
        if not plan.crops:
            return Look((), detector_ran=False, covered=())
        merged = merge_crops([(crop, self._detect(frame, crop)) for crop in plan.crops], self._frame_size_px)
        planner.note_shown(plan.crops, frame.captured_at, tracks)
        self._seen.note_shown(plan.crops)
        self._look_again = tuple(box for box in merged.cut_boxes if not _is_known(box, tracks))
        return Look(merged.detections, detector_ran=True, covered=plan.crops)

    def _planner_for(self, frame: Frame) -> LookPlanner:
        """Give the planner; a camera that changes its frame size begins anew."""
        height, width = frame.image.shape[:2]
        if self._planner is None or self._frame_size_px != (width, height):
            self._frame_size_px = (width, height)
            self._planner = LookPlanner(self._params, self._zones, self._frame_size_px)
            self._seen = SeenPlaces(self._params.verify_every_s)
            self._look_again = ()
        return self._planner

    def _detect(self, frame: Frame, crop: BoxXyxy) -> list[Detection]:
        x1, y1, x2, y2 = (int(value) for value in crop)
        return self._detector.detect(frame.image[y1:y2, x1:x2])

    def _count(self, plan: LookPlan) -> None:
        self.counts.frames_looked_at += bool(plan.crops)
        self.counts.crops += len(plan.crops)
        self.counts.zone_crops += plan.zone_crops
        self.counts.verify_crops += plan.verify_crops
        self.counts.crops_left_out += plan.left_out


def _is_known(box: BoxXyxy, tracks: Sequence[Track]) -> bool:
    """A known parked car beside a busy gate is cut by each crop, and need not be looked at each time."""
    return any(covered_fraction(box, track.box_xyxy_px) > _KNOWN for track in tracks)
