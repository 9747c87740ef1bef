"""A line between browser and server that a test cuts, or that loses requests and answers by a seeded die."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.fakes.other_build import OtherBuild

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
_FOR_THE_CACHE = {"if-none-match", "if-modified-since", "etag", "last-modified", "cache-control"}


class ThinLine:
    """`is_down` answers nothing at all. `loss` is the share of requests to the API that fail.

    A third of these get 503, a third are cut before the server heard them, a third after it obeyed.
    `build`: the version of the server's program that answers; None for the real one.
    """

    def __init__(self, upstream: str, seed: int) -> None:
        self.upstream = upstream
        self.is_down = False
        self.loss = 0.0
        self.build: OtherBuild | None = None
        self.failed = 0
        self.passed = 0
        self._die = random.Random(seed)
        self._lock = threading.Lock()

    def fate(self, path: str) -> str:
        """Roll for one request."""
        with self._lock:
            if self.is_down:
                return "cut before"
            if not path.startswith("/api/") or self._die.random() >= self.loss:
                self.passed += 1
                return "pass"
            self.failed += 1
            return self._die.choice(("503", "cut before", "cut after"))


@contextmanager
def thin_line(upstream: str, seed: int = 7) -> Iterator[tuple[ThinLine, str]]:
    """Open a line to a server; gives it and the address at which a browser finds the server through it."""
    line = ThinLine(upstream, seed)
    client = httpx.Client(base_url=upstream, trust_env=False, timeout=30, follow_redirects=False)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fate = line.fate(self.path)
            if fate == "cut before":
                self.close_connection = True
                return
            if fate == "503":
                self.send_response(503)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            left_out = {"connection"} if line.build is None else {"connection"} | _FOR_THE_CACHE
            headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
            answer = client.request(self.command, self.path, content=body, headers=headers)
            if fate == "cut after":
                self.close_connection = True
                return
            self._pass_on(answer)

        def _pass_on(self, answer: httpx.Response) -> None:
            content = answer.content if line.build is None else line.build.changed(self.path, answer.content)
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in (_HOP_BY_HOP if line.build is None else _HOP_BY_HOP | _FOR_THE_CACHE):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield line, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()
