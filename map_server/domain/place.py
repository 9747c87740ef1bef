"""Named areas of the ward and the layers in which they come: what may be loaded, and what an area is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from shapely.geometry.base import BaseGeometry

from map_server.domain.audit_log import JsonObject


class Shape(StrEnum):
    """What the features of a layer look like; the many-part form of each is accepted too."""

    POINT = "Point"
    LINE = "LineString"
    POLYGON = "Polygon"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that the server knows what to do with. `holds_sites`: its features are sites, no areas."""

    name: str
    shape: Shape
    title_zh: str
    title_en: str
    holds_sites: bool = False


def _table(*layers: Layer) -> Mapping[str, Layer]:
    return MappingProxyType({layer.name: layer for layer in layers})


LAYERS = _table(
    Layer("ward", Shape.POLYGON, "街道范围", "Ward"),
    Layer("grids", Shape.POLYGON, "网格", "Grids"),
    Layer("greens_and_water", Shape.POLYGON, "绿地、水系与公共用地", "Greens, water and public grounds"),
    Layer("compounds", Shape.POLYGON, "住宅小区", "Compounds"),
    Layer("buildings", Shape.POLYGON, "建筑", "Buildings"),
    Layer("streets", Shape.LINE, "道路", "Streets"),
    Layer("gates", Shape.POINT, "小区出入口", "Gates"),
    Layer("fire_lanes", Shape.POLYGON, "消防通道", "Fire lanes"),
    Layer("drop_points", Shape.POINT, "投放点", "Drop points", holds_sites=True),
    Layer("bin_houses", Shape.POINT, "垃圾厢房", "Bin houses", holds_sites=True),
    Layer("structure_points", Shape.POINT, "违建巡查点位", "Structure points", holds_sites=True),
    Layer("camera_views", Shape.POLYGON, "摄像机可视范围", "Camera views"),
)
"""In drawing order, the lowest first."""


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature as it stands in a file, its geometry in WGS 84. `place` names it in messages to people."""

    place: str
    feature_id: str | None
    geometry: BaseGeometry
    properties: JsonObject


@dataclass(frozen=True, slots=True)
class Area:
    """One feature of a layer that is no site; the geometry is WGS 84, two-dimensional."""

    layer: str
    area_id: str
    name_zh: str
    name_en: str
    geometry: BaseGeometry
    attributes: JsonObject


@dataclass(frozen=True, slots=True)
class LoadedLayer:
    """What is known of a layer as it was loaded. `revision` rises with every change of its content;
    `attribution` and `licence` are shown wherever the layer is; `data_at` is the day of the data.
    """

    name: str
    source: str
    digest: str
    crs: str
    feature_count: int
    bounds: tuple[float, float, float, float]
    loaded_at: datetime
    revision: int
    attribution: str = ""
    licence: str = ""
    data_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """In which grid and compound a point lies, and who is responsible there."""

    grid_id: str | None = None
    grid_zh: str = ""
    grid_en: str = ""
    unit_zh: str = ""
    unit_en: str = ""
    compound_id: str | None = None
    compound_zh: str = ""
    compound_en: str = ""
