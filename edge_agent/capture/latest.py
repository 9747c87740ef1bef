"""Latest frame wins: a thread reads a live stream as fast as it comes and keeps only the newest picture.

So a slow detector never builds a queue, and what it sees is never older than one look.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread
from typing import Protocol

from edge_agent.capture.pictures import Picture
from edge_agent.errors import EdgeError, TransientError


class LiveStream(Protocol):
    """One connection to a camera."""

    def pictures(self) -> Iterator[Picture]:
        """Connect and yield pictures as they arrive. Raises TransientError when the camera is gone."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The newest picture, its number since the connection began, and when it came."""

    sequence: int
    captured_at: datetime
    picture: Picture


class LatestPicture:
    """The slot between one reader thread and one consumer."""

    def __init__(self, stream: LiveStream, stamp: Callable[[], datetime]) -> None:
        self._stream = stream
        self._stamp = stamp
        self._changed = Condition()
        self._newest: Arrival | None = None
        self._end: EdgeError | None = None
        self._is_closed = False
        self._arrived = 0
        Thread(target=self._read, name="camera-reader", daemon=True).start()

    @property
    def arrived(self) -> int:
        """Number of pictures read so far."""
        return self._arrived

    def take(self, timeout_s: float) -> Arrival:
        """Wait for a picture newer than the last one taken.

        Raises TransientError when none comes in time or the stream has ended, else what the stream raised.
        """
        with self._changed:
            came = self._changed.wait_for(lambda: self._newest or self._end or self._is_closed, timeout_s)
            if self._newest is not None:
                newest, self._newest = self._newest, None
                return newest
            if self._end is not None:
                raise self._end
            raise TransientError("closed" if came else f"no frame for {timeout_s:g} s")

    def close(self) -> None:
        """Wake the consumer and let the reader end at its next picture or time-out."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _read(self) -> None:
        try:
            for picture in self._stream.pictures():
                with self._changed:
                    if self._is_closed:
                        return
                    self._newest = Arrival(self._arrived, self._stamp(), picture)
                    self._arrived += 1
                    self._changed.notify_all()
            self._finish(TransientError("the stream has ended"))
        except EdgeError as error:
            self._finish(error)
        except Exception as error:  # a thread's error would be lost, and the camera silent for ever
            self._finish(TransientError(f"reading failed: {type(error).__name__}: {error}"))

    def _finish(self, end: EdgeError) -> None:
        with self._changed:
            self._end = end
            self._changed.notify_all()
