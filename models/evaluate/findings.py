"""Compares the events of one clip with its things: which thing was found by which event, what was missed,
what was a false alarm and why.

An event is right when it is of the thing's kind, raised in the time in which that thing deserves an alarm,
and its box at the alarm overlaps the thing with IoU >= 0.5; pairs are one to one. A fault of the camera has
no place: there kind and time decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from edge_agent.boxes import iou
from edge_agent.types import AttributeValue
from models.evaluate.matching import MIN_IOU, match
from models.evaluate.places import distance_m, is_in_ellipse
from models.evaluate.reports import Report
from models.evaluate.truth import Clip, TrueEvent
from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class Finding:
    """With thing and event it is right, with the thing alone a miss, with the event alone a false alarm.

    `frame` is that of the alarm. `is_switch`: the event is a further one of a thing that had one already.
    """

    clip: str
    kind: str
    thing: TrueEvent | None = None
    report: Report | None = None
    frame: float | None = None
    reason: str = ""
    is_switch: bool = False
    time_to_alarm_s: float | None = None
    geotag_error_m: float | None = None
    is_in_ellipse: bool | None = None
    clear_width_error_m: float | None = None
    changed_area_error: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether a thing was found."""
        return self.thing is not None and self.report is not None

    @property
    def is_miss(self) -> bool:
        """Whether a thing was not found."""
        return self.report is None

    @property
    def is_false_alarm(self) -> bool:
        """Whether nothing deserved this event."""
        return self.thing is None


def find(clip: Clip, reports: Sequence[Report], start_at: datetime) -> list[Finding]:
    """Judge the events of a clip whose frame 0 was at `start_at`; the order of `reports` does not matter."""
    reports = sorted(reports, key=lambda report: (report.raised_at, report.event_id))
    things = clip.true_events
    frames = [(report.raised_at - start_at).total_seconds() / clip.step_s for report in reports]
    overlaps = np.array(
        [
            [overlap(thing, report) if is_in_time(thing, frame, clip) else 0.0 for thing in things]
            for report, frame in zip(reports, frames, strict=True)
        ],
        dtype=np.float64,
    ).reshape(len(reports), len(things))
    thing_of = dict(match(overlaps))
    right = [
        _right(clip, things[thing], reports[report], frames[report]) for report, thing in thing_of.items()
    ]
    false = _false_alarms(clip, reports, frames, thing_of)
    missed = [
        Finding(clip.name, thing.kind, thing=thing, reason=_why_missed(thing, clip, reports, frames))
        for index, thing in enumerate(things)
        if index not in thing_of.values()
    ]
    return [*right, *missed, *false]


def is_in_time(thing: TrueEvent, frame: float, clip: Clip) -> bool:
    """Tell whether an alarm at a frame is in the time in which the thing deserves one."""
    earliest = thing.start_frame if thing.alarm_not_before_frame is None else thing.alarm_not_before_frame
    ends = (thing.alarm_by_frame, thing.end_frame, clip.frames)
    latest = next(end for end in ends if end is not None)
    return earliest - clip.frames_of_doubt <= frame <= latest + clip.frames_of_doubt


def overlap(thing: TrueEvent, report: Report) -> float:
    """Give the overlap of the alarm with the thing, 0 for another kind; a camera fault is everywhere."""
    if thing.kind != report.kind:
        return 0.0
    if thing.kind == EventKind.CAMERA_HEALTH:
        return 1.0
    return _iou(thing, report)


def _right(clip: Clip, thing: TrueEvent, report: Report, frame: float) -> Finding:
    place = thing.lonlat if report.fix is not None and report.fix.method == "homography" else None
    fix = report.fix
    return Finding(
        clip.name,
        thing.kind,
        thing,
        report,
        frame,
        time_to_alarm_s=(frame - thing.start_frame) * clip.step_s,
        geotag_error_m=distance_m(place, (fix.lon, fix.lat)) if place and fix else None,
        is_in_ellipse=is_in_ellipse(fix, place) if place and fix else None,
        clear_width_error_m=_difference(report.attributes.get("clear_width_m"), thing.clear_width_m),
        changed_area_error=_relative(report.last_attributes.get("changed_area_m2"), thing.changed_area_m2),
    )


def _difference(said: AttributeValue, true: float | None) -> float | None:
    return abs(float(said) - true) if true is not None and isinstance(said, int | float) else None


def _relative(said: AttributeValue, true: float | None) -> float | None:
    error = _difference(said, true)
    return error / true if error is not None and true else None


def _false_alarms(
    clip: Clip, reports: Sequence[Report], frames: Sequence[float], thing_of: dict[int, int]
) -> list[Finding]:
    """Judge the events that found nothing. A thing's further events are switches of its identity."""
    has_event = set(thing_of.values())
    found = []
    for index, (report, frame) in enumerate(zip(reports, frames, strict=True)):
        if index in thing_of:
            continue
        on = _lies_on(clip, report, frame)
        is_switch = on is not None and on in has_event
        reason = "a further event of one thing" if is_switch else _why_false(clip, report, frame)
        found.append(
            Finding(clip.name, report.kind, report=report, frame=frame, reason=reason, is_switch=is_switch)
        )
        has_event.update(() if on is None else (on,))
    return found


def _lies_on(clip: Clip, report: Report, frame: float) -> int | None:
    """Give the index of the thing that was there and that the event shows best."""
    shown = {
        index: overlap(thing, report)
        for index, thing in enumerate(clip.true_events)
        if _exists(thing, frame, clip) and overlap(thing, report) >= MIN_IOU
    }
    return max(shown, key=shown.__getitem__, default=None)


def _exists(thing: TrueEvent, frame: float, clip: Clip) -> bool:
    end = clip.frames if thing.end_frame is None else thing.end_frame
    return thing.start_frame - clip.frames_of_doubt <= frame <= end + clip.frames_of_doubt


def _iou(thing: TrueEvent, report: Report) -> float:
    return max((iou(box, report.boxes[0]) for box in thing.boxes), default=0.0)


def _why_false(clip: Clip, report: Report, frame: float) -> str:
    nearest = max(clip.true_events, key=lambda thing: _iou(thing, report), default=None)
    if nearest is None or (_iou(nearest, report) == 0 and report.kind != EventKind.CAMERA_HEALTH):
        return "nothing deserves an event there"
    return _mismatch(nearest, clip, report, frame)


def _why_missed(thing: TrueEvent, clip: Clip, reports: Sequence[Report], frames: Sequence[float]) -> str:
    pairs = [
        (report, frame)
        for report, frame in zip(reports, frames, strict=True)
        if _iou(thing, report) > 0 or (thing.kind == report.kind == EventKind.CAMERA_HEALTH)
    ]
    if not pairs:
        return "no event there"
    nearest, frame = max(pairs, key=lambda pair: _iou(thing, pair[0]))
    return _mismatch(thing, clip, nearest, frame)


def _mismatch(thing: TrueEvent, clip: Clip, report: Report, frame: float) -> str:
    """Say why an event near a thing is not about it."""
    if thing.kind != report.kind:
        return f"{report.kind} raised for a {thing.kind}"
    if overlap(thing, report) < MIN_IOU:
        return f"its box overlaps the thing with IoU {_iou(thing, report):.2f} only"
    if is_in_time(thing, frame, clip):
        return "another event is of this thing"
    earliest = thing.start_frame if thing.alarm_not_before_frame is None else thing.alarm_not_before_frame
    when = "early" if frame < earliest else "late"
    return f"raised too {when}, at frame {frame:.0f}"
