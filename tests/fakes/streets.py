"""A street network for tests: a town whose streets run everywhere north-south and east-west."""

from collections.abc import Sequence
from itertools import pairwise

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.street import ON_FOOT_NOW, Trip
from map_server.domain.travel import TravelTable


class SquareTown:
    """Distances are steps east plus steps north. Places named in `islands` cannot be reached."""

    description = "a square town"

    def __init__(self, islands: Sequence[LonLat] = ()) -> None:
        self._islands = set(islands)

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        off = {index: 999.0 for index, point in enumerate(points) if point in self._islands}
        rows = [[self._metres(one, other) for other in points] for one in points]
        return TravelTable(tuple(map(tuple, rows)), off)

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        return tuple((one, (other[0], one[1]), other) for one, other in pairwise(points))

    def unheeded(self, trip: Trip) -> int:
        return 0

    def _metres(self, one: LonLat, other: LonLat) -> float | None:
        if one == other:
            return 0.0
        if {one, other} & self._islands:
            return None
        east, north = LocalPlane(one).xy_m(other)
        return abs(east) + abs(north)
