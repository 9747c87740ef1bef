"""Keeps a live camera: connects, hands out its newest frames, and tries again for as long as it is away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event

import structlog

from edge_agent.capture.latest import LatestPicture, LiveStream
from edge_agent.capture.params import CaptureParams
from edge_agent.capture.sampling import FrameSampler
from edge_agent.capture.stamp import FrameStamp
from edge_agent.errors import TransientError
from edge_agent.ports import Clock
from edge_agent.types import Frame

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How a live source fares: a snapshot for heartbeat and metrics, safe to read from any thread."""

    is_connected: bool = False
    connections: int = 0
    losses: int = 0
    frames_arrived: int = 0
    frames_given: int = 0
    last_frame_at: datetime | None = None
    last_problem: str = ""


class LiveSource:
    """A FrameSource over a camera that may go away and come back. `name` is logged: no password in it."""

    def __init__(
        self,
        camera_id: str,
        name: str,
        open_stream: Callable[[], LiveStream],
        params: CaptureParams,
        clock: Clock,
        random: Callable[[], float],
        analyse_fps: float | None = None,
    ) -> None:
        """`random` gives numbers in [0, 1): cameras that went together must not all come back at once."""
        self._camera_id = camera_id
        self._name = name
        self._open_stream = open_stream
        self._params = params
        self._clock = clock
        self._random = random
        self._stamp = FrameStamp(camera_id, clock)
        self._sampler = FrameSampler(analyse_fps)
        self._reader: LatestPicture | None = None
        self._closed = Event()
        self._status = LiveStatus()

    @property
    def status(self) -> LiveStatus:
        """The present state."""
        return self._status

    def frames(self) -> Iterator[Frame]:
        """Yield the newest frame each time, until `close`. A loss is waited out here, ever longer."""
        failures = 0
        while not self._closed.is_set():
            given = self._status.frames_given
            try:
                yield from self._connection()
            except TransientError as error:
                if self._closed.is_set():
                    return
                failures = 1 if self._status.frames_given > given else failures + 1
                delay_s = self._delay_s(failures)
                self._note_loss(str(error), delay_s)
                self._clock.sleep(delay_s)

    def close(self) -> None:
        """End a running `frames` and the reader."""
        self._closed.set()
        if self._reader is not None:
            self._reader.close()

    def _connection(self) -> Iterator[Frame]:
        """Yield frames of one connection until it is lost."""
        arrived_before, patience_s = self._status.frames_arrived, self._params.open_s
        reader = self._reader = LatestPicture(self._open_stream(), self._stamp.now)
        try:
            while not self._closed.is_set():
                arrival = reader.take(patience_s)
                patience_s = self._params.no_frame_s
                if not self._status.is_connected:
                    self._note_connection()
                self._status = replace(
                    self._status,
                    frames_arrived=arrived_before + reader.arrived,
                    last_frame_at=arrival.captured_at,
                )
                if not self._sampler.takes(arrival.captured_at):
                    continue
                self._status = replace(self._status, frames_given=self._status.frames_given + 1)
                sequence = arrived_before + arrival.sequence
                yield Frame(self._camera_id, sequence, arrival.captured_at, arrival.picture())
        finally:
            reader.close()

    def _delay_s(self, failures: int) -> float:
        """Exponential back-off with "equal jitter": half of the delay is certain, half drawn.

        Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        doubled_s = self._params.first_retry_s * 2.0 ** min(failures - 1, 30)
        return min(self._params.longest_retry_s, doubled_s) * (0.5 + 0.5 * self._random())

    def _note_connection(self) -> None:
        connections = self._status.connections + 1
        self._status = replace(self._status, is_connected=True, connections=connections, last_problem="")
        _log.info("camera_connected", camera=self._camera_id, source=self._name, connections=connections)

    def _note_loss(self, problem: str, delay_s: float) -> None:
        losses = self._status.losses + self._status.is_connected
        self._status = replace(self._status, is_connected=False, losses=losses, last_problem=problem)
        _log.warning(
            "camera_away",
            camera=self._camera_id,
            source=self._name,
            problem=problem,
            retry_in_s=round(delay_s, 1),
        )
