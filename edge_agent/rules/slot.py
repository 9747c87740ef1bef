"""One slot: the place of one still thing, and how its clocks go on when it is seen, hidden or missing."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp
from typing import Any

from edge_agent.boxes import blend, centre_distance_px, iou, size_px
from edge_agent.rules.sightings import UNKNOWN_GROUP, Sighting
from edge_agent.types import BoxXyxy, StillOrigin

BACKDATING = timedelta(seconds=3)
"""Rest is told late, from its begin, which may lie so long before the thing was last seen moving."""

DETECTOR_DRAWS_FOR = timedelta(seconds=30)
"""A box of the detector stands for so long against those of other sources."""


class SlotState(StrEnum):
    """Life of a slot; the state diagram stands in `slots`."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    CLEARING = "clearing"
    CLOSED = "closed"


class SlotCause(StrEnum):
    """Why a slot closed."""

    REMOVED = "removed"
    """The place was seen empty."""
    MOVED = "moved"
    """The thing was seen going away."""
    REPLACED = "replaced"
    """The place was seen empty, then another thing came to rest in it."""
    OCCLUDED = "occluded"
    """Something hid the place for too long."""
    CAMERA_DOWN = "camera_down"
    """It went while nobody looked."""


@dataclass(frozen=True, slots=True)
class SlotParams:
    """Settings of slot memory. Times in seconds of wall clock, distances in box sizes."""

    match_iou: float = 0.35
    """A sighting that overlaps a slot this much is the slot's thing, in (0, 1]."""
    move_tolerance: float = 0.3
    """A candidate that strays further from where it came to rest starts its dwell again (box sizes)."""
    creep_per_s: float = 0.08
    """Straying allowed on top for each second of dwell to what never quite moves (box sizes per second)."""
    smoothing_s: float = 2.0
    """Time constant of a slot's box and score."""
    forget_candidate_after_s: float = 10.0
    """A candidate seen empty for this long is forgotten."""
    clear_after_s: float = 30.0
    """A confirmed slot seen empty for this long is closed."""
    replaced_after_s: float = 3.0
    """A slot seen empty for this long belongs no more to a thing that then arrives from elsewhere."""
    cover_fraction: float = 0.5
    """A slot hidden this much by something at least as large is covered, not empty, in (0, 1]."""
    hold_covered_s: float = 600.0
    """A slot covered for longer than this is closed as occluded."""
    max_gap_s: float = 30.0
    """A longer gap between two instants pauses all clocks."""
    max_slots: int = 100
    """Hard cap; the excess is counted in `SlotMemory.refused`."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(f"{field.name}: {value} must be greater than 0")
        for name in ("match_iou", "cover_fraction"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not in (0, 1]")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where a thing rests or rested.

    `rested_at`: when it came to rest. `paused_s`: time in gaps of the footage since then, which the dwell
    leaves out. `seen_s` of `judged_s`: how long it was seen, of the time in which it could have been seen.
    `missing_since` and `covered_since` are set while it is seen empty, or hidden. `is_unwatched`: not seen
    since the last gap. `detected_at`: when the detector last saw it. `is_resting`: known to rest when last
    seen. `raised_at`, `event_id` and `sequence` belong to its event, once it is confirmed.
    """

    slot_id: int
    state: SlotState
    label: str
    group: str
    score: float
    box_xyxy_px: BoxXyxy
    rest_box_xyxy_px: BoxXyxy
    origins: frozenset[StillOrigin]
    track_id: int | None
    rested_at: datetime
    last_seen_at: datetime
    paused_s: float = 0.0
    seen_s: float = 0.0
    judged_s: float = 0.0
    missing_since: datetime | None = None
    covered_since: datetime | None = None
    is_unwatched: bool = False
    is_resting: bool = True
    event_id: str | None = None
    sequence: int = 0
    raised_at: datetime | None = None
    cause: SlotCause | None = None
    closed_at: datetime | None = None
    detected_at: datetime | None = None

    @property
    def has_event(self) -> bool:
        """Tell whether an event was raised for it."""
        return self.event_id is not None

    @property
    def is_in_view(self) -> bool:
        """Tell whether it was seen when last looked for: neither missing nor hidden."""
        return self.missing_since is None and self.covered_since is None and not self.is_unwatched

    @property
    def seen_fraction(self) -> float:
        """Give the part of the time, in [0, 1], in which it was seen where it could have been seen."""
        return self.seen_s / self.judged_s if self.judged_s > 0 else 1.0

    def dwell_s(self, at: datetime) -> float:
        """Give how long it has been at rest, gaps of the footage left out."""
        return (at - self.rested_at).total_seconds() - self.paused_s

    def was_empty(self, at: datetime, params: SlotParams) -> bool:
        """Tell whether the place was seen empty for so long that what comes now is another thing."""
        return (
            self.missing_since is not None
            and (at - self.missing_since).total_seconds() >= params.replaced_after_s
        )

    def accepts(self, sighting: Sighting, at: datetime, params: SlotParams) -> bool:
        """Tell whether a sighting at this place can be this thing, by its group and by how it came here."""
        if UNKNOWN_GROUP not in (self.group, sighting.group) and self.group != sighting.group:
            return False
        if self.has_event and sighting.was_moving(at) and sighting.track_id != self.track_id:
            return False
        return not (self.was_empty(at, params) and self._comes_from_elsewhere(sighting, at))

    def _comes_from_elsewhere(self, sighting: Sighting, at: datetime) -> bool:
        """Tell whether a thing was on the move after this one was last seen."""
        rested = sighting.rests_since or at
        return sighting.was_moving(rested) and rested > self.last_seen_at

    def was_left_by(self, sighting: Sighting) -> bool:
        """Tell whether an alarmed thing, by its track, came to rest elsewhere since it was last seen here."""
        is_same = self.track_id is not None and self.track_id == sighting.track_id
        rested = sighting.rests_since
        return self.has_event and is_same and rested is not None and rested > self.last_seen_at - BACKDATING

    def seen(self, sighting: Sighting, at: datetime, elapsed_s: float, params: SlotParams) -> "Slot":
        """Give the slot after its thing was seen."""
        is_here = iou(self.box_xyxy_px, sighting.box_xyxy_px) >= params.match_iou
        weight = 1.0 - exp(-elapsed_s / params.smoothing_s) if is_here else 1.0
        is_detected = sighting.origin is StillOrigin.DETECTOR
        is_first_look = is_detected and self.detected_at is None and sighting.rests_since is not None
        box_weight = 1.0 if is_first_look and is_here else weight
        # A passer-by that took over the track must not carry an event away, nor a shadow widen a thing.
        if (self.has_event and sighting.was_moving(at)) or (
            not is_detected and self._is_drawn_by_detector(at)
        ):
            box_weight = 0.0
        knows_class = sighting.group != UNKNOWN_GROUP or self.group == UNKNOWN_GROUP
        slot = replace(
            self,
            state=SlotState.CONFIRMED if self.state is SlotState.CLEARING else self.state,
            label=sighting.label if knows_class else self.label,
            group=sighting.group if knows_class else self.group,
            score=self.score + weight * (sighting.score - self.score),
            box_xyxy_px=blend(self.box_xyxy_px, sighting.box_xyxy_px, box_weight),
            rest_box_xyxy_px=sighting.box_xyxy_px if is_first_look else self.rest_box_xyxy_px,
            origins=self.origins | {sighting.origin},
            detected_at=at if is_detected else self.detected_at,
            track_id=self.track_id if sighting.track_id is None else sighting.track_id,
            last_seen_at=at,
            seen_s=self.seen_s + elapsed_s,
            judged_s=self.judged_s + elapsed_s,
            missing_since=None,
            covered_since=None,
            is_unwatched=False,
            is_resting=sighting.rests_since is not None,
        )
        return slot._rest_again(at) if slot._has_strayed(sighting.was_moving(at), at, params) else slot

    def _is_drawn_by_detector(self, at: datetime) -> bool:
        """Tell whether the detector's box stands: a region of still foreground holds the shadow, too."""
        return self.detected_at is not None and at - self.detected_at <= DETECTOR_DRAWS_FOR

    def _has_strayed(self, is_moving: bool, at: datetime, params: SlotParams) -> bool:
        """Tell whether a candidate left where it came to rest, as what moves up in a queue does."""
        if self.state is not SlotState.CANDIDATE:
            return False
        creep_sizes = 0.0 if is_moving else params.creep_per_s * self.dwell_s(at)
        allowed_sizes = params.move_tolerance + creep_sizes
        distance_px = centre_distance_px(self.box_xyxy_px, self.rest_box_xyxy_px)
        return distance_px > allowed_sizes * size_px(self.rest_box_xyxy_px)

    def _rest_again(self, at: datetime) -> "Slot":
        return replace(
            self, rest_box_xyxy_px=self.box_xyxy_px, rested_at=at, paused_s=0.0, seen_s=0.0, judged_s=0.0
        )

    def missed(self, at: datetime, elapsed_s: float) -> "Slot":
        """Give the slot after its place was seen without it."""
        return replace(
            self,
            state=SlotState.CLEARING if self.state is SlotState.CONFIRMED else self.state,
            judged_s=self.judged_s + elapsed_s,
            missing_since=self.missing_since or at,
            covered_since=None,
        )

    def covered(self, at: datetime) -> "Slot":
        """Give the slot after something hid its place: time that tells nothing."""
        return replace(self, missing_since=None, covered_since=self.covered_since or at)

    def after_gap(self, gap_s: float) -> "Slot":
        """Give the slot after nobody looked for a while: its clocks stood still."""
        return replace(
            self, paused_s=self.paused_s + gap_s, missing_since=None, covered_since=None, is_unwatched=True
        )

    def end_cause(self, at: datetime, params: SlotParams) -> SlotCause | None:
        """Tell why the slot ends at this instant, or None while it lives."""
        if self.covered_since is not None:
            is_over = (at - self.covered_since).total_seconds() > params.hold_covered_s
            return SlotCause.OCCLUDED if is_over else None
        patience_s = params.clear_after_s if self.has_event else params.forget_candidate_after_s
        if self.missing_since is None or (at - self.missing_since).total_seconds() < patience_s:
            return None
        return SlotCause.CAMERA_DOWN if self.is_unwatched else SlotCause.REMOVED

    def closed(self, at: datetime, cause: SlotCause) -> "Slot":
        """Give the ended slot, its sequence number ready for the last message.

        It ended when it was first seen missing or hidden.
        """
        since = self.missing_since or self.covered_since or at
        return replace(self, state=SlotState.CLOSED, cause=cause, closed_at=since, sequence=self.sequence + 1)


