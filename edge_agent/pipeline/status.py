"""How a camera fares, written by its loop and read by the heartbeat from another thread."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from edge_agent.types import Observation
from wire_contract.vocabulary import CameraState

LONGEST_STEP_S = 30.0
"""A longer gap between two observations was not watched."""


@dataclass(frozen=True, slots=True)
class CameraReport:
    """A camera since the last report."""

    camera_id: str
    position_lonlat: tuple[float, float] | None
    state: CameraState
    state_since: datetime
    last_frame_at: datetime | None
    analysed_frames: int
    observed_s: float


class CameraStatus:
    """Collects what a report needs. Safe from any thread."""

    def __init__(
        self, camera_id: str, now: datetime, position_lonlat: tuple[float, float] | None = None
    ) -> None:
        self._lock = Lock()
        self._camera_id = camera_id
        self._position_lonlat = position_lonlat
        self._state = CameraState.STARTING
        self._state_since = now
        self._last_frame_at: datetime | None = None
        self._analysed_frames = 0
        self._observed_s = 0.0

    def change(self, state: CameraState, at: datetime) -> None:
        """Note the state; the time is kept when it is the same as before."""
        with self._lock:
            self._change(state, at)

    def observed(self, observation: Observation) -> None:
        """Note one analysed frame; time counts as watched only where the rules could judge."""
        at = observation.captured_at
        with self._lock:
            was_ok = self._state is CameraState.OK
            self._change(observation.camera_state, at)
            if was_ok and self._state is CameraState.OK and self._last_frame_at is not None:
                step_s = (at - self._last_frame_at).total_seconds()
                self._observed_s += step_s if 0 < step_s <= LONGEST_STEP_S else 0.0
            self._last_frame_at = at
            self._analysed_frames += 1

    def report(self) -> CameraReport:
        """Give the figures since the last report and begin to count anew."""
        with self._lock:
            report = CameraReport(
                self._camera_id,
                self._position_lonlat,
                self._state,
                self._state_since,
                self._last_frame_at,
                self._analysed_frames,
                self._observed_s,
            )
            self._analysed_frames, self._observed_s = 0, 0.0
            return report

    def _change(self, state: CameraState, at: datetime) -> None:
        if state is not self._state:
            self._state, self._state_since = state, at
