"""The demo: starts server and agent as a user would, tells what happens, stops in order."""

import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console

from lilong.errors import DemoError, DemoFault
from lilong.footage import REPOSITORY, DemoCamera, own_cameras, shipped_cameras
from lilong.programs import Program, run_once

DEVICE_ID = "demo-box"
SERVER_READY_WITHIN_S = 60.0
MARKER = ".made-by-lilong-demo"
"""A folder without this file is not the demo's, and is never removed."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the user chose."""

    data: Path
    port: int
    exit_when_done: bool
    clips: tuple[Path, ...]
    settings: tuple[Path, ...]
    model: str | None


class Demo:
    """One run of the demo."""

    def __init__(self, options: DemoOptions, console: Console) -> None:
        self._options, self._console = options, console

    def run(self) -> None:
        """Run until the footage is over (`exit_when_done`) or Ctrl-C; everything started is stopped again."""
        _stop_on_terminate()
        folder = self._fresh_folder()
        cameras = self._cameras(folder)
        with ExitStack() as stack:
            stack.callback(self._say, "stopped")
            server, address = self._start_server(folder, stack)
            agent = self._start_agent(folder, cameras, address, stack)
            try:
                self._watch(server, agent, address)
            except KeyboardInterrupt:
                self._say("stopping…")

    def _fresh_folder(self) -> Path:
        folder = self._options.data
        if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
            raise DemoError(
                f"--data {folder}: holds something that the demo did not make; name another folder"
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
        return folder

    def _cameras(self, folder: Path) -> list[DemoCamera]:
        if self._options.clips or self._options.settings:
            return own_cameras(self._options.clips, self._options.settings, folder)
        return shipped_cameras(folder, datetime.now(UTC))  # noqa: TID251  the demo is its own composition root

    def _start_server(self, folder: Path, stack: ExitStack) -> tuple[Program, str]:
        port = _free_port(self._options.port)
        data = folder / "server"
        self._say("loading the sample ward (synthetic)…")
        run_once(["map-server", "load-geodata", str(REPOSITORY / "geodata/sample_ward"), "--data", str(data)])
        server = Program(
            ["map-server", "serve", "--data", str(data), "--port", str(port)],
            folder / "map-server.log",
        )
        stack.callback(server.stop)
        link = server.wait_for_line("/welcome/", SERVER_READY_WITHIN_S).split()[-1]
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{address}/readyz", SERVER_READY_WITHIN_S)
        self._console.print(f"\n  The map         [bold]{address}[/bold]")
        self._console.print(f"  Your account    [bold]{link}[/bold]  (one-time link)\n", soft_wrap=True)
        return server, address

    def _start_agent(
        self, folder: Path, cameras: list[DemoCamera], address: str, stack: ExitStack
    ) -> Program:
        token = run_once(["map-server", "enroll-device", DEVICE_ID, "--data", str(folder / "server")])
        model = self._options.model or "default"
        files = ", ".join(f'"{camera.settings}"' for camera in cameras)
        settings = folder / "agent.toml"
        settings.write_text(
            f'[agent]\nid = "{DEVICE_ID}"\ncameras = [{files}]\ndata_directory = "agent"\nmodel = "{model}"\n'
            f'\n[server]\nurl = "{address}"\n',
            "utf-8",
        )
        agent = Program(
            ["edge-agent", "run", "--config", str(settings)],
            folder / "edge-agent.log",
            {"LILONG_ONE_TIME_TOKEN": token},
        )
        stack.callback(agent.stop)
        self._say(f"{len(cameras)} cameras run in real time: {', '.join(camera.name for camera in cameras)}")
        return agent

    def _watch(self, server: Program, agent: Program, address: str) -> None:
        """Tell of each new incident until the footage is over, then wait for Ctrl-C or end."""
        began, told = time.monotonic(), -1.0
        is_over = False
        while True:
            if not server.is_running:
                raise DemoFault(f"the map server ended: {server.last_line()} (log: {server.log})")
            found = _messages_stored(f"{address}/metrics")
            if found is not None and found != told:
                told = found
                self._say(
                    f"{time.monotonic() - began:5.0f} s  event messages stored by the server: {told:.0f}"
                )
            if not is_over and not agent.is_running:
                if agent.exit_code:
                    raise DemoFault(f"the edge agent ended: {agent.last_line()} (log: {agent.log})")
                is_over = True
                self._say("all footage has been seen and delivered")
                if self._options.exit_when_done:
                    return
                self._say("the map stays open; Ctrl-C stops it")
            time.sleep(1.0)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)


def _free_port(wanted: int) -> int:
    """Give the wanted port, or another one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFault("no free port on 127.0.0.1")


def _wait_until_ready(address: str, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if _get(address) is not None:
            return
        time.sleep(0.1)
    raise DemoFault(f"the map server does not answer at {address}")


def _messages_stored(address: str) -> float | None:
    """Read how many event messages the server has stored; None when it does not answer just now."""
    text = _get(address)
    if text is None:
        return None
    beginning = 'lilong_event_messages_total{status="stored"}'
    values = [line.split()[-1] for line in text.splitlines() if line.startswith(beginning)]
    return sum(float(value) for value in values)


def _get(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  http on loopback
            return str(answer.read().decode("utf-8"))
    except (urllib.error.URLError, OSError):
        return None


def _stop_on_terminate() -> None:
    """Treat SIGTERM like Ctrl-C, so that the programs are stopped in order then too."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    handler: Callable[[int, FrameType | None], None] = interrupt
    signal.signal(signal.SIGTERM, handler)
