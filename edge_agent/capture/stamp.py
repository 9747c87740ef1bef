"""Gives live frames their time: the wall clock, but never backwards and never in 1970."""

from datetime import UTC, datetime, timedelta
from threading import Lock

import structlog

from edge_agent.ports import Clock

_log = structlog.get_logger()

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No frame is older than this program. A Raspberry Pi has no clock of its own and may start in 1970."""

_LEAST_STEP = timedelta(milliseconds=1)


class FrameStamp:
    """Stamps the frames of one camera, across reconnections and from any thread.

    While the clock is earlier than `EARLIEST`, time runs on from there. After a step backwards it runs at
    half speed until the clock has caught up. Each is logged once.
    """

    def __init__(self, camera_id: str, clock: Clock) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._lock = Lock()
        self._last_at: datetime | None = None
        self._last_s = 0.0
        self._is_astray = False

    def now(self) -> datetime:
        """Give the time of a frame that arrives now: aware UTC, later than each one before."""
        with self._lock:
            wall, now_s = self._clock.now(), self._clock.monotonic_s()
            earliest = EARLIEST if self._last_at is None else self._last_at + _LEAST_STEP
            if wall >= earliest:
                stamped_at = wall
            elif wall < EARLIEST:
                stamped_at = earliest + timedelta(seconds=self._elapsed_s(now_s))
            else:
                stamped_at = earliest + timedelta(seconds=self._elapsed_s(now_s) / 2)
            self._tell(wall, stamped_at, is_astray=wall < earliest)
            self._last_at, self._last_s = stamped_at, now_s
            return stamped_at

    def _elapsed_s(self, now_s: float) -> float:
        return 0.0 if self._last_at is None else max(0.0, now_s - self._last_s)

    def _tell(self, wall: datetime, stamped_at: datetime, *, is_astray: bool) -> None:
        if is_astray and not self._is_astray:
            _log.warning(
                "clock_not_believed",
                camera=self._camera_id,
                clock=wall.isoformat(),
                frames_from=stamped_at.isoformat(),
                mend="set the clock (timedatectl) and keep NTP on",
            )
        elif self._is_astray and not is_astray:
            _log.info("clock_believed_again", camera=self._camera_id, clock=wall.isoformat())
        self._is_astray = is_astray
