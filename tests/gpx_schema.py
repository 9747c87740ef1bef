"""The rules of GPX 1.1 for the elements that a plan has, as a checker of its own.

Source: http://www.topografix.com/GPX/1/1/gpx.xsd (sequences, occurrences, attributes, types).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

NAMESPACE = "{http://www.topografix.com/GPX/1/1}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

Rule = Callable[[str], bool]


def _is_between(low: float, high: float, is_high_out: bool = False) -> Rule:
    def holds(text: str) -> bool:
        value = float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else float("nan")
        return low <= value <= high and not (is_high_out and value == high)

    return holds


def _is_moment(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _is_address(text: str) -> bool:
    return bool(urlsplit(text).scheme) and " " not in text


LATITUDE, LONGITUDE = _is_between(-90, 90), _is_between(-180, 180, is_high_out=True)
PLACE: Mapping[str, Rule] = {"lat": LATITUDE, "lon": LONGITUDE}
TEXTS: Mapping[str, Rule] = {
    "time": _is_moment,
    "license": _is_address,
    "year": lambda text: re.fullmatch(r"\d{4}", text) is not None,
    "number": str.isdigit,
}
_WAYPOINT = (
    "ele? time? magvar? geoidheight? name? cmt? desc? src? link* sym? type? fix? sat? hdop? vdop? pdop? "
    "ageofdgpsdata? dgpsid? extensions?"
)
_LINE = "name? cmt? desc? src? link* number? type? extensions?"


@dataclass(frozen=True)
class Shape:
    """Children of an element in order (`?` at most one, `*` any number, else one), and its attributes."""

    children: str = ""
    attributes: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)


SHAPES: Mapping[str, Shape] = {
    "gpx": Shape(
        "metadata? wpt* rte* trk* extensions?",
        {"version": lambda text: text == "1.1", "creator": bool},
        {f"{XSI}schemaLocation": bool},
    ),
    "metadata": Shape("name? desc? author? copyright? link* time? keywords? bounds? extensions?"),
    "author": Shape("name? email? link?"),
    "copyright": Shape("year? license?", {"author": bool}),
    "link": Shape("text? type?", {"href": _is_address}),
    "bounds": Shape("", {"minlat": LATITUDE, "minlon": LONGITUDE, "maxlat": LATITUDE, "maxlon": LONGITUDE}),
    "wpt": Shape(_WAYPOINT, PLACE),
    "rte": Shape(f"{_LINE} rtept*"),
    "rtept": Shape(_WAYPOINT, PLACE),
    "trk": Shape(f"{_LINE} trkseg*"),
    "trkseg": Shape("trkpt* extensions?"),
    "trkpt": Shape(_WAYPOINT, PLACE),
}
"""Elements that are not here hold text alone."""


def faults_of(element: ET.Element) -> list[str]:
    """Name what the schema does not allow."""
    tag = element.tag.removeprefix(NAMESPACE)
    if tag == element.tag:
        return [f"{tag}: is not of GPX 1.1"]
    shape = SHAPES.get(tag, Shape())
    faults = _attribute_faults(tag, element, shape)
    children = "".join(f"{child.tag.removeprefix(NAMESPACE)} " for child in element)
    order = re.sub(r"(\w+)([?*]?) ?", r"(\1 )\2", shape.children)
    if not re.fullmatch(order, children):
        faults.append(f"{tag}: has {children or 'nothing'}")
    if tag in TEXTS and not TEXTS[tag](element.text or ""):
        faults.append(f"{tag}: {element.text!r}")
    if tag in SHAPES and (element.text or "").strip():
        faults.append(f"{tag}: text {element.text!r}")
    return faults + [fault for child in element for fault in faults_of(child)]


def _attribute_faults(tag: str, element: ET.Element, shape: Shape) -> list[str]:
    faults = [f"{tag}: has no {key}" for key in shape.attributes if key not in element.attrib]
    allowed = {**shape.attributes, **shape.optional}
    for key, value in element.attrib.items():
        if key not in allowed or not allowed[key](value):
            faults.append(f"{tag}: {key}={value!r}")
    return faults
