"""Measures ingest: `python -m tests.bench.ingest [--rounds 5] [--batches 20] [--singles 200]`.

Ours: events through the real server (a process of its own) over HTTP on loopback, from the first byte of the
request to the answer, which leaves after the commit. Bare: the very rows that ours wrote for the same events,
put into an empty database of the same shape by sqlite3 alone, WAL and synchronous=FULL like ours, as many
events per commit. Both take turns within one run; the ratio of each round is ours to bare, in events per
second.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from map_server.bootstrap.database import open_database
from map_server.config import Settings
from tests.event_messages import HERE, evidence, message, metres_from
from wire_contract.routes import DEVICE_HEADER, ENROLMENT, EVENTS

DEVICE = "bench-box"
GOAL = 0.5
SEEN_TWICE = 0.2
"""Share of events that show a thing which another camera reported before."""

TABLES = ("incidents", "events", "event_messages", "event_evidence", "audit_log")


@dataclass(frozen=True)
class Turn:
    """What one side did: wall-clock and CPU microseconds per event."""

    wall_us: float
    cpu_us: float


@dataclass(frozen=True)
class Round:
    """One turn of each side with the same events."""

    ours: Turn
    bare: Turn

    @property
    def ratio(self) -> float:
        """Events per second, ours to bare."""
        return self.bare.wall_us / self.ours.wall_us


class Events:
    """An endless supply of findings all over the ward, each new."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._places: list[tuple[float, float]] = []

    def take(self, count: int) -> list[bytes]:
        return [json.dumps(self._one()).encode() for _ in range(count)]

    def _one(self) -> dict[str, Any]:
        chance = self._random
        if self._places and chance.random() < SEEN_TWICE:
            at = metres_from(chance.choice(self._places), chance.gauss(0, 0.5), chance.gauss(0, 0.5))
        else:
            at = metres_from(HERE, chance.uniform(-1500, 1500), chance.uniform(-1500, 1500))
            self._places.append(at)
        stills = [evidence(f"{chance.getrandbits(256):064x}", role) for role in ("before", "onset", "alarm")]
        began = datetime.now(UTC) - timedelta(minutes=5)  # noqa: TID251 - the server judges by the real clock
        camera = f"cam-{chance.randrange(8)}"
        return message(at=at, started_at=began, device_id=DEVICE, camera_id=camera, evidence=stills)


