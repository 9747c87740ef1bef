"""A box and a server that are killed again and again during a replay, and what must hold afterwards."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FPS = 5
STAYS_S = 50
VEHICLES = 12
SIZE = "640x480"
CAMERA = """
[camera]
id = "lane-{episode}"
source = "detections"
position = {{ lon = 121.56, lat = 31.25 }}
[[zone]]
id = "lane"
kind = "fire_lane"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
[rule.blocked_fire_lane]
alarm_after_s = 10
"""
AGENT = """
[agent]
id = "box-1"
cameras = ["camera.toml"]
data_directory = "data"
model = "none"
[server]
url = "http://127.0.0.1:{port}"
[deliver]
idle_s = 0.05
"""


def place_of(vehicle: int) -> tuple[int, int]:
    """Top left corner of a vehicle's place; each stands far from the others."""
    return 30 + vehicle % 4 * 155, 60 + vehicle // 4 * 140


def write_detections(path: Path) -> None:
    """Let twelve vehicles stop one after the other, stay, and leave, as MOTChallenge rows."""
    rows = []
    seconds_in_all = VEHICLES * 4 + STAYS_S + 60
    for frame in range(1, seconds_in_all * FPS + 1):
        now = (frame - 1) / FPS
        here = [v for v in range(VEHICLES) if 5 + v * 4 <= now < 5 + v * 4 + STAYS_S]
        rows += [f"{frame},-1,{x},{y},80,60,0.9,2,-1,-1" for x, y in map(place_of, here)]
        if not here:
            rows.append(f"{frame},-1,-1,-1,-1,-1,-1,-1,-1,-1")
    path.write_text("\n".join(rows) + "\n")


def program(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class KillStory:
    """Runs episodes of a replay and kills agent or server, at random, until enough kills have happened."""

    folder: Path
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    episodes: int = 0
    port: int = field(default_factory=free_port)
    server: "subprocess.Popen[bytes] | None" = None
    agent: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.log = (self.folder / "log").open("wb")
        write_detections(self.folder / "det.txt")
        (self.folder / "agent.toml").write_text(AGENT.format(port=self.port))
        issued = subprocess.run(
            program("map_server", "enroll-device", "box-1", "--data", str(self.folder / "server")),
            capture_output=True,
            check=True,
            text=True,
        )
        self.token = issued.stdout.strip()

    def run(self, kills: int) -> None:
        """Run until so many kills have happened and the last episode has been delivered whole."""
        try:
            while self.kills.total() < kills:
                self._run_episode(kills)
                self.episodes += 1
        finally:
            for process in (self.agent, self.server):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()
            self.log.close()

    def _run_episode(self, kills: int) -> None:
        (self.folder / "camera.toml").write_text(CAMERA.format(episode=self.episodes))
        self.agent = self._start_agent()
        while True:
            self._ensure_server()
            code = self._wait_for_agent(self.chance.uniform(0.0, 2.5) if self.kills.total() < kills else 60.0)
            if code == 0:
                return
            if code is not None:
                self.agent = self._start_agent()
            elif self.kills.total() < kills:
                self._kill_somebody()

    def _kill_somebody(self) -> None:
        victim = self.chance.choice(("agent", "server", "both"))
        for name in ("agent", "server") if victim == "both" else (victim,):
            process = self.agent if name == "agent" else self.server
            assert process is not None
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.kills[name] += 1
        if victim != "server":
            self.agent = self._start_agent()

    def _wait_for_agent(self, within_s: float) -> int | None:
        assert self.agent is not None
        try:
            return self.agent.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    def _start_agent(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._replay("det.txt"),
            cwd=self.folder,
            env=self._environment(),
            stdout=self.log,
            stderr=self.log,
        )

    def _replay(self, detections: str) -> list[str]:
        footage = ("--detections", detections, "--fps", str(FPS), "--size", SIZE)
        return program("edge_agent", "replay", "--camera", "camera.toml", *footage, "--deliver", "agent.toml")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "LILONG_ONE_TIME_TOKEN": self.token, "PYTHONPATH": os.getcwd()}

    def _ensure_server(self) -> None:
        if self.server is None or self.server.poll() is not None:
            data = str(self.folder / "server")
            self.server = subprocess.Popen(
                program("map_server", "serve", "--data", data, "--port", str(self.port)),
                stdout=self.log,
                stderr=self.log,
            )

    def wait_until_enrolled(self) -> None:
        """Let the agent fetch its token; an enrolment whose answer is lost needs a new token, by design."""
        self._ensure_server()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        (self.folder / "camera.toml").write_text(CAMERA.format(episode="enrolment"))
        (self.folder / "empty.txt").write_text("1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n")
        subprocess.run(
            self._replay("empty.txt"),
            cwd=self.folder,
            env=self._environment(),
            check=True,
            capture_output=True,
        )

    def stored(self) -> Sequence[tuple[str, str, str, str]]:
        """Give (camera, event, phase, picture) of every event that the server holds."""
        with sqlite3.connect(self.folder / "server" / "lilong.sqlite3") as database:
            return list(database.execute("SELECT camera_id, event_id, phase, picture FROM events"))

    def messages(self) -> Counter[tuple[str, str, int]]:
        """Count the stored messages by event, phase and sequence."""
        with sqlite3.connect(self.folder / "server" / "lilong.sqlite3") as database:
            rows = database.execute("SELECT event_id, phase, sequence FROM event_messages")
            return Counter((event, phase, sequence) for event, phase, sequence in rows)
