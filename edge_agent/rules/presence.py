"""Who was near a place, and when: tells whether a thing is attended now, and who brought it.

Persons come from the detector's tracks. Where no detector looks, whatever stirs counts as a person.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from math import hypot

from edge_agent.boxes import area_px2, covered_fraction, iou, shared_area_px2
from edge_agent.ports import GroundPlane
from edge_agent.types import BoxXyxy, Observation, TrackState

_ATTENDED_WIDTHS = 2.0
"""A thing is attended while a person is nearer than this many widths of it.

Source: definition of attended baggage in PETS 2006 and AVSS 2007 (i-LIDS abandoned baggage).
"""
_ATTENDED_M = 1.5
_PERSON_HEIGHTS = 0.9
"""1.5 m in heights of a person's box, where no ground plane tells metres."""
_FORESHORTENING = 2.0
"""Pixels up the picture are worth this much more ground than pixels across (camera tilted by 30 degrees)."""
_LEAVES_AT = 1.25
"""Who was near goes away only this much further off, so that swaying at the border changes nothing."""
_TOUCHES_AT = 0.25
_SAME_PLACE_IOU = 0.5
_MEMORY = timedelta(seconds=180)
_DETECTOR_TRUSTED_FOR = timedelta(seconds=30)
_BEFORE_REST, _AFTER_REST = timedelta(seconds=6), timedelta(seconds=3)
_JUST_NOW = timedelta(seconds=1.1)
_STEP = 0.5
"""How far a walker gets in that time, in sizes of its box, beyond touching where it was."""
_BEARER_PER_THING = 1.5
"""Who brings a thing looks this many times as large as the thing; what does not, came by itself (a car)."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A person, or something that stirs and may be one (`track_id` None).

    `was_standing`: it began to stir where nothing had come to before, as who stood there and now leaves.
    """

    box_xyxy_px: BoxXyxy
    track_id: int | None = None
    was_standing: bool = False


@dataclass(frozen=True, slots=True)
class AttendedClock:
    """How long a thing has been unattended, in seconds.

    It runs while nobody is near, stands still while somebody passes by, and begins anew when somebody stays.
    """

    unattended_s: float = 0.0
    attended_s: float = 0.0
    attendant_track_id: int | None = None

    @property
    def is_attended(self) -> bool:
        """Tell whether somebody was near at the latest instant."""
        return self.attended_s > 0

    def after(self, elapsed_s: float, attendant: Someone | None, stay_s: float) -> "AttendedClock":
        """Give the clock after one more instant."""
        if attendant is None:
            return AttendedClock(self.unattended_s + elapsed_s, 0.0, self.attendant_track_id)
        attended_s = self.attended_s + max(elapsed_s, 1e-3)
        stays = attended_s >= stay_s or attendant.was_standing
        unattended_s = 0.0 if stays else self.unattended_s
        return AttendedClock(unattended_s, attended_s, attendant.track_id)


