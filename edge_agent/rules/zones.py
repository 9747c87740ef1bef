"""Zones in pixels and the places where things stand on them: where rules ask "is it in there?"."""

from collections.abc import Sequence
from functools import lru_cache

from shapely import Point, Polygon, box, prepare

from edge_agent.types import BoxXyxy, Zone, ZoneKind

FOOTPRINT_PART = 0.25
"""The lowest part of a box: what touches the ground, seen from a camera that looks down on it."""


@lru_cache(maxsize=256)
def zone_polygon_px(zone: Zone, frame_size_px: tuple[int, int]) -> Polygon:
    """Give a zone's polygon in pixels of a frame of this size. Settings have refused what crosses itself."""
    width, height = frame_size_px
    polygon = Polygon([(x * width, y * height) for x, y in zone.polygon])
    prepare(polygon)
    return polygon


def footprint_px(box_xyxy_px: BoxXyxy) -> Polygon:
    """Give the lowest quarter of a box."""
    x1, y1, x2, y2 = box_xyxy_px
    return box(x1, y2 - FOOTPRINT_PART * (y2 - y1), x2, y2)


def bottom_centre_px(box_xyxy_px: BoxXyxy) -> Point:
    """Give the point where a thing stands."""
    return Point((box_xyxy_px[0] + box_xyxy_px[2]) / 2, box_xyxy_px[3])


def footprint_fraction(box_xyxy_px: BoxXyxy, zone: Zone, frame_size_px: tuple[int, int]) -> float:
    """Give the part of a thing's footprint that lies in a zone, in [0, 1]."""
    footprint = footprint_px(box_xyxy_px)
    if footprint.area <= 0:
        return 0.0
    return float(footprint.intersection(zone_polygon_px(zone, frame_size_px)).area / footprint.area)


def touches(box_xyxy_px: BoxXyxy, zones: Sequence[Zone], frame_size_px: tuple[int, int]) -> bool:
    """Tell whether a thing's footprint touches any of the zones."""
    footprint = footprint_px(box_xyxy_px)
    return any(zone_polygon_px(zone, frame_size_px).intersects(footprint) for zone in zones)


def stands_in(box_xyxy_px: BoxXyxy, zones: Sequence[Zone], frame_size_px: tuple[int, int]) -> Zone | None:
    """Give the first zone in which the bottom centre of a box lies, border included."""
    if not zones:
        return None
    point = bottom_centre_px(box_xyxy_px)
    return next((zone for zone in zones if zone_polygon_px(zone, frame_size_px).covers(point)), None)


def of_kind(zones: Sequence[Zone], kind: ZoneKind) -> tuple[Zone, ...]:
    """Give the zones of one kind."""
    return tuple(zone for zone in zones if zone.kind is kind)
