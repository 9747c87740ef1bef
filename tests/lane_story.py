"""A fire lane on which things happen: detections in, events out, told in seconds from a start."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from edge_agent.ports import GroundPlane
from edge_agent.rules.blocked_fire_lane import BlockedFireLane, BlockedFireLaneParams
from edge_agent.track.params import TrackerParams
from edge_agent.track.tracker import Tracker
from edge_agent.types import BoxXyxy, Detection, Event, Observation, StillRegion, Zone, ZoneKind
from wire_contract.vocabulary import CameraState, EventPhase

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
SIZE_PX = (640, 480)
WHOLE_PICTURE = (Zone("lane", ZoneKind.FIRE_LANE, ((0, 0), (1, 0), (1, 1), (0, 1))),)

CAR: BoxXyxy = (300.0, 200.0, 380.0, 260.0)
"""Where the car of most stories stands."""


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


def shifted(box: BoxXyxy, dx: float, dy: float = 0.0) -> BoxXyxy:
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


@dataclass(frozen=True)
class Thing:
    """Something that the detector sees from `since_s` until `until_s`, except in the `hidden` spells."""

    box: BoxXyxy | Callable[[float], BoxXyxy]
    since_s: float = 0.0
    until_s: float = float("inf")
    label: str = "car"
    score: float = 0.9
    hidden: Sequence[tuple[float, float]] = ()

    def seen_at(self, second: float) -> Detection | None:
        is_hidden = any(start <= second < end for start, end in self.hidden)
        if is_hidden or not self.since_s <= second < self.until_s:
            return None
        box = self.box(second) if callable(self.box) else self.box
        return Detection(self.label, self.score, box)


@dataclass
class Lane:
    """Runs things through tracker and rule. `watch` may be called again to go on."""

    params: BlockedFireLaneParams = field(default_factory=lambda: BlockedFireLaneParams(alarm_after_s=60.0))
    zones: Sequence[Zone] = WHOLE_PICTURE
    ground: GroundPlane | None = None
    ids: Iterable[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self.start()

    def start(self) -> None:
        """Begin as an agent that was just started: nothing is remembered."""
        ids = iter(self.ids)
        self.tracker = Tracker(TrackerParams())
        self.rule = BlockedFireLane(self.params, self.zones, lambda: f"event-{next(ids)}", self.ground)

    def restart(self) -> None:
        """Stop the agent and start it again: the rule's snapshot is all that is left."""
        state = self.rule.snapshot()
        self.start()
        self.rule.restore(state)

    def watch(
        self,
        things: Sequence[Thing],
        from_s: float,
        to_s: float,
        fps: float = 2.0,
        regions: Sequence[StillRegion] = (),
        camera_state: CameraState = CameraState.OK,
    ) -> list[Event]:
        """Analyse frames in [from_s, to_s) and give the events of that time."""
        found: list[Event] = []
        for number in range(round((to_s - from_s) * fps)):
            second = from_s + number / fps
            seen = [detection for thing in things if (detection := thing.seen_at(second)) is not None]
            tracks = self.tracker.update(at(second), seen, None, SIZE_PX)
            observation = Observation(
                "lane-camera", at(second), SIZE_PX, tracks, tuple(regions), camera_state=camera_state
            )
            found += self.rule.update(observation)
        self.events += found
        return found


def opened(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.phase is EventPhase.OPENED]


def closed(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.phase is EventPhase.CLOSED]
