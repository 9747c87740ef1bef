"""Layers from files into the database: what is right goes in whole, what is wrong says where and the mend."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.geodata_files import GeodataFiles
from map_server.adapters.loaded_streets import LoadedStreets
from map_server.bootstrap.database import open_database
from map_server.config import Settings
from map_server.domain.datum import Datum, from_wgs84
from map_server.domain.errors import InvalidInput
from map_server.domain.place import LAYERS
from map_server.domain.site import SiteKind, StructureState
from map_server.services.geodata import Geodata
from map_server.services.places import Places
from tests.fakes.clock import FakeClock

WARD = Path(__file__).resolve().parents[3] / "geodata" / "sample_ward"
HERE = (121.56, 31.25)


class Office:
    """A database with the use cases of geodata."""

    def __init__(self, engine: Engine) -> None:
        self.clock = FakeClock()
        self.begin = SqlUnitsOfWork(engine, self.clock, committed=lambda _: None)
        self.read = self.begin.reading
        self.geodata = Geodata(self.begin, self.read, self.clock, GeodataFiles())
        self.places = Places(self.read, self.clock)

    def load(self, *paths: Path, layer: str | None = None, datum: Datum | None = None) -> list[str]:
        return [result.layer for result in self.geodata.load(paths, "person:1", layer, datum)]

    def layers(self) -> list[str]:
        return [layer.name for layer in self.places.layers()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    engine = open_database(Settings(data_dir=tmp_path / "data"))
    yield Office(engine)
    engine.dispose()


def point(lon: float = HERE[0], lat: float = HERE[1], **properties: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


def square(size_deg: float = 0.001, **properties: object) -> dict[str, Any]:
    lon, lat = HERE
    ring = [
        [lon, lat],
        [lon + size_deg, lat],
        [lon + size_deg, lat + size_deg],
        [lon, lat + size_deg],
        [lon, lat],
    ]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(folder: Path, name: str, *features: object, **head: object) -> Path:
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **head, "features": list(features)}), "utf-8")
    return path


def gdal_file(path: Path, lon: float, lat: float, crs: str | None) -> Path:
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shapely.Point(lon, lat))], dtype=object),
        field_data=[np.array(["D1"], dtype=object), np.array(["东门投放点"], dtype=object)],
        fields=["id", "name"],
        geometry_type="Point",
        crs=crs,
        layer="drop_points" if path.suffix == ".gpkg" else None,
        encoding="UTF-8",
    )
    return path


def place_of(office: Office, site_id: str = "D1") -> tuple[float, float]:
    with office.read() as work:
        found = work.sites.get(site_id)
    assert found is not None
    return found.point


def test_sample_ward_loads_in_drawing_order_and_answers_for_places(office: Office) -> None:
    assert office.load(WARD) == [name for name in LAYERS if name != "camera_views"]
    where = office.places.whereabouts((121.5524718, 31.2460097))
    assert (where.compound_id, where.grid_id) == ("C-01", "G-02")
    assert where.unit_en.startswith("Joint Service Station")
    assert len(office.places.sites()) == 241 + 33 + 359 + 135
    assert "km" in LoadedStreets(office.read, office.clock).description


def test_same_file_again_changes_nothing_and_is_not_logged_twice(office: Office, tmp_path: Path) -> None:
    path = geojson(tmp_path, "grids", square(id="G1"))
    office.load(path)
    office.load(path)
    (layer,) = office.places.layers()
    assert layer.revision == 1
    with office.read() as work:
        actions = [entry.action for entry in work.audit_log.entries()]  # type: ignore[attr-defined]
    assert actions == ["layer_loaded"]


def test_changed_file_replaces_its_layer(office: Office, tmp_path: Path) -> None:
    office.load(geojson(tmp_path, "grids", square(id="G1"), square(0.002, id="G2")))
    office.load(geojson(tmp_path, "grids", square(id="G3")))
    content = office.places.content("grids")
    assert ([area.area_id for area in content.areas], content.loaded.revision) == (["G3"], 2)


def test_reload_keeps_the_later_inspection(office: Office, tmp_path: Path) -> None:
    office.load(geojson(tmp_path, "drop_points", point(id="D1", days_since_inspection=5)))
    with office.begin() as work:
        known = work.sites.get("D1")
        assert known is not None
        work.sites.put([known.inspected(office.clock.now() - timedelta(hours=1))])
        work.commit()
    office.load(geojson(tmp_path, "drop_points", point(id="D1", days_since_inspection=5, name="renamed")))
    (site,) = office.places.sites()
    assert (site.name_zh, site.inspected_at) == ("renamed", office.clock.now() - timedelta(hours=1))


def test_one_wrong_file_among_many_loads_nothing(office: Office, tmp_path: Path) -> None:
    good, wrong = (
        geojson(tmp_path, "grids", square(id="G1")),
        geojson(tmp_path, "gates", point(31.25, 121.56)),
    )
    with pytest.raises(InvalidInput):
        office.load(good, wrong)
    assert office.layers() == []


def test_site_takes_grid_and_compound_from_where_it_stands(office: Office, tmp_path: Path) -> None:
    office.load(geojson(tmp_path, "grids", square(id="G1")), geojson(tmp_path, "compounds", square(id="C1")))
    office.load(geojson(tmp_path, "drop_points", point(121.5605, 31.2505, id="D1")))
    (site,) = office.places.sites()
    assert (site.grid_id, site.compound_id) == ("G1", "C1")


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shifted_layer_comes_back_to_its_true_place(office: Office, tmp_path: Path, datum: Datum) -> None:
    office.load(geojson(tmp_path, "drop_points", point(*from_wgs84(HERE, datum), id="D1")), datum=datum)
    assert place_of(office) == pytest.approx(HERE, abs=1e-9)
    (layer,) = office.places.layers()
    assert layer.crs.endswith(f"read as {datum}")


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_geopackage_and_shapefile_load_with_chinese_names(
    office: Office, tmp_path: Path, suffix: str
) -> None:
    path = gdal_file(tmp_path / f"drop_points{suffix}", *HERE, crs="EPSG:4326")
    assert office.load(path) == ["drop_points"]
    (site,) = office.places.sites()
    assert (site.site_id, site.name_zh) == ("D1", "东门投放点")
    assert site.point == pytest.approx(HERE, abs=1e-9)


def test_projected_layer_is_taken_to_degrees(office: Office, tmp_path: Path) -> None:
    """CGCS2000 / 3-degree Gauss-Krueger, central meridian 120 E: 121.56 E, 31.25 N in metres."""
    path = gdal_file(tmp_path / "drop_points.gpkg", 648_605.0938, 3_459_741.8906, crs="EPSG:4549")
    office.load(path)
    assert place_of(office) == pytest.approx(HERE, abs=1e-8)


def test_cgcs2000_degrees_are_kept_and_the_declared_system_is_remembered(
    office: Office, tmp_path: Path
) -> None:
    office.load(gdal_file(tmp_path / "drop_points.gpkg", *HERE, crs="EPSG:4490"))
    assert place_of(office) == HERE
    assert office.places.layers()[0].crs == "EPSG:4490"


def test_old_geojson_that_names_its_system_is_understood(office: Office, tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    office.load(geojson(tmp_path, "drop_points", point(13_531_997.3, 3_665_259.14, id="D1"), crs=crs))
    assert place_of(office) == pytest.approx(HERE, abs=1e-6)


def test_layer_option_says_what_a_file_is(office: Office, tmp_path: Path) -> None:
    assert office.load(geojson(tmp_path, "export-17", square(id="G1")), layer="grids") == ["grids"]


def test_structure_point_brings_its_state(office: Office, tmp_path: Path) -> None:
    office.load(geojson(tmp_path, "structure_points", point(id="S1", state="deferred", interval_days=30)))
    (site,) = office.places.sites([SiteKind.STRUCTURE_POINT])
    assert site.state is StructureState.DEFERRED


WRONG_FEATURES: list[tuple[str, str, list[object], str]] = [
    # what is wrong, layer, features, words of the message
    ("swapped", "gates", [point(31.25, 121.56, id="A")], r"feature 1 \(A\): longitude and .* swapped"),
    ("off the earth", "gates", [point(181, 31.25)], "lies off the earth"),
    ("metres", "gates", [point(13_531_997.0, 3_665_259.0)], "metres of a projection"),
    ("not a number", "gates", [point(float("nan"), 31.25)], "not a number"),
    ("mixed", "grids", [square(id="1"), point(id="2")], r"feature 2 \(2\): is a Point.*1 Point.*split"),
    ("other shape", "streets", [square(id="1")], "streets takes LineString only"),
    ("bow tie", "grids", [{**square(id="1"), "geometry": {"type": "Polygon", "coordinates": [
        [[121.0, 31.0], [121.1, 31.1], [121.1, 31.0], [121.0, 31.1], [121.0, 31.0]]]}}], "not valid.*mend"),
    ("twice", "gates", [point(id="A"), point(121.57, 31.25, id="A")], "2 features have the id A"),
    ("no geometry", "gates", [{**point(), "geometry": None}], "feature 1: has no geometry"),
    ("unknown type", "gates", [{**point(), "geometry": {"type": "Circle", "coordinates": [1, 2]}}], "Circle"),
    ("words", "gates", [{**point(), "geometry": {"type": "Point", "coordinates": ["a", "b"]}}], "read"),
    ("empty", "gates", [{**point(), "geometry": {"type": "Point", "coordinates": []}}], "feature 1"),
    ("not a feature", "gates", [{"type": "Point", "coordinates": [1, 2]}], '"type" must be "Feature"'),
    ("no features", "gates", [], "has no features"),
    ("unknown state", "structure_points", [point(state="gone")], "state: 'gone' must be one of deferred"),
    ("no state", "structure_points", [point()], "state: None must be one of"),
    ("interval of words", "drop_points", [point(interval_days="weekly")], "interval_days: 'weekly'"),
    ("interval of a century", "drop_points", [point(interval_days=36_500)], "interval_days: 36500"),
    ("half a window", "drop_points", [point(visit_from="08:00")], "visit_until: give both"),
    ("no time", "drop_points", [point(visit_from="8 o'clock", visit_until="18:00")], "a time of day like"),
    ("no date", "drop_points", [point(inspected_at="last week")], "inspected_at: 'last week' must be a day"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "layer", "features", "message"), WRONG_FEATURES, ids=lambda value: str(value)[:20]
)
def test_wrong_feature_is_named_with_its_mend(
    office: Office, tmp_path: Path, what: str, layer: str, features: list[object], message: str
) -> None:
    path = geojson(tmp_path, layer, *features)
    with pytest.raises(InvalidInput, match=message) as caught:
        office.load(path)
    assert caught.value.message.startswith(f"{layer}.geojson")
    assert "\n" not in caught.value.message
    assert office.layers() == []


def test_all_faults_are_given_not_only_the_first(office: Office, tmp_path: Path) -> None:
    path = geojson(tmp_path, "drop_points", *(point(id=str(n), interval_days=0) for n in range(3)))
    with pytest.raises(InvalidInput, match=r"\(and 2 more\)") as caught:
        office.load(path)
    assert len(caught.value.fields) == 3


def _text(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_wrong_file_is_named_with_its_mend(office: Office, tmp_path: Path) -> None:
    unknown_crs = {"type": "name", "properties": {"name": "local grid of 1958"}}
    (tmp_path / "empty").mkdir()
    cases = [
        (tmp_path / "missing.geojson", "no such file"),
        (tmp_path / "empty", "holds no"),
        (_text(tmp_path, "gates.csv", b"lon,lat"), "give a .geojson"),
        (_text(tmp_path, "gates.geojson", b"{"), "gates.geojson: is not JSON"),
        (_text(tmp_path, "grids.geojson", "{'名'}".encode("gbk")), "grids.geojson: is not JSON"),
        (_text(tmp_path, "ward.geojson", b"[]"), '"type" must be'),
        (_text(tmp_path, "streets.geojson", b'{"type": "FeatureCollection"}'), '"features" must be a list'),
        (_text(tmp_path, "drop_points.gpkg", b"no database"), "GDAL cannot open it"),
        (geojson(tmp_path, "compounds", square(), crs=unknown_crs), "unknown coordinate system"),
        (geojson(tmp_path, "buildings", square(), crs={}), '"crs" names no'),
        (geojson(tmp_path, "holiday_photos", point()), "no layer is called holiday_photos; give --layer"),
    ]
    for path, message in cases:
        with pytest.raises(InvalidInput, match=message):
            office.load(path)
    assert office.layers() == []


def test_shapefile_without_projection_asks_for_a_datum(office: Office, tmp_path: Path) -> None:
    path = gdal_file(tmp_path / "drop_points.shp", *from_wgs84(HERE, Datum.GCJ02), crs="EPSG:4326")
    path.with_suffix(".prj").unlink()
    with pytest.raises(InvalidInput, match="says no coordinate system; give --datum"):
        office.load(path)
    office.load(path, datum=Datum.GCJ02)
    assert place_of(office) == pytest.approx(HERE, abs=1e-9)


def test_two_files_for_one_layer_are_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = (
        geojson(tmp_path, "grids", square(id="1")),
        geojson(tmp_path / "other", "grids", square(id="2")),
    )
    with pytest.raises(InvalidInput, match="two files give this layer"):
        office.load(one, other)
