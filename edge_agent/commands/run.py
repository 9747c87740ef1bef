"""`edge-agent run`: the service. One thread per camera, one for delivery, until it is told to stop."""

import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import structlog
from prometheus_client import start_http_server

from edge_agent.bootstrap.agent import Agent
from edge_agent.errors import ConfigError

log = structlog.get_logger(__name__)

CHECK_S = 1.0
"""How often the main thread looks whether all is well."""
FAREWELL_S = 10.0
"""Threads may take so long to end; a request that hangs must not keep the service from stopping."""
LAST_DELIVERY_S = 60.0
"""When all recorded sources have ended, what they gave may take so long to be delivered."""


def run(config: Path) -> None:
    """Serve until SIGTERM or SIGINT, or until every recorded source has ended. Raises ConfigError at the
    start.
    """
    stop = Event()
    agent = Agent(config, stop)
    _serve_metrics(agent)
    _stop_on_signals(stop)
    cameras = [Thread(target=loop.run, name=f"camera-{n}", daemon=True) for n, loop in enumerate(agent.loops)]
    courier = agent.box.courier
    delivery = (
        [] if courier is None else [Thread(target=courier.run, args=(stop,), name="delivery", daemon=True)]
    )
    for thread in (*cameras, *delivery):
        thread.start()
    log.info("agent_started", device=agent.settings.agent.id, cameras=len(cameras), delivers=bool(delivery))
    tell_systemd("READY=1")
    try:
        _watch(agent, cameras, stop)
    finally:
        tell_systemd("STOPPING=1")
        stop.set()
        for loop in agent.loops:
            loop.close()
        for thread in (*cameras, *delivery):
            thread.join(FAREWELL_S)
        agent.box.close()
        log.info("agent_stopped", device=agent.settings.agent.id)


def _watch(agent: Agent, cameras: Sequence[Thread], stop: Event) -> None:
    """Wait for the end: of the service, or of all footage and its delivery."""
    tidy_every_s = agent.settings.deliver.tidy_every_s
    tidy_due_s = agent.clock.monotonic_s()
    deadline_s: float | None = None
    while not stop.wait(CHECK_S):
        tell_systemd("WATCHDOG=1")
        now_s = agent.clock.monotonic_s()
        if agent.box.courier is None and now_s >= tidy_due_s:
            tidy_due_s = now_s + tidy_every_s
            agent.box.stores.housekeeping.tidy(agent.clock.now())
        if any(thread.is_alive() for thread in cameras):
            continue
        deadline_s = deadline_s or now_s + LAST_DELIVERY_S
        if agent.box.courier is None or not agent.box.has_unsent():
            return
        if now_s >= deadline_s:
            log.warning("footage_ended_undelivered", mend="start again to deliver; nothing is lost")
            return


def _serve_metrics(agent: Agent) -> None:
    port = agent.settings.agent.metrics_port
    if port is None:
        return
    try:
        start_http_server(port, addr="127.0.0.1", registry=agent.metrics.registry)
    except OSError as error:
        raise ConfigError(
            f"[agent] metrics_port: {port} cannot be used ({error.strerror}); choose another"
        ) from error


def _stop_on_signals(stop: Event) -> None:
    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)  # a second one ends the program at once
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)


def tell_systemd(state: str) -> None:
    """Send a state to the service manager, if there is one.

    Source: sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names; '@' stands for an abstract one.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
        try:
            notify.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
        except OSError as error:
            log.warning("systemd_not_told", state=state, reason=error.strerror)
