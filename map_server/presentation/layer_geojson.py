"""Writes a layer as GeoJSON (RFC 7946), for the map page and for programs."""

import json
from collections.abc import Mapping

import shapely
from shapely.geometry import mapping

from map_server.domain.audit_log import JsonValue
from map_server.domain.place import Area
from map_server.domain.site import Site
from map_server.services.places import LayerContent

_GRID_DEG = 1e-7
"""About a centimetre; finer digits only make the answer longer."""


def layer_geojson(content: LayerContent) -> bytes:
    """Write a FeatureCollection in UTF-8."""
    features = [*map(_area_feature, content.areas), *map(_site_feature, content.sites)]
    loaded = content.loaded
    said = {"attribution": loaded.attribution, "license": loaded.licence}
    collection = {
        "type": "FeatureCollection",
        "name": loaded.name,
        **{key: text for key, text in said.items() if text},
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _area_feature(area: Area) -> Mapping[str, JsonValue]:
    geometry = mapping(shapely.set_precision(area.geometry, _GRID_DEG, mode="pointwise"))
    names = {"id": area.area_id, "name_zh": area.name_zh, "name_en": area.name_en}
    return _feature(area.area_id, geometry, {**area.attributes, **names})


def _site_feature(site: Site) -> Mapping[str, JsonValue]:
    geometry: Mapping[str, JsonValue] = {"type": "Point", "coordinates": list(site.point)}
    properties: dict[str, JsonValue] = {
        "id": site.site_id,
        "name_zh": site.name_zh,
        "name_en": site.name_en,
        "kind": site.kind,
        "state": site.state,
        "level": site.level,
        "interval_days": site.interval_days,
        "inspected_at": site.inspected_at.isoformat() if site.inspected_at else None,
        "due_at": site.due_at.isoformat() if site.due_at else None,
        "compound_id": site.compound_id,
        "grid_id": site.grid_id,
    }
    return _feature(site.site_id, geometry, properties)


def _feature(
    feature_id: str, geometry: Mapping[str, JsonValue], properties: Mapping[str, JsonValue]
) -> Mapping[str, JsonValue]:
    return {"type": "Feature", "id": feature_id, "properties": properties, "geometry": geometry}
