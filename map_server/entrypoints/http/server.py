"""Runs the app under uvicorn on a socket that is bound before anything else is opened."""

import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from map_server.domain.errors import InvalidInput

_GRACE_S = 5
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Bind a listening socket. Raises InvalidInput, one line, when that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's delay off: else an answer may wait 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise InvalidInput(
            f"cannot listen on {host} port {port}: {error.strerror or error}; give another --host or --port"
        ) from error
    return listener


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage less often while serving: that saves ingest a seventh of its time.

    What was built at start lives as long as the server, and a batch of events makes ten thousand short-lived
    objects. Undone afterwards, so that a process that starts one server after another gets its memory back.
    """
    earlier = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*earlier)


class MapServer(uvicorn.Server):
    """Stops on SIGINT and SIGTERM as on something expected: streams end first, requests under way are
    finished.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                lifespan="on",
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until asked to stop."""
        with _rare_collections():
            super().run(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams, which would keep their connections for ever, then everything else."""
        if hasattr(self._app.state, "live_hub"):
            self._app.state.live_hub.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask the loop to end on a signal. Unlike uvicorn, do not raise the signal again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        earlier = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)
