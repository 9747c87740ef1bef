"""Reads the areas of the layer `streets` as ways, whichever file they came from."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import shapely

from map_server.domain.audit_log import JsonObject, JsonValue
from map_server.domain.place import Area
from map_server.domain.street import StreetWay
from map_server.domain.street_profile import READ_TAGS

_HIGHWAY_OF_RANK: Mapping[str, str] = MappingProxyType(
    {
        "arterial": "secondary",
        "street": "residential",
        "lane": "living_street",
        "internal": "service",
        "path": "path",
    }
)
_WHEN_NOTHING_IS_SAID = "residential"


def ways_of(areas: Iterable[Area]) -> Iterator[StreetWay]:
    """Give the ways of the layer's areas.

    Where an area has no `highway`, its `rank` (arterial, street, lane, internal, path) says what it is; where
    it has neither, everybody may use it.
    """
    for area in areas:
        tags = _tags(area.attributes)
        barriers = _barriers(area.attributes.get("barriers"))
        name_zh, name_en = ("" if name == area.area_id else name for name in (area.name_zh, area.name_en))
        for number, part in enumerate(shapely.get_parts(area.geometry), 1):
            points = tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(part))
            way_id = area.area_id if number == 1 else f"{area.area_id}#{number}"
            yield StreetWay(way_id, name_zh, name_en, points, tags, barriers if number == 1 else {})


def is_surveyed(areas: Iterable[Area]) -> bool:
    """Whether streets meet exactly where they share a point, as in OpenStreetMap; else ends nearly meet."""
    return all("highway" in area.attributes for area in areas)


def _tags(attributes: JsonObject) -> Mapping[str, str]:
    tags = {key: str(value) for key, value in attributes.items() if key in READ_TAGS and value is not None}
    if "highway" not in tags:
        rank = str(attributes.get("rank", ""))
        tags["highway"] = _HIGHWAY_OF_RANK.get(rank, _WHEN_NOTHING_IS_SAID)
    return tags


def _barriers(value: JsonValue) -> Mapping[int, Mapping[str, str]]:
    if not isinstance(value, list):
        return {}
    found: dict[int, Mapping[str, str]] = {}
    for row in value:
        if isinstance(row, list) and len(row) == 2 and isinstance(row[0], int) and isinstance(row[1], dict):
            found[row[0]] = {key: str(text) for key, text in row[1].items()}
    return found
