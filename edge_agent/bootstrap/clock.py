"""The real clock. Nothing else in the edge agent reads the time."""

import time
from datetime import UTC, datetime
from threading import Event


class SystemClock:
    """The clock of this machine; sleeping ends early when `stop` is set."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        """Give the time, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place where the real clock is read

    def monotonic_s(self) -> float:
        """Give seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, or return early when the program is asked to stop."""
        self._stop.wait(max(0.0, seconds))
