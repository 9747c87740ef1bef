"""A small map server on a real socket that can be told to fail in every way a network and a server can.

It keeps what it took in as the real one does: events once by (event_id, sequence), evidence by hash once an
event has named it, parts of evidence where they broke off.
"""

import hashlib
import json
import random
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from wire_contract.routes import DEVICE_HEADER, UPLOAD_OFFSET_HEADER

TOKEN = "t" * 40
ONE_TIME_TOKEN = "once-" + "x" * 16


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one request.

    `status` answers with it before anything is done; `drop` hangs up: "before" anything is done, "after" it
    was done but before the answer, or in the "middle" of the body.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: str = ""


@dataclass
class ToyServer:
    """What arrived, and what shall go wrong. `fail_rate` is the chance of trouble with a request."""

    url: str = ""
    token: str = TOKEN
    fail_rate: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    troubles: deque[Trouble] = field(default_factory=deque)
    refuse: dict[str, str] = field(default_factory=dict)
    """Verdicts by event_id: "refused" or "retry"."""
    events: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    order: list[tuple[str, int]] = field(default_factory=list)
    received: int = 0
    """Messages taken in, repeated ones included."""
    evidence: dict[str, bytes] = field(default_factory=dict)
    partial: dict[str, bytes] = field(default_factory=dict)
    evidence_bytes: int = 0
    """Bytes of evidence that came over the wire."""
    heartbeats: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_trouble(self) -> Trouble:
        """Give what goes wrong with this request, by script or by chance."""
        if self.troubles:
            return self.troubles.popleft()
        if self.chance.random() >= self.fail_rate:
            return Trouble()
        return self.chance.choice(
            [
                Trouble(status=500),
                Trouble(status=503, headers={"Retry-After": "1"}),
                Trouble(status=429),
                Trouble(drop="before"),
                Trouble(drop="middle"),
                Trouble(drop="after"),
            ]
        )

    def take_event(self, message: dict[str, Any]) -> dict[str, Any]:
        """Take in one message and give its result."""
        self.received += 1
        key = (message["event_id"], message["sequence"])
        result: dict[str, Any] = {
            "event_id": key[0],
            "sequence": key[1],
            "problem": None,
            "missing_evidence": [],
        }
        verdict = self.refuse.get(key[0])
        if verdict is not None:
            return result | {"status": verdict, "problem": "as the test wishes"}
        result["missing_evidence"] = [
            piece["sha256"] for piece in message["evidence"] if piece["sha256"] not in self.evidence
        ]
        if key in self.events:
            return result | {"status": "duplicate"}
        self.events[key] = message
        self.order.append(key)
        return result | {"status": "stored"}

    def is_named(self, sha256: str) -> bool:
        """Tell whether an event names a piece of evidence."""
        return any(
            piece["sha256"] == sha256 for message in self.events.values() for piece in message["evidence"]
        )


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._handle(self._post)

    def do_PUT(self) -> None:
        self._handle(self._put)

    def do_HEAD(self) -> None:
        self._handle(self._head)

    def log_message(self, format: str, *args: object) -> None:
        del format, args

    def _handle(self, work: Any) -> None:
        toy = self.server.toy
        with toy.lock:
            trouble = toy.next_trouble()
            toy.requests.append(f"{self.command} {self.path}")
            if trouble.drop == "before":
                return self._hang_up()
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length // 2 if trouble.drop == "middle" else length)
            if trouble.drop == "middle":
                self._keep_part(body)
                return self._hang_up()
            if trouble.status is not None:
                return self._problem(trouble.status, "as the test wishes", trouble.headers)
            if trouble.drop == "after":
                self._answer = lambda *_, **__: None
                work(body)
                return self._hang_up()
            return work(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _keep_part(self, body: bytes) -> None:
        """What arrived of a piece of evidence before the line broke is kept."""
        match = re.fullmatch(r".*/evidence/([0-9a-f]{64})", self.path)
        if self.command == "PUT" and match and self.server.toy.is_named(match[1]):
            self._append(match[1], body)

    def _append(self, sha256: str, body: bytes) -> bool:
        toy = self.server.toy
        held = toy.partial.get(sha256, b"")
        start = int(re.fullmatch(r"bytes (\d+)-\d+/\d+", self.headers["Content-Range"])[1])  # type: ignore[index]
        toy.evidence_bytes += len(body)
        if start != len(held):
            return False
        toy.partial[sha256] = held + body
        return True

    def _is_known(self) -> bool:
        toy = self.server.toy
        if self.headers.get("Authorization") == f"Bearer {toy.token}" and self.headers.get(DEVICE_HEADER):
            return True
        self._problem(401, "unknown device or wrong token")
        return False

    def _post(self, body: bytes) -> None:
        toy = self.server.toy
        if self.path == "/api/v1/devices/enrol":
            request = json.loads(body)
            if request["one_time_token"] != ONE_TIME_TOKEN:
                return self._problem(410, "this one-time token was used before")
            return self._answer(201, {"device_id": request["device_id"], "device_token": toy.token})
        if not self._is_known():
            return None
        if self.path.endswith("/heartbeat"):
            toy.heartbeats.append(json.loads(body))
            return self._answer(204, None)
        if self.path == "/api/v1/events":
            messages = json.loads(body)
            return self._answer(200, {"results": [toy.take_event(message) for message in messages]})
        return self._problem(404, "no such page")

    def _head(self, body: bytes) -> None:
        del body
        sha256 = self.path.rsplit("/", 1)[1]
        toy = self.server.toy
        if not self._is_known():
            return
        if not toy.is_named(sha256):
            self._problem(404, "no event names it")
            return
        held = len(toy.evidence.get(sha256, toy.partial.get(sha256, b"")))
        self._answer(200, None, {UPLOAD_OFFSET_HEADER: str(held)})

    def _put(self, body: bytes) -> None:
        sha256 = self.path.rsplit("/", 1)[1]
        toy = self.server.toy
        if not self._is_known():
            return None
        if not toy.is_named(sha256):
            return self._problem(404, "no event names it")
        if not self._append(sha256, body):
            return self._problem(409, "wrong offset")
        total = int(self.headers["Content-Range"].rsplit("/", 1)[1])
        if len(toy.partial[sha256]) == total:
            content = toy.partial.pop(sha256)
            if hashlib.sha256(content).hexdigest() != sha256:
                return self._problem(422, "another hash")
            toy.evidence[sha256] = content
            return self._answer(201, None)
        return self._answer(202, None, {UPLOAD_OFFSET_HEADER: str(len(toy.partial[sha256]))})

    def _problem(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        self._answer(status, {"title": "Problem", "detail": detail}, headers, "application/problem+json")

    def _answer(
        self, status: int, value: Any, headers: dict[str, str] | None = None, kind: str = "application/json"
    ) -> None:
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    toy: ToyServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no fault."""


@contextmanager
def toy_server() -> Iterator[ToyServer]:
    """Run a toy server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.toy = ToyServer(url=f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.toy
        finally:
            server.shutdown()
            thread.join()
