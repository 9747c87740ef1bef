"""Sums findings up: the figures of a run, of a kind, of a clip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from models.evaluate.findings import Finding
from models.evaluate.truth import Clip


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one set of findings; None where they cannot be known. Errors are medians unless named
    otherwise, and count found things alone.
    """

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
    geotag_error_m_p95: float | None
    geotag_ellipse_coverage: float | None
    """Part of the fixes whose stated 95 % ellipse holds the truth."""
    clear_width_error_m_median: float | None
    clear_width_error_m_max: float | None
    changed_area_error_median: float | None
    """Of the true area."""
    camera_hours: float
    cpu_s_per_s: float | None = None
    """Processor seconds per second of footage; None where nothing was run."""


def scores(findings: Sequence[Finding], clips: Sequence[Clip], cpu_s_per_s: float | None = None) -> Scores:
    """Sum up the findings in some clips."""
    true = sum(finding.thing is not None for finding in findings)
    reported = sum(finding.report is not None for finding in findings)
    right = sum(finding.is_right for finding in findings)
    geotag_errors_m = _known(finding.geotag_error_m for finding in findings)
    width_errors_m = _known(finding.clear_width_error_m for finding in findings)
    inside = _known(finding.is_in_ellipse for finding in findings)
    hours, false_in_hours = _watched(findings, clips)
    return Scores(
        true_events=true,
        reported_events=reported,
        precision=right / reported if reported else None,
        recall=right / true if true else None,
        f1=2 * right / (true + reported) if true + reported else None,
        false_alarms=reported - right,
        false_alarms_per_camera_hour=false_in_hours / hours if hours > 0 else None,
        identity_switches=sum(finding.is_switch for finding in findings),
        time_to_alarm_s_median=_median(_known(finding.time_to_alarm_s for finding in findings)),
        geotag_error_m_median=_median(geotag_errors_m),
        geotag_error_m_p95=float(np.percentile(geotag_errors_m, 95)) if geotag_errors_m else None,
        geotag_ellipse_coverage=sum(inside) / len(inside) if inside else None,
        clear_width_error_m_median=_median(width_errors_m),
        clear_width_error_m_max=max(width_errors_m, default=None),
        changed_area_error_median=_median(_known(finding.changed_area_error for finding in findings)),
        camera_hours=hours,
        cpu_s_per_s=cpu_s_per_s,
    )


def in_life(clips: Iterable[Clip]) -> list[Clip]:
    """Give the clips whose time a rate may be taken over: a time lapse's days would drown all others, so
    that they count only where there is nothing else.
    """
    clips = list(clips)
    return [clip for clip in clips if not clip.is_time_lapse] or clips


def _watched(findings: Sequence[Finding], clips: Sequence[Clip]) -> tuple[float, int]:
    """Give hours, and the false alarms in them."""
    counted = in_life(clips)
    names = {clip.name for clip in counted}
    false = sum(finding.is_false_alarm and finding.clip in names for finding in findings)
    return sum(clip.hours for clip in counted), false


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _median(values: Sequence[float]) -> float | None:
    return float(median(values)) if values else None
