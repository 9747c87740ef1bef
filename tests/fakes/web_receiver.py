"""A receiver of notices on loopback: real HTTP, remembers what came and how."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class WebReceiver:
    """Answers with the next of `answers`, and with the last of them ever after."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(204, b"")])
    received: list[Received] = field(default_factory=list)

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def web_receiver() -> Iterator[WebReceiver]:
    """Run a receiver until the block ends."""
    receiver = WebReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            status, content = receiver.next_answer()
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            if status == 302:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
