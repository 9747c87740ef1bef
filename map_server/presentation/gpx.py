"""A plan as GPX 1.1: a waypoint for each stop, and for each team a route from stop to stop and a track along
the streets.

Phones show the track as the way to follow and the waypoints as places; a route is what they navigate by
themselves. Source: http://www.topografix.com/GPX/1/1/gpx.xsd
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import NullTranslations
from xml.etree import ElementTree as ET

from map_server.domain.datum import LonLat
from map_server.domain.patrol_plan import PatrolPlan, Stop
from map_server.domain.place import LoadedLayer
from map_server.presentation import formats
from map_server.presentation.i18n import Language, translations
from map_server.presentation.patrol_view import RouteView, ShiftView
from map_server.presentation.words import speaker

NAMESPACE = "http://www.topografix.com/GPX/1/1"
_SCHEMA = "http://www.topografix.com/GPX/1/1/gpx.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_OPENSTREETMAP = "OpenStreetMap contributors"
_LICENCES = {
    "ODbL 1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
"""Where licences stand that a file may name: the schema wants an address."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose streets the ways run along, to be said wherever they are shown."""

    attribution: str = ""
    licence: str = ""
    year: int | None = None


OPENSTREETMAP = Credit(f"© {_OPENSTREETMAP}", "ODbL 1.0")
"""Of routing services: Valhalla and OSRM know OpenStreetMap alone."""


def credit_of(streets: LoadedLayer | None, is_routed: bool) -> Credit:
    """Tell whom to credit: whoever made the loaded streets, or those behind the routing service."""
    if is_routed:
        return OPENSTREETMAP
    if streets is None:
        return Credit()
    year = None if streets.data_at is None else streets.data_at.year
    return Credit(streets.attribution, streets.licence, year)


def gpx_of(plan: PatrolPlan, views: Sequence[RouteView], language: Language, credit: Credit) -> bytes:
    """Write the routes that have stops. The order of elements is the schema's: metadata, wpt, rte, trk."""
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
    spoken, walked = translations(language), [view for view in views if view.stops]
    _add_metadata(root, plan, credit, list(_points(walked)))
    for view in walked:
        for stop in view.stops:
            _add_stop(root, "wpt", view, stop, spoken, language)
    shifts = [(view, one) for view in walked for one in view.shifts if one.stops]
    for number, (view, one) in enumerate(shifts, 1):
        _add_route(root, number, view, one, spoken, language)
    for number, view in enumerate(walked, 1):
        _add_track(root, number, view)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_metadata(root: ET.Element, plan: PatrolPlan, credit: Credit, points: Sequence[LonLat]) -> None:
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "name").text = f"{plan.day} r{plan.revision}"
    said = ", ".join(text for text in (credit.attribution, credit.licence) if text)
    if said:
        ET.SubElement(metadata, "desc").text = said
    ET.SubElement(ET.SubElement(metadata, "author"), "name").text = "Lilong"
    if credit.attribution:
        holder = credit.attribution.removeprefix("©").strip()
        notice = ET.SubElement(metadata, "copyright", {"author": holder})
        if credit.year is not None:
            ET.SubElement(notice, "year").text = str(credit.year)
        if credit.licence in _LICENCES:
            ET.SubElement(notice, "license").text = _LICENCES[credit.licence]
    if _OPENSTREETMAP in credit.attribution:
        link = ET.SubElement(metadata, "link", {"href": "https://www.openstreetmap.org/copyright"})
        ET.SubElement(link, "text").text = credit.attribution
    ET.SubElement(metadata, "time").text = _time(plan.finished_at or plan.requested_at)
    if points:
        lons, lats = zip(*points, strict=True)
        low, high = _place((min(lons), min(lats))), _place((max(lons), max(lats)))
        corners = {f"min{key}": value for key, value in low.items()}
        ET.SubElement(metadata, "bounds", corners | {f"max{key}": value for key, value in high.items()})


def _points(views: Iterable[RouteView]) -> Iterator[LonLat]:
    for view in views:
        yield view.route.start
        yield view.route.end
        yield from (stop.visit.point for stop in view.stops)
        for leg in view.route.legs:
            yield from leg


def _add_stop(
    parent: ET.Element, tag: str, view: RouteView, stop: Stop, spoken: NullTranslations, language: Language
) -> None:
    visit = stop.visit
    point = ET.SubElement(parent, tag, _place(visit.point))
    ET.SubElement(point, "time").text = _time(stop.begins_at)
    name = visit.name_zh if language == "zh" else visit.name_en
    ET.SubElement(point, "name").text = f"{view.letter}{stop.position} {name}"
    ET.SubElement(point, "desc").text = _told(stop, spoken)
    ET.SubElement(point, "type").text = visit.category


def _told(stop: Stop, spoken: NullTranslations) -> str:
    _, word, visit = spoken.gettext, speaker(spoken), stop.visit
    words = {"incident": "kind", "site": "site_kind"}.get(visit.subject_kind)
    kind = word("subject", visit.subject_kind) if words is None else word(words, visit.category)
    return _("{kind}. Arrives {arrives}, begins {begins}, takes {takes}.").format(
        kind=f"{kind} ({_('Urgent')})" if visit.is_urgent else kind,
        arrives=formats.clock_time(stop.arrives_at),
        begins=formats.clock_time(stop.begins_at),
        takes=formats.duration(visit.service_s, _),
    )


def _add_route(
    root: ET.Element,
    number: int,
    view: RouteView,
    one: ShiftView,
    spoken: NullTranslations,
    language: Language,
) -> None:
    """Write the stops of one shift; a team with hours off in between has a route for each shift."""
    _ = spoken.gettext
    route = ET.SubElement(root, "rte")
    hours = f" {formats.clock_time(one.shift.starts_at)}" if view.route.split else ""
    ET.SubElement(route, "name").text = _("{team}: stops").format(team=f"{view.letter} {view.name}{hours}")
    ET.SubElement(route, "number").text = str(number)
    _add_end(route, one.shift.start, one.shift.starts_at, _("Start"))
    for stop in one.stops:
        _add_stop(route, "rtept", view, stop, spoken, language)
    _add_end(route, one.shift.end, one.shift.returns_at, _("End"))


def _add_end(route: ET.Element, place: LonLat, at: datetime, name: str) -> None:
    point = ET.SubElement(route, "rtept", _place(place))
    ET.SubElement(point, "time").text = _time(at)
    ET.SubElement(point, "name").text = name


def _add_track(root: ET.Element, number: int, view: RouteView) -> None:
    """Write the way along the streets; where it goes on at another place, a new piece begins."""
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = f"{view.letter} {view.name}"
    ET.SubElement(track, "number").text = str(number)
    segment, last = None, None
    for leg in view.route.legs:
        for row, point in enumerate(leg):
            if segment is None or (row == 0 and point != last):
                segment = ET.SubElement(track, "trkseg")
            elif point == last:
                continue
            ET.SubElement(segment, "trkpt", _place(point))
            last = point


def _place(point: LonLat) -> dict[str, str]:
    return {"lat": f"{point[1]:.7f}", "lon": f"{point[0]:.7f}"}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
