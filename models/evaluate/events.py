"""Scores events against truth: overall, by kind, by clip."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.evaluate.figures import Scores, in_life, scores
from models.evaluate.findings import Finding, find
from models.evaluate.reports import Report
from models.evaluate.truth import Clip, Truth
from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one system, with the findings that gave them."""

    overall: Scores
    by_kind: Mapping[str, Scores]
    by_clip: Mapping[str, Scores]
    findings: tuple[Finding, ...]


def evaluate(truth: Truth, reports: Sequence[Report], start_at: datetime) -> Evaluation:
    """Score the events of a truth file's clips. Frame n of a clip was at `start_at` plus n steps.

    A truth of one clip takes all events, else an event belongs to the clip whose name is its camera's id.
    """
    findings = [
        finding for clip in truth.clips for finding in find(clip, _of_clip(reports, clip, truth), start_at)
    ]
    return sum_up(findings, truth.clips)


def sum_up(
    findings: Sequence[Finding], clips: Sequence[Clip], cpu_s: Mapping[str, float] | None = None
) -> Evaluation:
    """Sum up findings; `cpu_s` are the processor seconds that each clip took."""
    kinds = sorted({str(finding.kind) for finding in findings})
    return Evaluation(
        overall=scores(findings, clips, _cpu_s_per_s(clips, cpu_s)),
        by_kind={
            kind: scores([each for each in findings if each.kind == kind], _watching(kind, clips))
            for kind in kinds
        },
        by_clip={
            clip.name: scores(
                [each for each in findings if each.clip == clip.name], [clip], _cpu_s_per_s([clip], cpu_s)
            )
            for clip in clips
        },
        findings=tuple(findings),
    )


def unplaced(truth: Truth, reports: Iterable[Report]) -> set[str]:
    """Give the cameras of reports that belong to no clip, which would be left out silently."""
    if len(truth.clips) == 1:
        return set()
    return {report.camera_id for report in reports} - {clip.name for clip in truth.clips}


def _of_clip(reports: Sequence[Report], clip: Clip, truth: Truth) -> list[Report]:
    return [report for report in reports if len(truth.clips) == 1 or report.camera_id == clip.name]


def _watching(kind: str, clips: Sequence[Clip]) -> Sequence[Clip]:
    """Give the clips whose hours count for a kind: structures are watched in time lapses."""
    lapses = [clip for clip in clips if clip.is_time_lapse]
    return lapses if lapses and kind == EventKind.ILLEGAL_STRUCTURE else clips


def _cpu_s_per_s(clips: Sequence[Clip], cpu_s: Mapping[str, float] | None) -> float | None:
    if cpu_s is None:
        return None
    counted = [clip for clip in in_life(clips) if clip.name in cpu_s]
    footage_s = sum(clip.hours for clip in counted) * 3600
    return sum(cpu_s[clip.name] for clip in counted) / footage_s if footage_s > 0 else None
