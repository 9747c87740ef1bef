"""The stills that a camera remembers: dense for the last seconds, sparse for the last days, bounded in all.

When something is reported, what it looked like before and when it came to rest lies in the past. How far is
not known beforehand, so that stills are thinned out in proportion to their age instead of being cut off at
one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edge_agent.boxes import covered_fraction, shared_area_px2
from edge_agent.types import BoxXyxy
from wire_contract.vocabulary import Redaction

MAX_WATCHED = 32
"""Of more still things than this only the latest keep their stills from being thinned out."""
_MOSTLY = 0.5
_AROUND = 0.25
"""A frame is clean of people when none is within this part of the thing's size around it."""


@dataclass(frozen=True, slots=True)
class Still:
    """One redacted picture, encoded. `busy` is where people and motion were, `hidden` what was pixelated."""

    captured_at: datetime
    jpeg: bytes = field(repr=False)
    redaction: Redaction
    busy: tuple[BoxXyxy, ...]
    hidden: tuple[BoxXyxy, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A thing that came to rest and may be reported later."""

    box_xyxy_px: BoxXyxy
    since: datetime


class StillMemory:
    """Stills of one camera in order of time."""

    def __init__(self, max_stills: int, max_bytes: int, onset_window: timedelta) -> None:
        self._max_stills = max_stills
        self._max_bytes = max_bytes
        self._onset_window = onset_window
        self._stills: list[Still] = []
        self._bytes = 0

    @property
    def latest_at(self) -> datetime | None:
        """When the latest still was taken."""
        return self._stills[-1].captured_at if self._stills else None

    def __len__(self) -> int:
        return len(self._stills)

    def add(self, still: Still, watched: Sequence[Watched]) -> None:
        """Take in a still; those that the watched things need are thinned out last."""
        if self._stills and still.captured_at <= self._stills[-1].captured_at:
            self._forget_from(still.captured_at)
        self._stills.append(still)
        self._bytes += len(still.jpeg)
        while len(self._stills) > self._max_stills or (
            self._bytes > self._max_bytes and len(self._stills) > 1
        ):
            self._thin_out(watched)

    def before(self, thing: Watched) -> Still | None:
        """Give the last still before the thing came, with nobody near its place; else the last one before."""
        earlier = [still for still in self._stills if still.captured_at < thing.since]
        surroundings = _grown(thing.box_xyxy_px, _AROUND)
        for still in reversed(earlier):
            if not any(shared_area_px2(surroundings, box) > 0 for box in still.busy):
                return still
        return earlier[-1] if earlier else None

    def onset(self, thing: Watched) -> Still | None:
        """Give the first still after the thing came to rest that shows it; else the least hidden."""
        latest = thing.since + self._onset_window
        window = [still for still in self._stills if thing.since <= still.captured_at <= latest]
        hidden = _hidden_part(thing.box_xyxy_px)
        for still in window:
            if hidden(still) < _MOSTLY:
                return still
        return min(window, key=hidden, default=None)

    def _thin_out(self, watched: Sequence[Watched]) -> None:
        """Drop the still whose neighbours stand closest together for its age."""
        latest = sorted(watched, key=lambda thing: thing.since)[-MAX_WATCHED:]
        needed = {id(still) for thing in latest for still in (self.before(thing), self.onset(thing))}
        newest_at = self._stills[-1].captured_at
        inner = range(1, len(self._stills) - 1)
        free = [index for index in inner if id(self._stills[index]) not in needed]
        victim = min(free, key=lambda index: self._density_rank(index, newest_at), default=0)
        self._bytes -= len(self._stills.pop(victim).jpeg)

    def _density_rank(self, index: int, newest_at: datetime) -> float:
        gap = self._stills[index + 1].captured_at - self._stills[index - 1].captured_at
        age = newest_at - self._stills[index].captured_at
        return gap.total_seconds() / (age.total_seconds() + 1.0)

    def _forget_from(self, at: datetime) -> None:
        """Footage began anew or the clock was set back: what lies ahead was never before."""
        kept = [still for still in self._stills if still.captured_at < at]
        self._stills, self._bytes = kept, sum(len(still.jpeg) for still in kept)


def _hidden_part(box: BoxXyxy) -> Callable[[Still], float]:
    return lambda still: max((covered_fraction(box, hidden) for hidden in still.hidden), default=0.0)


def _grown(box: BoxXyxy, part: float) -> BoxXyxy:
    across, down = part * (box[2] - box[0]), part * (box[3] - box[1])
    return (box[0] - across, box[1] - down, box[2] + across, box[3] + down)
