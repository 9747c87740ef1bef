"""Writes segments, blind corners and planned ways as GeoJSON (RFC 7946)."""

import json
from collections.abc import Collection, Mapping, Sequence

from map_server.domain.audit_log import JsonValue
from map_server.domain.blind_corner import BlindCorner
from map_server.domain.segment import Segment
from map_server.services.route_completions import PlannedWays


def segments_geojson(segments: Sequence[Segment], closed: Collection[str]) -> bytes:
    """Write a FeatureCollection of lines in UTF-8."""
    return _collection(
        "segments",
        [
            {
                "type": "Feature",
                "id": segment.segment_id,
                "geometry": {"type": "LineString", "coordinates": _course(segment)},
                "properties": {
                    "id": segment.segment_id,
                    "name_zh": segment.name_zh,
                    "name_en": segment.name_en,
                    "length_m": round(segment.length_m, 1),
                    "closed": segment.segment_id in closed,
                },
            }
            for segment in segments
        ],
    )


def corners_geojson(corners: Sequence[BlindCorner], segments: Sequence[Segment]) -> bytes:
    """Write a FeatureCollection of the corners' streets in UTF-8."""
    courses = {segment.segment_id: _course(segment) for segment in segments}
    return _collection(
        "blind-corners",
        [
            {
                "type": "Feature",
                "id": corner.corner_id,
                "geometry": {
                    "type": "MultiLineString",
                    "coordinates": [courses[one] for one in corner.segment_ids if one in courses],
                },
                "properties": {
                    "id": corner.corner_id,
                    "name_zh": corner.name_zh,
                    "name_en": corner.name_en,
                    "lon": corner.lon,
                    "lat": corner.lat,
                    "length_m": corner.length_m,
                    "days_since_walked": corner.days_since_walked,
                },
            }
            for corner in corners
        ],
    )


def ways_geojson(ways: PlannedWays) -> bytes:
    """Write a FeatureCollection of what was walked of planned ways, and what was not, in UTF-8."""
    return _collection(
        "planned-ways",
        [
            {
                "type": "Feature",
                "geometry": {
                    "type": "MultiLineString",
                    "coordinates": [[[round(lon, 7), round(lat, 7)] for lon, lat in line] for line in lines],
                },
                "properties": {"walked": is_walked},
            }
            for is_walked, lines in ((True, ways.walked), (False, ways.missed))
        ],
    )


def _course(segment: Segment) -> list[list[float]]:
    return [[round(lon, 7), round(lat, 7)] for lon, lat in segment.points]


def _collection(name: str, features: Sequence[Mapping[str, JsonValue]]) -> bytes:
    collection = {"type": "FeatureCollection", "name": name, "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
