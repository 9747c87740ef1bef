"""Reads the streets of an OpenStreetMap file (.osm, .osm.pbf) into the features of the layer `streets`."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import osmium
import shapely
from osmium.osm import Node, Way

from map_server.domain.audit_log import JsonValue
from map_server.domain.errors import InvalidInput
from map_server.domain.place import RawFeature
from map_server.domain.street_profile import READ_TAGS
from map_server.services.place_ports import FileLayer
from map_server.services.street_ports import Box

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL 1.0"
OSM_ENDINGS = (".osm", ".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2")
_TOLD_EVERY = 2000
_DRAWN_AS_AREA = "area"

_Point = tuple[int, float, float]
"""Number of a node, longitude, latitude."""


class OsmFiles:
    """Takes every way with a `highway`, and the barriers that stand on it."""

    def read(self, path: Path, box: Box | None, told: Callable[[int], None]) -> FileLayer:
        """Read a file, only the ways that touch `box` if one is given; `told` hears how many were read.

        Raises InvalidInput with one line that names the file, what is wrong, and the mend.
        """
        if not path.is_file():
            raise InvalidInput(f"{path}: there is no such file")
        try:
            source = osmium.FileProcessor(str(path)).with_locations()
            source = source.with_filter(osmium.filter.KeyFilter("highway", "barrier"))
            features, newest_at = _streets(source, path.name, box, told)
        except RuntimeError as error:
            said = str(error).rstrip(".")
            raise InvalidInput(
                f"{path.name}: is no readable OpenStreetMap file ({said}); fetch it again"
            ) from error
        if not features:
            where = "" if box is None else " inside the box"
            raise InvalidInput(
                f"{path.name}: holds no way with a highway tag{where}; give a file with streets"
            )
        stamped_at = _stamp(source.header.get("osmosis_replication_timestamp"))
        digest = hashlib.sha256(path.read_bytes() + repr(box).encode()).hexdigest()
        return FileLayer(
            path.name, "streets", "OGC:CRS84", digest, features, ATTRIBUTION, LICENCE, stamped_at or newest_at
        )


def is_osm(path: Path) -> bool:
    """Tell by its name whether a file is one of OpenStreetMap."""
    return path.name.lower().endswith(OSM_ENDINGS)


def _streets(
    source: Iterable[object], name: str, box: Box | None, told: Callable[[int], None]
) -> tuple[list[RawFeature], datetime | None]:
    barriers: dict[int, dict[str, JsonValue]] = {}
    features: list[RawFeature] = []
    newest_at: datetime | None = None
    count = 0
    for one in source:
        if isinstance(one, Node):
            if "barrier" in one.tags:
                barriers[one.id] = _kept_tags(one)
        elif isinstance(one, Way) and "highway" in one.tags and one.tags.get(_DRAWN_AS_AREA) != "yes":
            count += 1
            if count % _TOLD_EVERY == 0:
                told(count)
            features += _features(one, name, box, barriers)
            newest_at = max(newest_at or one.timestamp, one.timestamp)
    told(count)
    # A file without timestamps says 1970.
    return features, newest_at if newest_at is not None and newest_at.year > 1970 else None


def _features(
    way: Way, source: str, box: Box | None, barriers: dict[int, dict[str, JsonValue]]
) -> Iterator[RawFeature]:
    """Give a way as one feature, or as several where an extract cut points out of it."""
    for number, run in enumerate(_runs(way), 1):
        if len(run) < 2 or not _touches(run, box):
            continue
        way_id = f"way/{way.id}" if number == 1 else f"way/{way.id}#{number}"
        name = way.tags.get("name", "")
        properties: dict[str, JsonValue] = {
            "name_zh": way.tags.get("name:zh") or name,
            "name_en": way.tags.get("name:en") or name,
            **_kept_tags(way),
        }
        on_way: list[JsonValue] = [
            [index, barriers[ref]] for index, (ref, _, _) in enumerate(run) if ref in barriers
        ]
        if on_way:
            properties["barriers"] = on_way
        line = shapely.LineString([(lon, lat) for _, lon, lat in run])
        yield RawFeature(f"{source}: {way_id}", way_id, line, properties)


def _runs(way: Way) -> list[list[_Point]]:
    runs: list[list[_Point]] = [[]]
    for node in way.nodes:
        if not node.location.valid():
            runs.append([])
        elif not runs[-1] or runs[-1][-1][0] != node.ref:
            runs[-1].append((node.ref, node.lon, node.lat))
    return runs


def _touches(run: list[_Point], box: Box | None) -> bool:
    if box is None:
        return True
    west, south, east, north = box
    return any(west <= lon <= east and south <= lat <= north for _, lon, lat in run)


def _kept_tags(one: Node | Way) -> dict[str, JsonValue]:
    return {tag.k: tag.v for tag in one.tags if tag.k in READ_TAGS}


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
