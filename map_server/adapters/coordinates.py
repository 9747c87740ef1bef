"""Takes the coordinates of a geodata file to WGS 84, and refuses those that cannot be what they claim."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from map_server.domain.datum import Datum, is_in_china, to_wgs84
from map_server.domain.errors import InvalidInput

_CGCS2000_EPSG = 4490
_WGS84 = CRS.from_user_input("OGC:CRS84")


class Coordinates:
    """The coordinate system of one file: as it declares it, or as the person says who loads it."""

    def __init__(self, source: str, declared: str, datum: Datum | None) -> None:
        """Raises InvalidInput for a coordinate system that nobody knows."""
        try:
            self._crs = CRS.from_user_input(declared)
        except CRSError as error:
            raise InvalidInput(
                f"{source}: unknown coordinate system {declared[:80]!r}; reproject it to WGS 84 (EPSG:4326)"
            ) from error
        self._datum = datum or (Datum.CGCS2000 if self._crs.to_epsg() == _CGCS2000_EPSG else Datum.WGS84)
        self._transformer = _transformer(self._crs)
        self._is_stated = datum is not None

    @property
    def description(self) -> str:
        """Say in which system the coordinates came, for the record."""
        name = self._crs.to_string() if len(self._crs.to_string()) < 40 else self._crs.name
        return f"{name}, read as {self._datum}" if self._is_stated else name

    def in_wgs84(self, place: str, geometry: BaseGeometry) -> BaseGeometry:
        """Convert. Raises InvalidInput where the result lies off the earth, or lon and lat are swapped."""
        if self._transformer is not None:
            geometry = self._unprojected(place, geometry)
        _check_range(place, geometry)
        if self._datum in (Datum.WGS84, Datum.CGCS2000):
            return geometry
        return shapely.transform(geometry, self._shifted)

    def _unprojected(self, place: str, geometry: BaseGeometry) -> BaseGeometry:
        transform = self._transformer.transform if self._transformer else None
        assert transform is not None
        try:
            return shapely.transform(geometry, _by_columns(transform))
        except ProjError as error:
            raise InvalidInput(
                f"{place}: its coordinates do not belong to {self._crs.name}; declare the right system"
            ) from error

    def _shifted(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.array([to_wgs84((float(lon), float(lat)), self._datum) for lon, lat in points])


def _transformer(crs: CRS) -> Transformer | None:
    """Give none where the file has degrees already: CGCS2000 equals WGS 84 within centimetres."""
    if crs == _WGS84 or crs.to_epsg() in (4326, _CGCS2000_EPSG):
        return None
    return Transformer.from_crs(crs, _WGS84, always_xy=True)


def _by_columns(
    transform: Callable[..., tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]],
) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    def apply(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transform(points[:, 0], points[:, 1], errcheck=True))

    return apply


def _check_range(place: str, geometry: BaseGeometry) -> None:
    points = shapely.get_coordinates(geometry)
    if not np.isfinite(points).all():
        raise InvalidInput(f"{place}: a coordinate is not a number")
    outside = (np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)
    lon, lat = (float(value) for value in points[int(np.argmax(outside))])
    if _is_swapped(lon, lat):
        raise InvalidInput(
            f"{place}: longitude and latitude are swapped: [{lon:.6g}, {lat:.6g}]; longitude comes first"
        )
    if outside.any():
        hint = "metres of a projection? Declare it or reproject to WGS 84" if abs(lon) > 1000 else "mend it"
        raise InvalidInput(f"{place}: [{lon:.8g}, {lat:.8g}] lies off the earth; {hint}")


def _is_swapped(lon: float, lat: float) -> bool:
    """Tell whether a point is in China only with its coordinates the other way round."""
    return not is_in_china((lon, lat)) and is_in_china((lat, lon))
