"""Runs a system, the agent or a rival, over a clip and measures the processor time that it takes.

All systems see the same frames, one after the other in this process, decoding included, so that their times
can be compared on a busy machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Protocol

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.config.camera import CameraSettings
from edge_agent.types import Frame
from models.evaluate.findings import Finding, find
from models.evaluate.reports import Report, reports_of
from models.evaluate.scored_clips import ScoredClip
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventKind


class Watcher(Protocol):
    """A system at work on one camera."""

    def step(self, frame: Frame) -> None:
        """Watch one frame."""

    def messages(self) -> Sequence[EventMessage]:
        """Give what was reported up to now, in the form of events.jsonl."""


class System(Protocol):
    """Something that watches cameras and reports events."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def kinds(self) -> frozenset[EventKind]:
        """What it is made to find; it is scored on nothing else."""

    def watch(self, settings: CameraSettings) -> Watcher:
        """Begin to watch a camera."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a system reported of a clip, and the processor seconds that this took."""

    clip: ScoredClip
    reports: tuple[Report, ...]
    cpu_s: float

    def findings(self, kinds: Iterable[EventKind] = EventKind) -> list[Finding]:
        """Judge the reports of some kinds."""
        wanted = set(kinds)
        truth = self.clip.truth
        of_kinds = truth.model_copy(
            update={"events": tuple(thing for thing in truth.true_events if thing.kind in wanted)}
        )
        return find(of_kinds, [each for each in self.reports if each.kind in wanted], DEFAULT_START)


def run(system: System, clip: ScoredClip) -> Run:
    """Let a system watch a clip from beginning to end."""
    watcher = system.watch(clip.settings)
    begun_s = process_time()
    for frame in clip.frames():
        watcher.step(frame)
    cpu_s = process_time() - begun_s
    return Run(clip, tuple(reports_of(watcher.messages())), cpu_s)


def cpu_seconds(runs: Sequence[Run]) -> Mapping[str, float]:
    """Give the processor seconds of each clip."""
    return {each.clip.name: each.cpu_s for each in runs}
