"""Tells listeners in this process that something was committed: the live feed, replanning."""

import threading
from collections.abc import Callable

import structlog

_log = structlog.get_logger()


class ChangeSignal:
    """Called with the newest `seq` of the audit log after each commit, in the thread that committed.

    A listener must be quick and hand its work to a thread or task of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Add a listener; give the function that takes it away again."""
        with self._lock:
            self._listeners.append(listener)

        def leave() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return leave

    def __call__(self, seq: int) -> None:
        """Tell all listeners."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(seq)
            except Exception:  # the commit stands; a broken listener must not make it look failed
                _log.exception("a listener failed after commit", seq=seq)


class FollowOnce:
    """A listener that has work done in the background after commits: once for all those that came meanwhile.

    `work` must look at everything that is new, not only at the commit that woke it.
    """

    def __init__(self, work: Callable[[], object], background: Callable[[Callable[[], None]], None]) -> None:
        self._work = work
        self._background = background
        self._lock = threading.Lock()
        self._is_waiting = False

    def __call__(self, seq: int) -> None:
        """Ask for the work, unless it is asked for already."""
        with self._lock:
            if self._is_waiting:
                return
            self._is_waiting = True
        self._background(self._run)

    def _run(self) -> None:
        with self._lock:
            self._is_waiting = False
        self._work()