class Server:
    """`map-server` as a process of its own, and a client that is enrolled."""

    def __init__(self, process: "subprocess.Popen[str]", client: httpx.Client) -> None:
        self._process = process
        self._client = client

    def turn(self, events: Sequence[bytes], per_request: int, senders: int) -> Turn:
        """Send events, by several senders at once."""
        bodies = list(events)
        if per_request > 1:
            bodies = [b"[" + b",".join(some) + b"]" for some in groups(events, per_request)]

        def send(body: bytes) -> None:
            answer = self._client.post(EVENTS, content=body)
            assert answer.status_code == 200, answer.text
            assert answer.content.count(b'"stored"') == per_request, answer.text

        with ThreadPoolExecutor(senders) as pool:
            cpu_before, began = self._cpu_s(), time.perf_counter()
            list(pool.map(send, bodies))
            wall_s, cpu_s = time.perf_counter() - began, self._cpu_s() - cpu_before
        return Turn(wall_s / len(events) * 1e6, cpu_s / len(events) * 1e6)

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(data: Path) -> Iterator[Server]:
    program = [sys.executable, "-m", "map_server"]
    enrol = [*program, "enroll-device", DEVICE, "--data", str(data)]
    token = subprocess.run(enrol, check=True, capture_output=True, text=True).stdout.strip()
    serve = [*program, "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().rsplit(" ", 1)[1].strip()
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            body = {"device_id": DEVICE, "one_time_token": token}
            answer = client.post(ENROLMENT, json=body).raise_for_status().json()
            client.headers[DEVICE_HEADER] = DEVICE
            client.headers["Authorization"] = f"Bearer {answer['device_token']}"
            yield Server(process, client)
    finally:
        process.terminate()
        process.wait(timeout=20)


class BareInsert:
    """Copies what the server wrote since the last turn into a database of its own."""

    def __init__(self, source: Path, target: Path) -> None:
        self._source = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        self._target = sqlite3.connect(target, isolation_level=None)
        self._target.execute("PRAGMA journal_mode=WAL")
        self._target.execute("PRAGMA synchronous=FULL")
        self._seq = self._source.execute("SELECT max(seq) FROM audit_log").fetchone()[0]
        self._target.execute(
            "INSERT INTO devices (id, registered_at, is_online) VALUES (?, '', 0)", (DEVICE,)
        )

    def turn(self, per_commit: int) -> Turn:
        """Insert the rows of the events that are new."""
        written = self._rows_by_event()
        insert = {table: self._insert(table) for table in TABLES}
        cpu_before, began = time.process_time(), time.perf_counter()
        for some in groups(written, per_commit):
            self._target.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                rows = [row for of_event in some for row in of_event[table]]
                self._target.executemany(insert[table], rows)
            self._target.execute("UPDATE audit_head SET seq = seq + ?", (len(some),))
            self._target.execute("COMMIT")
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_before
        return Turn(wall_s / len(written) * 1e6, cpu_s / len(written) * 1e6)

    def _rows_by_event(self) -> list[dict[str, list[tuple[Any, ...]]]]:
        """Give for each new event, in the order of the log, its rows by table; an incident counts for its
        first.
        """
        log = self._source.execute(
            "SELECT * FROM audit_log WHERE seq > ? ORDER BY seq", (self._seq,)
        ).fetchall()
        self._seq += len(log)
        return [self._of_event(entry) for entry in log]

    def _of_event(self, entry: tuple[Any, ...]) -> dict[str, list[tuple[Any, ...]]]:
        facts = json.loads(entry[8])
        is_first = entry[3] == "incident_opened"
        incident = "SELECT * FROM incidents WHERE id = ?"
        of_event = {
            table: self._source.execute(
                f"SELECT * FROM {table} WHERE event_id = ?", (facts["event_id"],)
            ).fetchall()
            for table in ("events", "event_messages", "event_evidence")
        }
        incidents = self._source.execute(incident, (entry[5],)).fetchall() if is_first else []
        return of_event | {"incidents": incidents, "audit_log": [entry]}

    def _insert(self, table: str) -> str:
        columns = self._source.execute(f"SELECT count(*) FROM pragma_table_info('{table}')").fetchone()[0]
        return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"


def groups(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


def measure(rounds: int, events_per_round: int, per_commit: int, senders: int) -> list[Round]:
    """Take turns, each on databases that grow alike."""
    events = Events(seed=1)
    with tempfile.TemporaryDirectory() as folder:
        data, bare = Path(folder) / "ours", Path(folder) / "bare"
        for each in (data, bare):
            open_database(Settings(data_dir=each)).dispose()
        with running_server(data) as server:
            copy = BareInsert(data / "lilong.sqlite3", bare / "lilong.sqlite3")
            server.turn(events.take(8 * per_commit), per_commit, senders)  # warm: code, pages, connections
            copy.turn(per_commit)
            return [
                Round(server.turn(events.take(events_per_round), per_commit, senders), copy.turn(per_commit))
                for _ in range(rounds)
            ]


def report(name: str, rounds: Sequence[Round], goal: float | None) -> None:
    """Print one line: medians, and the range of the ratio."""

    def median(figure: Callable[[Round], float]) -> float:
        return statistics.median(figure(each) for each in rounds)

    ratio = median(lambda each: each.ratio)
    span = f"{min(each.ratio for each in rounds):.2f} to {max(each.ratio for each in rounds):.2f}"
    verdict = "" if goal is None else f"   goal {goal:.2f}: {'reached' if ratio >= goal else 'missed'}"
    our_rate, bare_rate = (
        1e6 / median(lambda each: each.ours.wall_us),
        1e6 / median(lambda each: each.bare.wall_us),
    )
    cpu = f"{median(lambda each: each.ours.cpu_us):7.0f} {median(lambda each: each.bare.cpu_us):7.0f}"
    print(f"{name:<20} {our_rate:7.0f} {bare_rate:7.0f}   {ratio:5.2f} ({span})   {cpu}{verdict}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=20, help="batches of 100 per round")
    parser.add_argument("--singles", type=int, default=200, help="single events per round")
    options = parser.parse_args()
    if shutil.disk_usage(tempfile.gettempdir()).free < 1 << 30:
        sys.exit("less than 1 GiB free in the temporary folder")
    print("ingest over HTTP against bare sqlite3 inserts of the same rows; medians of rounds taken in turns")
    print("                     events/s: ours, bare   ratio (range)   CPU us/event: ours, bare")
    report("single", measure(options.rounds, options.singles, 1, senders=1), None)
    report("single, 8 senders", measure(options.rounds, options.singles, 1, senders=8), None)
    report("batch-100", measure(options.rounds, options.batches * 100, 100, senders=1), GOAL)
    report("batch-100, 4 senders", measure(options.rounds, options.batches * 100, 100, senders=4), GOAL)


if __name__ == "__main__":
    main()
