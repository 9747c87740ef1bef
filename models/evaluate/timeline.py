"""What happened in a clip and what was reported, as bars and marks on one line, in percent of its length."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluate.findings import Finding
from models.evaluate.truth import Clip, TrueEvent


@dataclass(frozen=True, slots=True)
class Bar:
    """A thing from its rest to its end, and the time in which it deserves an alarm."""

    kind: str
    left: float
    width: float
    window_left: float
    window_width: float
    is_found: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """An alarm."""

    kind: str
    left: float
    is_right: bool
    said: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One clip."""

    clip: Clip
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


def timeline(clip: Clip, findings: Sequence[Finding]) -> Timeline:
    """Draw a clip's findings."""
    bars = [_bar(clip, each.thing, each.is_right) for each in findings if each.thing is not None]
    marks = [
        Mark(each.kind, _percent(clip, each.frame), each.is_right, each.reason or "right")
        for each in findings
        if each.frame is not None
    ]
    return Timeline(clip, tuple(bars), tuple(marks))


def _bar(clip: Clip, thing: TrueEvent, is_found: bool) -> Bar:
    end = clip.frames if thing.end_frame is None else thing.end_frame
    earliest = thing.start_frame if thing.alarm_not_before_frame is None else thing.alarm_not_before_frame
    latest = end if thing.alarm_by_frame is None else thing.alarm_by_frame
    left, window_left = _percent(clip, thing.start_frame), _percent(clip, earliest)
    return Bar(
        kind=thing.kind,
        left=left,
        width=_percent(clip, end) - left,
        window_left=window_left,
        window_width=_percent(clip, latest) - window_left,
        is_found=is_found,
    )


def _percent(clip: Clip, frame: float) -> float:
    return round(100 * min(max(frame / clip.frames, 0.0), 1.0), 2)
