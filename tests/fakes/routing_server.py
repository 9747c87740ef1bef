"""A routing service on loopback that speaks as Valhalla or OSRM do, with the shapes of their answers.

Places lie on a plane of its own where every way is a step east and a step north; `refusals` answers as told.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane

ISLAND_EAST_OF = 121.9
"""No way leads to places farther east."""


@dataclass
class RoutingServer:
    """What was asked, and how to answer the next questions instead."""

    url: str = ""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, bytes]] = field(default_factory=list)
    delay_s: float = 0.0


@contextmanager
def routing_server() -> Iterator[RoutingServer]:
    """Serve until the block ends."""
    state = RoutingServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: RoutingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, None))
            self.answer(_osrm(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append((self.path, body))
            self.answer(
                _valhalla_table(body) if self.path == "/sources_to_targets" else _valhalla_route(body)
            )

        def answer(self, said: tuple[int, Any]) -> None:
            time.sleep(state.delay_s)
            status, content = (
                state.refusals.pop(0) if state.refusals else (said[0], json.dumps(said[1]).encode())
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError):  # whoever asked had no patience
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def metres(one: LonLat, other: LonLat) -> float | None:
    if max(one[0], other[0]) > ISLAND_EAST_OF and one != other:
        return None
    east, north = LocalPlane((121.56, 31.25)).xy_m((121.56 + other[0] - one[0], 31.25 + other[1] - one[1]))
    return round(abs(east) + abs(north), 1)


def _valhalla_table(body: Any) -> tuple[int, Any]:
    kmh = next(iter(body["costing_options"].values()))
    (speed,) = kmh.values()
    rows = []
    for row, source in enumerate(body["sources"]):
        cells = []
        for column, target in enumerate(body["targets"]):
            far = metres((source["lon"], source["lat"]), (target["lon"], target["lat"]))
            cells.append(
                {
                    "distance": None if far is None else far / 1000,
                    "time": None if far is None else round(far * 3.6 / speed),
                    "from_index": row,
                    "to_index": column,
                }
            )
        rows.append(cells)
    return 200, {"sources_to_targets": rows, "units": "kilometers", "algorithm": "costmatrix"}


def _valhalla_route(body: Any) -> tuple[int, Any]:
    one, other = ((place["lon"], place["lat"]) for place in body["locations"])
    if metres(one, other) is None:
        return 400, {"error_code": 442, "error": "No path could be found for input", "status_code": 400}
    return 200, {"trip": {"legs": [{"shape": encoded([one, (other[0], one[1]), other])}], "status": 0}}


def _osrm(path: str) -> tuple[int, Any]:
    address, _, query = path.partition("?")
    _, service, _, _, course = address.split("/", 4)
    places = [(float(lon), float(lat)) for lon, lat in (one.split(",") for one in course.split(";"))]
    if service == "route":
        one, other = places
        if metres(one, other) is None:
            return 400, {"code": "NoRoute", "message": "Impossible route between points"}
        return 200, {"code": "Ok", "routes": [{"geometry": encoded([one, (other[0], one[1]), other])}]}
    asked = dict(pair.split("=") for pair in query.split("&"))
    rows, columns = ([int(one) for one in asked[key].split(";")] for key in ("sources", "destinations"))
    far = [[metres(places[row], places[column]) for column in columns] for row in rows]
    seconds = [[None if one is None else round(one / 1.2, 1) for one in row] for row in far]
    return 200, {"code": "Ok", "distances": far, "durations": seconds}


def encoded(course: list[LonLat]) -> str:
    """Write a course in polyline form, six digits."""
    text, before = "", (0, 0)
    for lon, lat in course:
        here = (round(lat * 1e6), round(lon * 1e6))
        for value, last in zip(here, before, strict=True):
            rest = (value - last) << 1
            rest = ~rest if rest < 0 else rest
            while rest >= 0x20:
                text += chr((0x20 | (rest & 0x1F)) + 63)
                rest >>= 5
            text += chr(rest + 63)
        before = here
    return text
