"""Valhalla and OSRM over HTTP: ways and distances for areas that are too large for memory.

Both answer in tables, which are asked for in tiles, because a server limits how much one answer may hold.
Valhalla is told with each question what is closed; OSRM cannot be told, and the plan says so.
Source: Valhalla's API of matrix and route; OSRM's HTTP API v5 of table and route.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

import httpx
import structlog

from map_server.config import RoutingParams
from map_server.domain.datum import LonLat
from map_server.domain.errors import Unavailable
from map_server.domain.plane import LocalPlane
from map_server.domain.street import ON_FOOT_NOW, TravelMode, Trip
from map_server.domain.street_closure import NOTHING_CLOSED, ClosedGround
from map_server.domain.street_profile import PROFILES
from map_server.domain.travel import TravelTable

Answer = Mapping[str, Any]
Cell = tuple[float | None, float | None]
"""Metres and seconds from one place to another; None where no way leads."""

_log = structlog.get_logger()
_NO_CELL: Cell = (None, None)
_KMH_PER_M_S = 3.6
_NO_WAY_IN_VALHALLA = ("170", "442")
"""Its codes for places in parts that nothing connects, and for no path."""
_MOST_PLACES_EXCLUDED = 50
"""Valhalla's `max_exclude_locations` unless told otherwise."""
_SQUARE_M = 3.0
"""Half the side of a square that lies on a street and on none beside it."""
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError)


class RoutingFailed(Unavailable):
    """The routing service did not answer as it should; nothing is known of the ways."""


class Engine(Protocol):
    """How one routing service is asked."""

    name: str
    heeds_closures: bool

    def cells(
        self, sources: Sequence[LonLat], targets: Sequence[LonLat], mode: TravelMode, closed: ClosedGround
    ) -> list[list[Cell]]:
        """Measure from each source to each target."""

    def way(self, one: LonLat, other: LonLat, mode: TravelMode, closed: ClosedGround) -> list[LonLat]:
        """Give the course of the way between two places; nothing where no way leads."""


class RoutingService:
    """Asks over HTTP, and says in one line what went wrong."""

    def __init__(self, params: RoutingParams, transport: httpx.BaseTransport | None = None) -> None:
        self._params = params
        self._http = httpx.Client(
            base_url=params.url, timeout=params.timeout_s, transport=transport, trust_env=False
        )

    def ask(
        self, path: str, body: Mapping[str, Any] | None = None, no_way: Sequence[str] = ()
    ) -> Answer | None:
        """Give the answer as JSON; None when its code says that no way leads. Raises RoutingFailed."""
        try:
            answer = self._http.get(path) if body is None else self._http.post(path, json=body)
            said = answer.json()
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise RoutingFailed(f"routing at {self._params.url} does not answer: {why}") from error
        except ValueError as error:
            raise RoutingFailed(
                f"routing at {self._params.url} answers no JSON ({answer.status_code})"
            ) from error
        if not isinstance(said, dict):
            raise RoutingFailed(f"routing at {self._params.url} answers something else than it should")
        if str(said.get("code") or said.get("error_code")) in no_way:
            return None
        if answer.status_code != 200:
            why = said.get("error") or said.get("message") or "no reason given"
            raise RoutingFailed(f"routing at {self._params.url} refuses ({answer.status_code}): {why}")
        return said


