"""Scores events against truth: found or missed, false, late, misplaced, and things that changed identity.

An event is right when it is of the thing's kind, raised in the time in which that thing deserves an alarm,
and its box overlaps the thing with IoU >= 0.5; pairs are one to one. Whatever is raised beside that is a
false alarm; a false alarm on a thing that has its event already is also an identity switch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from statistics import median

import numpy as np

from edge_agent.boxes import iou
from models.evaluate.matching import MIN_IOU, match
from models.evaluate.reports import Report
from models.evaluate.truth import Clip, TrueEvent, Truth

FRAMES_OF_DOUBT = 10
"""Truth is written by watching: so many frames before or after are no fault."""

EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing and what was reported of it; either may be missing. Alarm times count from the thing's rest."""

    clip: str
    kind: str
    is_true: bool
    is_reported: bool
    is_switch: bool = False
    time_to_alarm_s: float | None = None
    geotag_error_m: float | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one set of findings; None where they cannot be known."""

    true_events: int
    reported_events: int
    precision: float | None
    recall: float | None
    f1: float | None
    false_alarms: int
    false_alarms_per_camera_hour: float | None
    identity_switches: int
    time_to_alarm_s_median: float | None
    geotag_error_m_median: float | None


def evaluate(truth: Truth, reports: Sequence[Report], start_at: datetime) -> dict[str, object]:
    """Give `overall`, `by_kind` and `by_clip`. Frame n of a clip was at `start_at` + n / fps."""
    findings = [
        finding for clip in truth.clips for finding in _find(clip, _of_clip(reports, clip, truth), start_at)
    ]
    hours = sum(clip.hours for clip in truth.clips)
    kinds = sorted({finding.kind for finding in findings})
    return {
        "overall": asdict(scores(findings, hours)),
        "by_kind": {
            kind: asdict(scores([each for each in findings if each.kind == kind], hours)) for kind in kinds
        },
        "by_clip": {
            clip.name: asdict(scores([each for each in findings if each.clip == clip.name], clip.hours))
            for clip in truth.clips
        },
    }


def unplaced(truth: Truth, reports: Iterable[Report]) -> set[str]:
    """Give the cameras of reports that belong to no clip, which would be left out silently."""
    if len(truth.clips) == 1:
        return set()
    return {report.camera_id for report in reports} - {clip.name for clip in truth.clips}


def scores(findings: Sequence[Finding], hours: float) -> Scores:
    """Sum up findings over so many camera hours."""
    true = sum(finding.is_true for finding in findings)
    reported = sum(finding.is_reported for finding in findings)
    right = sum(finding.is_true and finding.is_reported for finding in findings)
    delays = [finding.time_to_alarm_s for finding in findings if finding.time_to_alarm_s is not None]
    errors = [finding.geotag_error_m for finding in findings if finding.geotag_error_m is not None]
    return Scores(
        true_events=true,
        reported_events=reported,
        precision=right / reported if reported else None,
        recall=right / true if true else None,
        f1=2 * right / (true + reported) if true + reported else None,
        false_alarms=reported - right,
        false_alarms_per_camera_hour=(reported - right) / hours if hours > 0 else None,
        identity_switches=sum(finding.is_switch for finding in findings),
        time_to_alarm_s_median=median(delays) if delays else None,
        geotag_error_m_median=median(errors) if errors else None,
    )


def _of_clip(reports: Sequence[Report], clip: Clip, truth: Truth) -> list[Report]:
    return [report for report in reports if len(truth.clips) == 1 or report.camera_id == clip.name]


def _find(clip: Clip, reports: Sequence[Report], start_at: datetime) -> list[Finding]:
    things = clip.true_events
    frames = [(report.raised_at - start_at).total_seconds() * clip.fps for report in reports]
    overlaps = np.array(
        [
            [_overlap(thing, report) if _is_in_time(thing, frame, clip) else 0.0 for thing in things]
            for report, frame in zip(reports, frames, strict=True)
        ]
    ).reshape(len(reports), len(things))
    pairs = dict(match(overlaps))
    found = [_right(clip, things[thing], reports[report], frames[report]) for report, thing in pairs.items()]
    missed = [
        Finding(clip.name, thing.kind, is_true=True, is_reported=False)
        for index, thing in enumerate(things)
        if index not in pairs.values()
    ]
    matched_things = [things[index] for index in pairs.values()]
    false = [
        Finding(clip.name, report.kind, False, True, is_switch=_is_on_any(report, matched_things))
        for index, report in enumerate(reports)
        if index not in pairs
    ]
    return [*found, *missed, *false]


def _right(clip: Clip, thing: TrueEvent, report: Report, frame: float) -> Finding:
    error_m = None
    if thing.lonlat is not None and report.fix is not None:
        error_m = distance_m(thing.lonlat, (report.fix.lon, report.fix.lat))
    delay_s = (frame - thing.start_frame) / clip.fps
    return Finding(clip.name, thing.kind, True, True, time_to_alarm_s=delay_s, geotag_error_m=error_m)


def _is_in_time(thing: TrueEvent, frame: float, clip: Clip) -> bool:
    earliest = thing.start_frame if thing.alarm_not_before_frame is None else thing.alarm_not_before_frame
    ends = (thing.alarm_by_frame, thing.end_frame, clip.frames)
    latest = next(end for end in ends if end is not None)
    return earliest - FRAMES_OF_DOUBT <= frame <= latest + FRAMES_OF_DOUBT


def _overlap(thing: TrueEvent, report: Report) -> float:
    """Give the overlap of the alarm's box with the thing."""
    if thing.kind != report.kind:
        return 0.0
    return max((iou(box, report.boxes[0]) for box in thing.boxes), default=0.0)


def _is_on_any(report: Report, things: Sequence[TrueEvent]) -> bool:
    return any(_overlap(thing, report) >= MIN_IOU for thing in things)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two places, lon and lat in degrees, on a sphere (haversine; right to 0.5 %)."""
    (lon1, lat1), (lon2, lat2) = ((radians(lon), radians(lat)) for lon, lat in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(half))
