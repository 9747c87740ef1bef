"""Keeps one camera watched: opens it, steps its pipeline, begins anew after every fault until told to
stop.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from threading import Event

import structlog

from edge_agent.capture import LiveSource, LiveStatus
from edge_agent.capture.stamp import EARLIEST
from edge_agent.errors import EdgeError
from edge_agent.pipeline.camera import CameraPipeline, frame_size_px
from edge_agent.pipeline.reporter import Meter
from edge_agent.pipeline.status import CameraReport, CameraStatus
from edge_agent.ports import Clock, FrameSource
from wire_contract.vocabulary import CameraState

log = structlog.get_logger(__name__)

CLOCK_CHECK_S = 5.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Wait before the camera is begun anew: doubled with each fault, the first again once frames were
analysed.
"""

OpenPipeline = Callable[[tuple[int, int]], CameraPipeline]


class CameraLoop:
    """One camera's thread. Whatever goes wrong with it stays with it."""

    def __init__(
        self,
        camera_id: str,
        open_source: Callable[[], FrameSource],
        open_pipeline: OpenPipeline,
        status: CameraStatus,
        clock: Clock,
        meter: Meter,
        stop: Event,
    ) -> None:
        """`open_pipeline` makes a pipeline for frames of one size (width, height); `stop` ends the loop."""
        self._log = log.bind(camera=camera_id)
        self._open_source = open_source
        self._open_pipeline = open_pipeline
        self._status = status
        self._clock = clock
        self._meter = meter
        self._stop = stop
        self._source: FrameSource | None = None
        self._wait_s = FIRST_WAIT_S

    def run(self) -> None:
        """Watch the camera until it is stopped, or until a recorded source has ended."""
        self._await_clock()
        while not self._stop.is_set():
            try:
                self._watch()
                return
            except EdgeError as error:
                self._log.error("camera_fault", problem=str(error), retry_in_s=self._wait_s)
            except (
                Exception
            ):  # the top of a loop that must live on: a fault of this camera is not the agent's end
                self._log.exception("camera_fault", retry_in_s=self._wait_s)
            self._meter.count("restarts")
            self._status.change(CameraState.OFFLINE, self._clock.now())
            self._clock.sleep(self._wait_s)
            self._wait_s = min(LONGEST_WAIT_S, 2 * self._wait_s)

    def close(self) -> None:
        """End a source that waits for its next frame; `stop` must be set first."""
        if self._source is not None:
            self._source.close()

    def report(self) -> CameraReport:
        """Tell how the camera fares since the last report."""
        source = self._source
        if isinstance(source, LiveSource) and source.status.last_problem:
            self._status.change(CameraState.OFFLINE, self._clock.now())
        return self._status.report()

    def _await_clock(self) -> None:
        """Hold until the clock can be right. An event with a nonsense time would be worse than a late one."""
        if self._clock.now() >= EARLIEST:
            return
        self._log.error(
            "clock_not_set",
            clock=self._clock.now().isoformat(),
            mend="set the time or let NTP do it (timedatectl); the camera waits until then",
        )
        while self._clock.now() < EARLIEST and not self._stop.is_set():
            self._clock.sleep(CLOCK_CHECK_S)

    def _watch(self) -> None:
        """Step the pipeline through all frames of one opening of the source."""
        self._source = source = self._open_source()
        if isinstance(source, LiveSource):
            self._meter.watch("source", lambda: _totals_of(source.status))
        pipeline: CameraPipeline | None = None
        with closing(source):
            try:
                for frame in source.frames():
                    if self._stop.is_set():
                        break
                    pipeline = pipeline or self._open_pipeline(frame_size_px(frame))
                    pipeline.step(frame)
                    self._note(pipeline)
            finally:
                if pipeline is not None:
                    pipeline.save(self._clock.now())

    def _note(self, pipeline: CameraPipeline) -> None:
        self._wait_s = FIRST_WAIT_S
        if pipeline.last_observation is not None:
            self._status.observed(pipeline.last_observation)


def _totals_of(status: LiveStatus) -> Mapping[str, float]:
    return {"frames_arrived": status.frames_arrived, "source_losses": status.losses}
