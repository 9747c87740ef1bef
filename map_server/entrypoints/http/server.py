"""Runs the app under uvicorn on a socket that is bound before anything else is opened."""

import socket

import uvicorn
from fastapi import FastAPI

from map_server.domain.errors import InvalidInput

_GRACE_S = 5
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Bind a listening socket. Raises InvalidInput, one line, when that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise InvalidInput(
            f"cannot listen on {host} port {port}: {error.strerror or error}; give another --host or --port"
        ) from error
    listener.set_inheritable(True)
    return listener


class _Server(uvicorn.Server):
    """Ends the live streams first: they would keep their connections, and the server with them, for ever."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        hub = getattr(self.config.loaded_app.state, "live_hub", None)
        if hub is not None:
            hub.close()
        await super().shutdown(sockets)


def run_server(app: FastAPI, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    _server_of(app).run(sockets=[listener])


def _server_of(app: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
        lifespan="on",
    )
    return _Server(config)