class Valhalla:
    """Costing `pedestrian` and `bicycle`, at the paces of the project's own profiles.

    Closed streets are excluded: the ones nearest to `exclude_locations`, and whatever meets a ring of
    `exclude_polygons`. Source: Valhalla's API reference, other request options.
    """

    name = "Valhalla"
    heeds_closures = True

    def __init__(self, service: RoutingService) -> None:
        self._service = service

    def cells(
        self, sources: Sequence[LonLat], targets: Sequence[LonLat], mode: TravelMode, closed: ClosedGround
    ) -> list[list[Cell]]:
        """Measure with `sources_to_targets`."""
        ends = {"sources": _places(sources), "targets": _places(targets)}
        body = {**ends, **_costing(mode), **_excluded(closed)}
        said = self._service.ask("/sources_to_targets", body, no_way=_NO_WAY_IN_VALHALLA)
        if said is None:
            return [[_NO_CELL] * len(targets) for _ in sources]
        try:
            return [[_valhalla_cell(cell) for cell in row] for row in said["sources_to_targets"]]
        except _UNREADABLE as error:
            raise RoutingFailed("Valhalla's matrix cannot be read; is it version 3?") from error

    def way(self, one: LonLat, other: LonLat, mode: TravelMode, closed: ClosedGround) -> list[LonLat]:
        """Ask for a route."""
        body = {"locations": _places([one, other]), **_costing(mode), **_excluded(closed)}
        said = self._service.ask("/route", body, no_way=_NO_WAY_IN_VALHALLA)
        if said is None:
            return []
        try:
            return [point for leg in said["trip"]["legs"] for point in decoded(leg["shape"])]
        except _UNREADABLE as error:
            raise RoutingFailed("Valhalla's route cannot be read; is it version 3?") from error


class Osrm:
    """Profiles `foot` and `bike`, as OSRM's own images name them; the speeds are those of its data set."""

    name = "OSRM"
    heeds_closures = False
    _PROFILES: Mapping[TravelMode, str] = {TravelMode.WALK: "foot", TravelMode.EBIKE: "bike"}

    def __init__(self, service: RoutingService) -> None:
        self._service = service

    def cells(
        self, sources: Sequence[LonLat], targets: Sequence[LonLat], mode: TravelMode, closed: ClosedGround
    ) -> list[list[Cell]]:
        """Measure with `table`."""
        rows, columns = _numbers(0, len(sources)), _numbers(len(sources), len(targets))
        place = _course([*sources, *targets])
        query = f"sources={rows}&destinations={columns}&annotations=distance,duration"
        said = self._service.ask(f"/table/v1/{self._PROFILES[mode]}/{place}?{query}", no_way=("NoTable",))
        if said is None:
            return [[_NO_CELL] * len(targets) for _ in sources]
        try:
            both = zip(said["distances"], said["durations"], strict=True)
            return [
                [(_number(far), _number(long)) for far, long in zip(metres, seconds, strict=True)]
                for metres, seconds in both
            ]
        except _UNREADABLE as error:
            raise RoutingFailed("OSRM's table cannot be read; is it version 5.18 or newer?") from error

    def way(self, one: LonLat, other: LonLat, mode: TravelMode, closed: ClosedGround) -> list[LonLat]:
        """Ask for a route."""
        query = "overview=full&geometries=polyline6"
        path = f"/route/v1/{self._PROFILES[mode]}/{_course([one, other])}?{query}"
        said = self._service.ask(path, no_way=("NoRoute", "NoSegment"))
        if said is None:
            return []
        try:
            return decoded(said["routes"][0]["geometry"])
        except _UNREADABLE as error:
            raise RoutingFailed("OSRM's route cannot be read; is it version 5?") from error


