"""Work outside of requests: one thread that does one piece after the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

_log = structlog.get_logger()


class BackgroundThread:
    """A `Background`. Pieces that have not begun when it is closed are dropped."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def __call__(self, work: Callable[[], None]) -> None:
        """Take the work over and return at once."""
        self._pool.submit(work).add_done_callback(self._report)

    def close(self) -> None:
        """Wait for the piece that runs now, and drop the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _report(self, done: "Future[None]") -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            _log.error("background work failed", thread=self._name, exc_info=error)
