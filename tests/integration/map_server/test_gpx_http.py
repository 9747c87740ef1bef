"""A plan as GPX: it follows the schema, another program reads the same from it, it credits the streets."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio.raw
import pytest
import shapely

from map_server.domain.account import Role
from map_server.domain.place import LoadedLayer
from map_server.presentation.gpx import OPENSTREETMAP, Credit, credit_of, gpx_of
from map_server.presentation.patrol_view import route_views
from tests.fakes.clock import NOON
from tests.gpx_schema import NAMESPACE, faults_of
from tests.integration.map_server.test_patrols_http import PATROLS, planned
from tests.running_server import RunningServer


def find(root: ET.Element, path: str) -> list[ET.Element]:
    return root.findall("/".join(f"{NAMESPACE}{part}" for part in path.split("/")))


def test_every_stop_and_way_of_a_plan_is_in_a_file_that_follows_the_schema(ward: RunningServer) -> None:
    chief = ward.person(Role.SUPERVISOR)
    plan = planned(chief)
    answer = chief.get(f"{PATROLS}/{plan['plan_id']}/routes.gpx?lang=en")
    assert answer.headers["Content-Type"] == "application/gpx+xml"
    root = ET.fromstring(answer.content)
    assert faults_of(root) == []
    walked = [route for route in plan["routes"] if route["stops"]]
    stops = [stop for route in walked for stop in route["stops"]]
    assert len(find(root, "wpt")) == len(stops)
    assert len(find(root, "rte/rtept")) == len(stops) + 2 * len(walked)
    assert len(find(root, "trk")) == len(walked)
    first = find(root, "rte")[0].findall(f"{NAMESPACE}rtept")[1]
    said = {child.tag.removeprefix(NAMESPACE): child.text for child in first}
    assert said["name"] == f"A1 {walked[0]['stops'][0]['visit']['name_en']}"
    assert "Arrives " in (said["desc"] or "")
    along = find(root, "trk")[0].findall(f"{NAMESPACE}trkseg/{NAMESPACE}trkpt")
    assert len(along) > len(walked[0]["stops"]), "along the streets, not from stop to stop"
    one = ET.fromstring(chief.get(f"{PATROLS}/{plan['plan_id']}/routes.gpx?team=B").content)
    assert (len(find(one, "rte")), len(find(one, "trk"))) == (1, 1)
    assert chief.get(f"{PATROLS}/{plan['plan_id']}/routes.gpx?team=Z").status_code == 404


def test_another_program_reads_the_plan_out_of_the_file(ward: RunningServer, tmp_path: Path) -> None:
    """GDAL's own reader of GPX."""
    chief = ward.person(Role.SUPERVISOR)
    plan = planned(chief)
    path = tmp_path / "plan.gpx"
    path.write_bytes(chief.get(f"{PATROLS}/{plan['plan_id']}/routes.gpx").content)
    walked = [route for route in plan["routes"] if route["stops"]]
    _, _, places, (names,) = pyogrio.raw.read(path, layer="waypoints", columns=["name"])
    told = {
        f"{route['letter']}{stop['position']}": stop["visit"] for route in walked for stop in route["stops"]
    }
    assert len(places) == len(told)
    for name, place in zip(names, shapely.from_wkb(places), strict=True):
        visit = told[name.split()[0]]
        assert (place.x, place.y) == pytest.approx((visit["lon"], visit["lat"]), abs=1e-6)
    for layer in ("routes", "tracks"):
        _, _, lines, _ = pyogrio.raw.read(path, layer=layer)
        assert len(lines) == len(walked)


@pytest.mark.parametrize(
    ("credit", "holder", "licence", "link"),
    [
        # streets of OpenStreetMap, with the day of the data
        (
            replace(OPENSTREETMAP, year=2026),
            "OpenStreetMap contributors",
            "odbl",
            True,
        ),
        # somebody else's, under words of his own
        (Credit("City survey", "by contract"), "City survey", None, False),
        # nobody asks for credit
        (Credit("", "CC0-1.0"), None, None, False),
        (Credit(), None, None, False),
    ],
)
def test_it_credits_those_who_made_the_streets(
    ward: RunningServer, credit: Credit, holder: str | None, licence: str | None, link: bool
) -> None:
    chief = ward.person(Role.SUPERVISOR)
    plan_id = planned(chief)["plan_id"]
    record = ward.services.patrols.show(plan_id)
    root = ET.fromstring(gpx_of(record.plan, route_views(record, "zh"), "zh", credit))
    assert faults_of(root) == []
    assert [one.get("author") for one in find(root, "metadata/copyright")] == ([holder] if holder else [])
    found = [one.text or "" for one in find(root, "metadata/copyright/license")]
    assert [licence in one for one in found if licence] == ([True] if licence else [])
    assert bool(find(root, "metadata/link")) == link


def test_ways_of_a_routing_service_are_openstreetmaps() -> None:
    own = LoadedLayer(
        "streets", "a.geojson", "0", "WGS 84", 1, (0, 0, 1, 1), NOON, 1, "City survey", "", NOON
    )
    assert credit_of(own, is_routed=True) == OPENSTREETMAP
    assert credit_of(own, is_routed=False) == Credit("City survey", "", 2026)
    assert credit_of(None, is_routed=False) == Credit()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("<trk/><rte/>", "gpx: has trk rte "),
        ('<wpt lat="91" lon="0"/>', "wpt: lat='91'"),
        ('<wpt lat="0"/>', "wpt: has no lon"),
        ('<wpt lat="0" lon="0"><desc>x</desc><name>y</name></wpt>', "wpt: has desc name "),
        ("<metadata><copyright/></metadata>", "copyright: has no author"),
        ('<metadata><link href="no address"/></metadata>', "link: href='no address'"),
        ("<rte><number>-1</number></rte>", "number: '-1'"),
    ],
)
def test_the_checker_sees_what_is_wrong(wrong: str, fault: str) -> None:
    root = ET.fromstring(
        f'<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">{wrong}</gpx>'
    )
    assert faults_of(root) == [fault]
