"""A plan as GPX 1.1: a waypoint for each stop, a track for each team.

Source: http://www.topografix.com/GPX/1/1/gpx.xsd
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from map_server.domain.datum import LonLat
from map_server.domain.patrol_plan import PatrolPlan, Stop
from map_server.presentation.patrol_view import RouteView

NAMESPACE = "http://www.topografix.com/GPX/1/1"
_SCHEMA = "http://www.topografix.com/GPX/1/1/gpx.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def gpx_of(plan: PatrolPlan, views: Sequence[RouteView], is_chinese: bool) -> bytes:
    """Write the routes that have stops. The order of elements is the schema's: metadata, wpt, trk."""
    root = ET.Element(
        "gpx",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
            "version": "1.1",
            "creator": "Lilong",
        },
    )
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "name").text = f"{plan.day} r{plan.revision}"
    ET.SubElement(metadata, "time").text = _time(plan.finished_at or plan.requested_at)
    walked = [view for view in views if view.stops]
    for view in walked:
        for stop in view.stops:
            _add_waypoint(root, view, stop, is_chinese)
    for view in walked:
        _add_track(root, view)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_waypoint(root: ET.Element, view: RouteView, stop: Stop, is_chinese: bool) -> None:
    waypoint = ET.SubElement(root, "wpt", _place(stop.visit.point))
    ET.SubElement(waypoint, "time").text = _time(stop.begins_at)
    name = stop.visit.name_zh if is_chinese else stop.visit.name_en
    ET.SubElement(waypoint, "name").text = f"{view.letter}{stop.position} {name}"
    ET.SubElement(waypoint, "type").text = stop.visit.category


def _add_track(root: ET.Element, view: RouteView) -> None:
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = f"{view.letter} {view.name}"
    segment = ET.SubElement(track, "trkseg")
    last: LonLat | None = None
    for leg in view.route.legs:
        for point in leg:
            if point != last:
                ET.SubElement(segment, "trkpt", _place(point))
            last = point


def _place(point: LonLat) -> dict[str, str]:
    return {"lat": f"{point[1]:.7f}", "lon": f"{point[0]:.7f}"}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
