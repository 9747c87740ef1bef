"""Puts the fixes of a track in order before it is matched, and sets aside what cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass

from map_server.domain.plane import LocalPlane
from map_server.domain.track_match import MatchedTrack, TrackFix
from map_server.domain.travel import FASTEST_M_S

_AGREE = 3
"""So many fixes in a row that fit each other are believed, though the way to them was too far."""


@dataclass(frozen=True, slots=True)
class CleanTrack:
    """Fixes in order of time, far enough apart to tell a direction, and the count of the others."""

    fixes: tuple[TrackFix, ...]
    counts: MatchedTrack


def cleaned(track: Sequence[TrackFix], worst_accuracy_m: float, apart_m: float) -> CleanTrack:
    """Leave out doubles, inaccurate and made-up fixes, jumps that no team can make, and standing still."""
    usable = [fix for fix in track if fix.accuracy_m <= worst_accuracy_m and not fix.is_mock]
    made_up = sum(fix.is_mock for fix in track)
    ordered = [fix for _, fix in sorted({fix.at: fix for fix in usable}.items())]
    believed = _without_jumps(ordered)
    counts = MatchedTrack(
        doubted=made_up + len(ordered) - len(believed), skipped=len(track) - made_up - len(ordered)
    )
    return CleanTrack(tuple(_apart(believed, apart_m)), counts)


def _without_jumps(ordered: Sequence[TrackFix]) -> list[TrackFix]:
    """Leave out fixes to which no team can have moved; a new place where it stays is believed."""
    believed: list[TrackFix] = []
    waiting: list[TrackFix] = []
    for fix in ordered:
        if not believed or _can_follow(believed[-1], fix):
            believed.append(fix)
            waiting = []
            continue
        waiting = [*waiting, fix] if not waiting or _can_follow(waiting[-1], fix) else [fix]
        if len(waiting) >= _AGREE:
            believed += waiting
            waiting = []
    return believed


def _can_follow(one: TrackFix, other: TrackFix) -> bool:
    seconds = (other.at - one.at).total_seconds()
    return _metres(one, other) - one.accuracy_m - other.accuracy_m <= FASTEST_M_S * max(seconds, 1.0)


def _apart(fixes: Sequence[TrackFix], apart_m: float) -> list[TrackFix]:
    """Keep fixes that lie apart by their own noise, and the last one."""
    kept: list[TrackFix] = []
    for fix in fixes:
        if not kept or _metres(kept[-1], fix) >= max(apart_m, fix.accuracy_m):
            kept.append(fix)
    if fixes and kept[-1] is not fixes[-1]:
        kept.append(fixes[-1])
    return kept


def _metres(one: TrackFix, other: TrackFix) -> float:
    east, north = LocalPlane(one.point).xy_m(other.point)
    return float((east * east + north * north) ** 0.5)
