"""The street network of the loaded geodata: built when first needed, and again when the layer changes."""

import threading
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.adapters.streets import EmbeddedStreets, StraightLines, StreetParams, plain_ways
from map_server.domain.datum import LonLat
from map_server.domain.street import ON_FOOT_NOW, Trip
from map_server.domain.travel import TravelTable
from map_server.services.ports import Begin

_Network: TypeAlias = EmbeddedStreets | StraightLines
_LAYER = "streets"


class LoadedStreets:
    """A `StreetNetwork` over the layer `streets`; straight lines as long as there is none."""

    def __init__(self, read: Begin, params: StreetParams | None = None) -> None:
        self._read = read
        self._params = params or StreetParams()
        self._built: tuple[int, _Network] | None = None
        self._lock = threading.Lock()

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        return self._network().description

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points."""
        return self._network().table(points, trip)

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next."""
        return self._network().paths(points, trip)

    def _network(self) -> _Network:
        with self._lock, self._read() as work:
            loaded = work.layers.all().get(_LAYER)
            revision = loaded.revision if loaded else 0
            if self._built is None or self._built[0] != revision:
                areas = work.areas.of_layer(_LAYER) if loaded else []
                self._built = (revision, self._made([area.geometry for area in areas]))
            return self._built[1]

    def _made(self, geometries: Sequence[BaseGeometry]) -> _Network:
        ways = list(_lines(geometries))
        return EmbeddedStreets(plain_ways(ways), self._params) if ways else StraightLines(self._params)


def _lines(geometries: Sequence[BaseGeometry]) -> Iterable[list[LonLat]]:
    for part in shapely.get_parts(geometries):
        yield [(float(lon), float(lat)) for lon, lat in shapely.get_coordinates(part)]
