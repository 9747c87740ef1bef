"""A drop zone in which things happen: observations in, events out, told in seconds from a start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from edge_agent.ports import GroundPlane
from edge_agent.rules.garbage_drop import GarbageDrop, GarbageDropParams
from edge_agent.types import (
    BoxXyxy,
    Event,
    MovingRegion,
    Observation,
    StillRegion,
    Track,
    TrackState,
    Zone,
    ZoneKind,
)
from wire_contract.vocabulary import CameraState

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
SIZE_PX = (640, 480)
WHOLE_PICTURE = (Zone("forecourt", ZoneKind.DROP_ZONE, ((0, 0), (1, 0), (1, 1), (0, 1))),)

BAG: BoxXyxy = (300.0, 300.0, 330.0, 330.0)
"""Where the bag of most stories lies."""

BESIDE: BoxXyxy = (250.0, 190.0, 290.0, 332.0)
"""A person who stands beside the bag."""

AWAY: BoxXyxy = (20.0, 190.0, 60.0, 332.0)
"""A person far from it."""


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


Place = BoxXyxy | Callable[[float], BoxXyxy]


@dataclass(frozen=True)
class Region:
    """A still thing of unknown class, seen from `since_s` until `until_s` except in the `hidden` spells."""

    box: Place = BAG
    since_s: float = 5.0
    until_s: float = float("inf")
    score: float = 0.9
    hidden: Sequence[tuple[float, float]] = ()
    still_since: Callable[[float], float] | None = None

    def seen_at(self, second: float) -> StillRegion | None:
        if not _is_seen(second, self.since_s, self.until_s, self.hidden):
            return None
        rests_s = self.still_since(second) if self.still_since else self.since_s
        return StillRegion(_box(self.box, second), at(rests_s), self.score)


@dataclass(frozen=True)
class Seen:
    """Something that the detector tracks from `since_s` until `until_s`."""

    box: Place
    since_s: float = 0.0
    until_s: float = float("inf")
    label: str = "person"
    track_id: int = 1
    is_still: bool = False
    score: float = 0.8

    def seen_at(self, second: float) -> Track | None:
        if not _is_seen(second, self.since_s, self.until_s, ()):
            return None
        return Track(
            self.track_id,
            self.label,
            TrackState.CONFIRMED,
            self.score,
            _box(self.box, second),
            (0.0, 0.0),
            at(self.since_s),
            at(second),
            at(self.since_s) if self.is_still else None,
        )


@dataclass(frozen=True)
class Stir:
    """Something that stirs, without a detector to say what it is."""

    box: Place
    since_s: float = 0.0
    until_s: float = float("inf")

    def seen_at(self, second: float) -> MovingRegion | None:
        return MovingRegion(_box(self.box, second)) if self.since_s <= second < self.until_s else None


@dataclass
class Forecourt:
    """Runs what is there through the rule. `watch` may be called again to go on."""

    things: Sequence[Region | Seen | Stir]
    params: GarbageDropParams = field(default_factory=lambda: GarbageDropParams(alarm_after_s=10.0))
    zones: Sequence[Zone] = WHOLE_PICTURE
    has_detector: bool = True
    ground: GroundPlane | None = None
    camera_state: Callable[[float], CameraState] = lambda second: CameraState.OK
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.rule = self.new_rule()

    def new_rule(self) -> GarbageDrop:
        return GarbageDrop(self.params, self.zones, lambda: f"event-{next(self.numbers)}", self.ground)

    def watch(self, until_s: float, from_s: float = 0.0, fps: float = 5.0) -> list[Event]:
        events: list[Event] = []
        for number in range(round((until_s - from_s) * fps)):
            events += self.rule.update(self.observe(from_s + number / fps))
        return events

    def observe(self, second: float) -> Observation:
        seen = [thing.seen_at(second) for thing in self.things]
        return Observation(
            "camera",
            at(second),
            SIZE_PX,
            tracks=tuple(thing for thing in seen if isinstance(thing, Track)),
            still_regions=tuple(thing for thing in seen if isinstance(thing, StillRegion)),
            stirring_regions=tuple(thing for thing in seen if isinstance(thing, MovingRegion)),
            detector_ran=self.has_detector,
            looked_at=None if self.has_detector else (),
            camera_state=self.camera_state(second),
        )


def _is_seen(second: float, since_s: float, until_s: float, hidden: Sequence[tuple[float, float]]) -> bool:
    is_hidden = any(start <= second < end for start, end in hidden)
    return since_s <= second < until_s and not is_hidden


def _box(place: Place, second: float) -> BoxXyxy:
    return place(second) if callable(place) else place