class Presence:
    """Remembers for a while who was where in one camera's picture."""

    def __init__(self, person_labels: Iterable[str], ground: GroundPlane | None) -> None:
        self._person_labels = frozenset(person_labels)
        self._ground = ground
        self._past: deque[tuple[datetime, tuple[Someone, ...]]] = deque()
        self._detector_ran_at: datetime | None = None
        self._persons: tuple[Someone, ...] = ()
        self._lost: tuple[Someone, ...] = ()
        self._stirring: tuple[Someone, ...] = ()

    def update(self, observation: Observation) -> None:
        """Take in who is there now."""
        at = observation.captured_at
        if observation.detector_ran:
            self._detector_ran_at = at
        tracks = [track for track in observation.tracks if track.label in self._person_labels]
        self._persons, self._lost = (
            tuple(
                Someone(track.box_xyxy_px, track.track_id)
                for track in tracks
                if (track.state is TrackState.LOST) == is_lost
            )
            for is_lost in (False, True)
        )
        self._stirring = tuple(
            Someone(region.box_xyxy_px, was_standing=self._is_new(region.box_xyxy_px, at))
            for region in observation.stirring_regions
        )
        self._past.append((at, (*self._persons, *self._stirring)))
        while at - self._past[0][0] > _MEMORY:
            self._past.popleft()

    def is_person(self, thing: BoxXyxy) -> bool:
        """Tell whether the thing is itself a person whom the detector sees, or saw a moment ago."""
        return any(
            iou(thing, person.box_xyxy_px) >= _SAME_PLACE_IOU for person in (*self._persons, *self._lost)
        )

    def attendant(self, thing: BoxXyxy, was_attended: bool) -> Someone | None:
        """Give someone near the thing now: a person within the attended distance, other stir if it touches.

        Where no detector looks, whatever stirs and is not smaller than half of the thing counts as a person.
        """
        return self._nearest((*self._persons, *self._stirring), thing, was_attended)

    def clock_since(self, thing: BoxXyxy, since: datetime, stay_s: float) -> AttendedClock:
        """Give how long nobody was near up to now, looking back: the clock of a thing that was found late."""
        clock = AttendedClock()
        last_at = since
        for at, there in self._past:
            if at > since:
                attendant = self._nearest(there, thing, clock.is_attended)
                clock = clock.after((at - last_at).total_seconds(), attendant, stay_s)
                last_at = at
        return clock

    def _nearest(self, there: Iterable[Someone], thing: BoxXyxy, was_attended: bool) -> Someone | None:
        slack = _LEAVES_AT if was_attended else 1.0
        someone = next((someone for someone in there if self._attends(someone, thing, slack)), None)
        if someone is None or not someone.was_standing or _is_beside(thing, someone.box_xyxy_px):
            return someone
        return replace(someone, was_standing=False)

    def _attends(self, someone: Someone, thing: BoxXyxy, slack: float) -> bool:
        box = someone.box_xyxy_px
        if someone.track_id is None:
            if area_px2(box) < 0.5 * area_px2(thing):
                return False
            if not self._is_blind:
                return self._touches(thing, box)
        return self._is_near(thing, box, slack)

    def bearer(self, thing: BoxXyxy, rested_at: datetime) -> Someone | None:
        """Give who was at the place when the thing came to rest: a person, else the largest that stirred."""
        candidates = [
            someone
            for at, there in self._past
            if rested_at - _BEFORE_REST <= at <= rested_at + _AFTER_REST
            for someone in there
            if self._could_have_brought(thing, someone)
        ]
        return max(
            candidates, key=lambda one: (one.track_id is not None, area_px2(one.box_xyxy_px)), default=None
        )

    def _is_new(self, box: BoxXyxy, at: datetime) -> bool:
        """Tell whether nothing was near this place in the last second: what stirs there did not come now."""
        reach_px = _STEP * max(box[2] - box[0], box[3] - box[1])
        grown = (box[0] - reach_px, box[1] - reach_px, box[2] + reach_px, box[3] + reach_px)
        recent = takewhile(lambda entry: at - entry[0] <= _JUST_NOW, reversed(self._past))
        return not any(shared_area_px2(grown, one.box_xyxy_px) > 0 for _, there in recent for one in there)

    @property
    def _is_blind(self) -> bool:
        """True while no detector tells persons from other things."""
        if self._detector_ran_at is None or not self._past:
            return True
        return self._past[-1][0] - self._detector_ran_at > _DETECTOR_TRUSTED_FOR

    def _could_have_brought(self, thing: BoxXyxy, someone: Someone) -> bool:
        box = someone.box_xyxy_px
        is_larger = area_px2(box) >= _BEARER_PER_THING * area_px2(thing)
        return is_larger and self._is_near(thing, box, 1.0)

    def _is_near(self, thing: BoxXyxy, person: BoxXyxy, slack: float) -> bool:
        if self._touches(thing, person):
            return True
        if self._ground is not None:
            return self._distance_m(thing, person, self._ground) <= slack * self._reach_m(thing, self._ground)
        reach_px = max(_ATTENDED_WIDTHS * (thing[2] - thing[0]), _PERSON_HEIGHTS * (person[3] - person[1]))
        across = (person[0] + person[2] - thing[0] - thing[2]) / 2
        return hypot(across, _FORESHORTENING * (person[3] - thing[3])) <= slack * reach_px

    def _touches(self, thing: BoxXyxy, person: BoxXyxy) -> bool:
        return covered_fraction(thing, person) >= _TOUCHES_AT

    def _reach_m(self, thing: BoxXyxy, ground: GroundPlane) -> float:
        scale = ground.metres_per_pixel_at((thing[0] / 2 + thing[2] / 2, thing[3]))
        return max(_ATTENDED_M, _ATTENDED_WIDTHS * (thing[2] - thing[0]) * scale)

    def _distance_m(self, thing: BoxXyxy, person: BoxXyxy, ground: GroundPlane) -> float:
        """Give the distance between the places where both stand; infinite (not near) above the horizon."""
        feet = [((box[0] + box[2]) / 2, box[3]) for box in (thing, person)]
        (x1, y1), (x2, y2) = ground.to_ground_m(feet)
        distance = hypot(x2 - x1, y2 - y1)
        return distance if distance == distance else float("inf")


def _is_beside(thing: BoxXyxy, person: BoxXyxy) -> bool:
    """Tell whether a person's box comes within half of the thing's width of it."""
    reach_px = (thing[2] - thing[0]) / 2
    grown = (thing[0] - reach_px, thing[1] - reach_px, thing[2] + reach_px, thing[3] + reach_px)
    return shared_area_px2(grown, person) > 0
