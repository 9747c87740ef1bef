"""Plays recorded pictures as frames: gives each its time, thins, repeats and paces them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from edge_agent.capture.params import Playback
from edge_agent.capture.pictures import Picture
from edge_agent.capture.sampling import FrameSampler
from edge_agent.ports import Clock
from edge_agent.types import Frame

DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC)
"""Time of the first frame when none is given; the same for each run, so that two replays are equal."""

_TOLERATED_LAG_S = 0.5
"""In real time, later frames are left out, so that a slow machine stays near the present."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One recorded picture and its distance in seconds from the first."""

    offset_s: float
    picture: Picture


class Recording(Protocol):
    """A file or a folder: what it holds, and its pictures from the beginning."""

    @property
    def total_frames(self) -> int | None:
        """How many there are, as far as the container says; for progress bars."""

    def shots(self) -> Iterator[Shot]:
        """Yield pictures with rising offsets."""


class RecordedSource:
    """A FrameSource over a recording. `Frame.sequence` is the number of the frame in it, from 0."""

    def __init__(
        self,
        camera_id: str,
        recording: Recording,
        playback: Playback,
        clock: Clock,
        analyse_fps: float | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._recording = recording
        self._playback = playback
        self._clock = clock
        self._sampler = FrameSampler(analyse_fps)
        self._closed = Event()

    @property
    def total_frames(self) -> int | None:
        """Number of frames of one pass, None when unknown or when the recording repeats for ever."""
        return None if self._playback.loop else self._recording.total_frames

    def frames(self) -> Iterator[Frame]:
        """Yield frames until the recording ends, for ever when it loops, or until `close`."""
        start = self._start()
        began_s = self._clock.monotonic_s()
        for sequence, shot in enumerate(self._passes()):
            if self._closed.is_set():
                return
            captured_at = start + timedelta(seconds=shot.offset_s)
            if not self._sampler.takes(captured_at):
                continue
            if self._playback.realtime and not self._is_in_time(shot.offset_s, began_s):
                continue
            yield Frame(self._camera_id, sequence, captured_at, shot.picture())

    def close(self) -> None:
        """Let a running `frames` end before its next frame."""
        self._closed.set()

    def _start(self) -> datetime:
        if self._playback.start is not None:
            return self._playback.start.astimezone(UTC)
        return self._clock.now() if self._playback.realtime else DEFAULT_START

    def _passes(self) -> Iterator[Shot]:
        """Join repeated passes; the gap at the seam is the average distance between frames."""
        begin_s = 0.0
        while True:
            count, last_s = 0, 0.0
            for shot in self._recording.shots():
                count, last_s = count + 1, shot.offset_s
                yield Shot(begin_s + shot.offset_s, shot.picture)
            if not self._playback.loop or count == 0:
                return
            begin_s += last_s + (last_s / (count - 1) if count > 1 else 1.0)

    def _is_in_time(self, offset_s: float, began_s: float) -> bool:
        """Wait until the frame is due; tell whether it can still be shown."""
        early_s = offset_s / self._playback.speed - (self._clock.monotonic_s() - began_s)
        if early_s > 0:
            self._clock.sleep(early_s)
        return early_s > -_TOLERATED_LAG_S