class RoutedStreets:
    """A `StreetNetwork` that a routing service knows. `closed` gives what this server has closed on it."""

    def __init__(
        self, engine: Engine, params: RoutingParams, closed: Callable[[Trip], ClosedGround] | None = None
    ) -> None:
        self._engine = engine
        self._params = params
        self._closed = closed or (lambda trip: NOTHING_CLOSED)

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        heed = "" if self._engine.heeds_closures else " (closed streets are not known there)"
        return f"{self._engine.name} at {self._params.url}{heed}"

    def unheeded(self, trip: Trip) -> int:
        """Count the closures that ways lead through all the same."""
        return 0 if self._engine.heeds_closures else self._closed(trip).closures

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points, tile by tile. Raises RoutingFailed."""
        closed = self._closed(trip)
        if self.unheeded(trip):
            _log.warning("ways lead through closed streets", engine=self._engine.name, count=closed.closures)
        cells: list[list[Cell]] = [[_NO_CELL] * len(points) for _ in points]
        for rows in _tiles(len(points), self._params.tile):
            for columns in _tiles(len(points), self._params.tile):
                ends = [points[row] for row in rows], [points[one] for one in columns]
                found = self._engine.cells(*ends, trip.mode, closed)
                if [len(row) for row in found] != [len(columns)] * len(rows):
                    raise RoutingFailed(f"{self._engine.name} answers a table of another size than asked for")
                for row, values in zip(rows, found, strict=True):
                    cells[row][columns.start : columns.stop] = values
        pace_m_s = PROFILES[trip.mode].pace_m_s
        return TravelTable(
            tuple(tuple(metres for metres, _ in row) for row in cells),
            effort_m=tuple(
                tuple(None if seconds is None else seconds * pace_m_s for _, seconds in row) for row in cells
            ),
        )

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next. Raises RoutingFailed."""
        closed = self._closed(trip)
        return tuple(
            (one, *self._engine.way(one, other, trip.mode, closed), other) for one, other in pairwise(points)
        )


def routed_streets(
    params: RoutingParams,
    closed: Callable[[Trip], ClosedGround] | None = None,
    transport: httpx.BaseTransport | None = None,
) -> RoutedStreets:
    """Make the network that the settings name."""
    service = RoutingService(params, transport)
    engine = Valhalla(service) if params.engine == "valhalla" else Osrm(service)
    return RoutedStreets(engine, params, closed)


def decoded(shape: str) -> list[LonLat]:
    """Read a course in polyline form, six digits. Source: Google's encoded polyline algorithm format."""
    values, value, shift = [], 0, 0
    for letter in shape:
        chunk = ord(letter) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    lat = lon = 0
    course = []
    for step in range(0, len(values) - 1, 2):
        lat, lon = lat + values[step], lon + values[step + 1]
        course.append((lon / 1e6, lat / 1e6))
    return course


def _valhalla_cell(cell: Mapping[str, Any]) -> Cell:
    kilometres = _number(cell.get("distance"))
    return None if kilometres is None else kilometres * 1000, _number(cell.get("time"))


def _number(said: object) -> float | None:
    """Read metres or seconds. Raises ValueError."""
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said < math.inf:
        raise ValueError(f"{said!r} is no distance and no time")
    return float(said)


def _excluded(closed: ClosedGround) -> dict[str, Any]:
    """Give what Valhalla is to exclude; segments beyond the number of places that it takes become rings."""
    rings = [*closed.rings, *(_square(middle) for middle in closed.middles[_MOST_PLACES_EXCLUDED:])]
    found = {
        "exclude_locations": _places(closed.middles[:_MOST_PLACES_EXCLUDED]),
        "exclude_polygons": [[[round(lon, 7), round(lat, 7)] for lon, lat in ring] for ring in rings],
    }
    return {key: value for key, value in found.items() if value}


def _square(middle: LonLat) -> tuple[LonLat, ...]:
    plane, half = LocalPlane(middle), _SQUARE_M
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    return tuple(plane.lonlat(x_m, y_m) for x_m, y_m in corners)


def _costing(mode: TravelMode) -> dict[str, Any]:
    kmh = round(PROFILES[mode].pace_m_s * _KMH_PER_M_S, 2)
    if mode is TravelMode.WALK:
        return {"costing": "pedestrian", "costing_options": {"pedestrian": {"walking_speed": kmh}}}
    return {"costing": "bicycle", "costing_options": {"bicycle": {"cycling_speed": kmh}}}


def _places(points: Sequence[LonLat]) -> list[dict[str, float]]:
    return [{"lon": lon, "lat": lat} for lon, lat in points]


def _course(points: Sequence[LonLat]) -> str:
    return ";".join(f"{lon:.7f},{lat:.7f}" for lon, lat in points)


def _numbers(start: int, count: int) -> str:
    return ";".join(str(number) for number in range(start, start + count))


def _tiles(count: int, size: int) -> Iterator[range]:
    for start in range(0, count, size):
        yield range(start, min(start + size, count))
