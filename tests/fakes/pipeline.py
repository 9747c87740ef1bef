"""Stages, rules and ledgers that do as they are told, to watch a pipeline at work."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from edge_agent.detect.look import Look
from edge_agent.errors import TransientError
from edge_agent.outbox import OutgoingMessage
from edge_agent.pipeline import Stages
from edge_agent.still_foreground import Stillness
from edge_agent.types import (
    Event,
    Evidence,
    Frame,
    GroundFix,
    Motion,
    MovingRegion,
    Observation,
    StillRegion,
    Track,
)
from tests.fakes.clock import NOON
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

SIZE_PX = (64, 48)
EVENT_ID = "01936d2e-0000-7000-8000-000000000001"


def frame(second: float = 0.0, size_px: tuple[int, int] = SIZE_PX) -> Frame:
    image = np.zeros((size_px[1], size_px[0], 3), np.uint8)
    return Frame("cam-1", int(second * 5), NOON + timedelta(seconds=second), image)


def observation(second: float = 0.0) -> Observation:
    return Observation("cam-1", NOON + timedelta(seconds=second), SIZE_PX)


def event(phase: EventPhase = EventPhase.OPENED, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "event_id": EVENT_ID,
        "sequence": 0 if phase is EventPhase.OPENED else 1,
        "kind": EventKind.GARBAGE_DROP,
        "phase": phase,
        "zone_id": "forecourt",
        "started_at": NOON,
        "raised_at": NOON,
        "closed_at": NOON if phase is EventPhase.CLOSED else None,
        "score": 0.9,
        "label": "garbage",
        "box_xyxy_px": (10.0, 10.0, 20.0, 20.0),
        "frame_size_px": SIZE_PX,
    }
    return Event(**(values | changes))


class FakeMeter:
    """Remembers what was counted and in which order stages ran."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.stages: list[str] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.stages.append(name)
        yield

    def count(self, name: str, *labels: str) -> None:
        self.counts[(name, *labels)] += 1

    def watch(self, part: str, read: Callable[[], Mapping[str, float]]) -> None:
        del part, read


@dataclass
class FakeLedger:
    """Keeps what is committed; `is_full` makes it refuse."""

    messages: list[OutgoingMessage] = field(default_factory=list)
    state: dict[str, str] = field(default_factory=dict)
    commits: int = 0
    is_full: bool = False

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        del now
        if self.is_full:
            raise TransientError("disk full")
        self.commits += 1
        self.messages += messages
        self.state |= state

    def load_state(self, name: str) -> str | None:
        return self.state.get(name)


class ScriptedRule:
    """Gives the events of its script for each observation, and remembers how many it saw."""

    def __init__(self, script: Callable[[Observation], list[Event]] = lambda _: []) -> None:
        self.script = script
        self.seen: list[Observation] = []
        self.count = 0

    def update(self, observation: Observation) -> list[Event]:
        self.seen.append(observation)
        self.count += 1
        return self.script(observation)

    def snapshot(self) -> dict[str, Any]:
        return {"count": self.count}

    def restore(self, state: dict[str, Any]) -> None:
        self.count = int(state["count"])


class FixedLocator:
    def locate(self, event: Event) -> GroundFix | None:
        del event
        return GroundFix(121.56, 31.25, 1.5, None, "homography")


@dataclass
class FakeEvidence:
    """Writes nothing; `error` is raised instead."""

    pieces: tuple[Evidence, ...] = ()
    error: Exception | None = None
    remembered: int = 0
    written: list[Event] = field(default_factory=list)

    def remember(self, frame: Frame, observation: Observation) -> None:
        del frame, observation
        self.remembered += 1

    def write(self, event: Event, frame: Frame, observation: Observation) -> tuple[Evidence, ...]:
        del frame, observation
        if self.error is not None:
            raise self.error
        self.written.append(event)
        return self.pieces


MOTION = Motion((MovingRegion((1.0, 1.0, 5.0, 5.0)),), False, 0.1)
LOOK = Look((), True, ((0.0, 0.0, 64.0, 48.0),))
STILLNESS = Stillness(
    (StillRegion((10.0, 10.0, 20.0, 20.0), NOON, 0.9),), (MovingRegion((2.0, 2.0, 4.0, 4.0)),), False
)


@dataclass
class FakeStages:
    """All stages in one: each gives what its attribute says."""

    motion: Motion = MOTION
    camera_state: CameraState = CameraState.OK
    looked: Look = LOOK
    look_error: Exception | None = None
    tracks: tuple[Track, ...] = ()
    stillness: Stillness = STILLNESS

    def as_stages(self) -> Stages:
        return Stages(
            motion=_Stage(lambda frame: self.motion),
            guardian=_Stage(lambda frame, motion: self.camera_state),
            look=self,
            track=_Stage(lambda at, detections, covered, size: self.tracks),
            stillness=_Stage(lambda frame, people: self.stillness),
            structure=_Stage(lambda frame, people: ()),
        )

    def look(self, frame: Frame, motion: Motion, tracks: Sequence[Track]) -> Look:
        del frame, motion, tracks
        if self.look_error is not None:
            raise self.look_error
        return self.looked


class _Stage:
    state_since: datetime | None = None

    def __init__(self, answer: Callable[..., Any]) -> None:
        self.update = answer
