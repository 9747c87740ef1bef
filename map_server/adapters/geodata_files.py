"""Reads geodata files into features in WGS 84.

GeoJSON by hand, to name the faulty feature; the rest by GDAL.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from map_server.adapters.coordinates import Coordinates
from map_server.domain.audit_log import JsonValue
from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.domain.place import RawFeature
from map_server.services.place_ports import FileLayer

_GEOJSON = (".geojson", ".json")
_GDAL = (".gpkg", ".shp")
_SHAPEFILE_PARTS = (".shp", ".dbf", ".prj", ".cpg")
_CRS84 = "OGC:CRS84"
"""What GeoJSON means when it says nothing (RFC 7946, section 4)."""
_GEOMETRY_TYPES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


class GeodataFiles:
    """See services.place_ports.GeodataReader."""

    def read(self, path: Path, layer: str | None, datum: Datum | None) -> list[FileLayer]:
        """Read a file, or every geodata file of a folder."""
        files = list(_files(path))
        if layer is not None and len(files) > 1:
            raise InvalidInput(f"{path}: has {len(files)} files; give --layer with one file at a time")
        return [one for file in files for one in _read_file(file, layer, datum)]


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InvalidInput(f"{path}: there is no such file or folder")
    if path.is_file():
        if path.suffix.lower() not in (*_GEOJSON, *_GDAL):
            raise InvalidInput(f"{path}: give a .geojson, .gpkg or .shp file, or a folder of them")
        yield path
        return
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in (".geojson", *_GDAL))
    if not found:
        raise InvalidInput(f"{path}: the folder holds no .geojson, .gpkg or .shp file")
    yield from found


def _read_file(path: Path, layer: str | None, datum: Datum | None) -> Iterator[FileLayer]:
    if path.suffix.lower() in _GEOJSON:
        yield _read_geojson(path, layer or path.stem, datum)
        return
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]  # type: ignore[no-untyped-call]
    except DataSourceError as error:
        raise InvalidInput(f"{path}: GDAL cannot open it ({error}); export it again") from error
    if layer is not None and len(names) != 1:
        raise InvalidInput(f"{path}: has the layers {', '.join(names)}; --layer needs a file with one")
    for name in names:
        yield _read_gdal(path, name, layer or name, datum)


def _read_geojson(path: Path, layer: str, datum: Datum | None) -> FileLayer:
    content = path.read_bytes()
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(f"{path.name}: is not JSON in UTF-8 ({error}); export it again") from error
    if not isinstance(document, dict) or document.get("type") not in ("FeatureCollection", "Feature"):
        raise InvalidInput(f'{path.name}: "type" must be "FeatureCollection"; export it as GeoJSON')
    rows = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(rows, list):
        raise InvalidInput(f'{path.name}: "features" must be a list; export it as GeoJSON (RFC 7946)')
    crs = _crs_member(path.name, document)
    coordinates = Coordinates(path.name, crs, datum)
    features = [_geojson_feature(path.name, number, row, coordinates) for number, row in enumerate(rows, 1)]
    digest = _digest([content], layer, datum)
    attribution, licence = (str(document.get(key) or "") for key in ("attribution", "license"))
    return FileLayer(path.name, layer, coordinates.description, digest, features, attribution, licence)


def _crs_member(source: str, document: Mapping[str, Any]) -> str:
    """Read the `crs` member of GeoJSON before RFC 7946, which many programs still write."""
    member = document.get("crs")
    if member is None:
        return _CRS84
    try:
        return str(member["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise InvalidInput(f'{source}: "crs" names no coordinate system; leave it out for WGS 84') from error


def _geojson_feature(source: str, number: int, row: object, coordinates: Coordinates) -> RawFeature:
    place = f"{source}: feature {number}"
    if not isinstance(row, dict) or row.get("type") != "Feature":
        raise InvalidInput(f'{place}: "type" must be "Feature"')
    properties = row.get("properties") or {}
    if not isinstance(properties, dict):
        raise InvalidInput(f'{place}: "properties" must be an object or null')
    feature_id = properties.get("id", row.get("id"))
    if feature_id is not None:
        place = f"{place} ({feature_id})"
    geometry = coordinates.in_wgs84(place, _geojson_geometry(place, row.get("geometry")))
    return RawFeature(place, None if feature_id is None else str(feature_id), geometry, properties)


def _geojson_geometry(place: str, value: object) -> BaseGeometry:
    if not isinstance(value, dict):
        raise InvalidInput(f"{place}: has no geometry; delete the feature or give it one")
    if value.get("type") not in _GEOMETRY_TYPES:
        raise InvalidInput(f"{place}: geometry type {value.get('type')!r} is not GeoJSON")
    try:
        geometry = shapely.force_2d(shape(value))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.GEOSException) as error:
        raise InvalidInput(
            f"{place}: coordinates of the {value['type']} cannot be read ({error}); see RFC 7946, 3.1"
        ) from error
    if geometry.is_empty:
        raise InvalidInput(f"{place}: the {value['type']} is empty; delete the feature or mend it")
    return geometry


def _read_gdal(path: Path, name: str, layer: str, datum: Datum | None) -> FileLayer:
    try:
        meta, _, geometries, columns = pyogrio.raw.read(  # type: ignore[no-untyped-call]
            path, layer=name
        )
    except (DataSourceError, ValueError) as error:
        raise InvalidInput(f"{path.name}: layer {name} cannot be read ({error}); export it again") from error
    if geometries is None:
        raise InvalidInput(f"{path.name}: layer {name} has no geometry")
    if meta["crs"] is None and datum is None:
        raise InvalidInput(f"{path.name}: says no coordinate system; give --datum, or add the .prj file")
    coordinates = Coordinates(path.name, meta["crs"] or _CRS84, datum)
    fields = [str(field) for field in meta["fields"]]
    features = []
    for number, wkb in enumerate(geometries, 1):
        row = (column[number - 1] for column in columns)
        properties = {field: _plain(value) for field, value in zip(fields, row, strict=True)}
        features.append(_gdal_feature(f"{path.name}: feature {number}", wkb, properties, coordinates))
    contents = [part.read_bytes() for part in _parts(path)]
    return FileLayer(path.name, layer, coordinates.description, _digest(contents, layer, datum), features)


def _gdal_feature(
    place: str, wkb: bytes | None, properties: Mapping[str, JsonValue], coordinates: Coordinates
) -> RawFeature:
    feature_id = properties.get("id")
    if feature_id is not None:
        place = f"{place} ({feature_id})"
    geometry = None if wkb is None else shapely.force_2d(shapely.from_wkb(wkb))
    if geometry is None or geometry.is_empty:
        raise InvalidInput(f"{place}: has no geometry; delete the feature or give it one")
    return RawFeature(
        place,
        None if feature_id is None else str(feature_id),
        coordinates.in_wgs84(place, geometry),
        properties,
    )


def _plain(value: object) -> JsonValue:
    """Give a value of a GDAL column as plain JSON; what is missing becomes None."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _parts(path: Path) -> Sequence[Path]:
    if path.suffix.lower() != ".shp":
        return [path]
    return [part for suffix in _SHAPEFILE_PARTS if (part := path.with_suffix(suffix)).exists()]


def _digest(contents: Sequence[bytes], layer: str, datum: Datum | None) -> str:
    """Name the very content and how it was asked to be read."""
    digest = hashlib.sha256(f"{layer}|{datum}".encode())
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