def slot_to_json(slot: Slot) -> dict[str, Any]:
    """Give a slot as plain JSON values, times as RFC 3339."""
    row = {field.name: getattr(slot, field.name) for field in fields(slot)}
    times = {name: value.isoformat() for name, value in row.items() if isinstance(value, datetime)}
    return (
        row
        | times
        | {
            "origins": sorted(slot.origins),
            "box_xyxy_px": list(slot.box_xyxy_px),
            "rest_box_xyxy_px": list(slot.rest_box_xyxy_px),
        }
    )


def slot_from_json(row: dict[str, Any]) -> Slot:
    """Read what `slot_to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    times = {name: datetime.fromisoformat(row[name]) for name in _TIMES if row.get(name) is not None}
    return Slot(
        **row
        | times
        | {
            "state": SlotState(row["state"]),
            "cause": None if row["cause"] is None else SlotCause(row["cause"]),
            "origins": frozenset(StillOrigin(origin) for origin in row["origins"]),
            "box_xyxy_px": tuple(row["box_xyxy_px"]),
            "rest_box_xyxy_px": tuple(row["rest_box_xyxy_px"]),
        }
    )


_TIMES = (
    "rested_at",
    "last_seen_at",
    "missing_since",
    "covered_since",
    "raised_at",
    "closed_at",
    "detected_at",
)
