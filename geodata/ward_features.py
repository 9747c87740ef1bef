"""Turns the drawing board into GeoJSON layers in WGS 84 (RFC 7946)."""

import json
from collections.abc import Iterable, Mapping, Sequence

from geodata.ward_compounds import Building, Compound
from geodata.ward_model import Ward
from geodata.ward_names import WARD_EN, WARD_ZH, Name
from geodata.ward_plan import CREEK, EAST_BANK_U, HALF_WIDTH_M, WEST_BANK_U, Block, WardMap, grid_rectangles
from geodata.ward_rings import outline_ring, rectangle_ring
from geodata.ward_sites import VISITING_HOURS, SitePoint
from geodata.ward_streets import joined_ways

STATIONS = 5
NOTICE = "Synthetic sample data: every place and name is invented. 合成示例数据,地点与名称均为虚构。"
Feature = dict[str, object]


class WardWriter:
    """Knows how each layer of the ward is written."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._map = WardMap()

    def layers(self) -> dict[str, list[Feature]]:
        """Give all layers by file stem."""
        ward = self._ward
        return {
            "ward": [self._polygon("WARD", Name(WARD_ZH, WARD_EN), self._outline(ward.blocks))],
            "grids": list(self._grids()),
            "greens_and_water": list(self._greens_and_water()),
            "compounds": [self._compound(compound) for compound in ward.compounds],
            "buildings": list(self._buildings()),
            "streets": list(self._streets()),
            "gates": list(self._gates()),
            "fire_lanes": list(self._fire_lanes()),
            "drop_points": [self._site(site) for site in ward.drop_points],
            "bin_houses": [self._site(site) for site in ward.bin_houses],
            "structure_points": [self._site(site) for site in ward.structure_points],
        }

    def _grids(self) -> Iterable[Feature]:
        numbers = self._ward.grid_numbers()
        for key, blocks in sorted(grid_rectangles(self._ward.blocks).items()):
            number = numbers[key]
            station = 1 + (number - 1) * STATIONS // len(numbers)
            yield self._polygon(
                f"G-{number:02d}",
                Name(f"第{number}网格", f"Grid {number}"),
                self._outline(blocks),
                responsible_unit_zh=f"第{station}联勤联动站",
                responsible_unit_en=f"Joint Service Station {station}",
            )

    def _outline(self, blocks: Sequence[Block]) -> list[tuple[float, float]]:
        # The creek belongs to the grids on its west bank, so that no place of the ward is without an owner.
        rectangles = [
            (block.u0, block.v0, EAST_BANK_U if block.u1 == WEST_BANK_U else block.u1, block.v1)
            for block in blocks
        ]
        corners = [
            (u, v) for block in self._ward.blocks for u in (block.u0, block.u1) for v in (block.v0, block.v1)
        ]
        return outline_ring(rectangles, corners)

    def _compound(self, compound: Compound) -> Feature:
        return self._polygon(
            f"C-{compound.index:02d}",
            compound.name,
            rectangle_ring(compound.rectangle),
            style=compound.style,
            buildings=len(compound.buildings),
            grid_id=self._ward.grid_of(compound.block),
        )

    def _buildings(self) -> Iterable[Feature]:
        owners: list[tuple[str, list[Building]]] = [
            (f"C-{compound.index:02d}", compound.buildings) for compound in self._ward.compounds
        ]
        owners += [(f"P-{index:02d}", place[3]) for index, place in enumerate(self._ward.public_places, 1)]
        for owner, buildings in owners:
            for number, building in enumerate(buildings, 1):
                house = Name(f"{number}号", f"No. {number}")
                yield self._polygon(
                    f"{owner}-{number}",
                    house,
                    rectangle_ring(building.rectangle, 1000),
                    storeys=building.storeys,
                )

    def _greens_and_water(self) -> Iterable[Feature]:
        u0, v0, u1, v1 = CREEK
        bank = HALF_WIDTH_M["street"] + 4
        creek = Name("澜溪港", "Lanxi Creek")
        yield self._polygon("W-01", creek, rectangle_ring((u0 + bank, v0, u1 - bank, v1)), use="water")
        for index, (kind, name, block, _) in enumerate(self._ward.public_places, 1):
            yield self._polygon(f"P-{index:02d}", name, rectangle_ring(block.parcel()), use=kind)
        for compound in self._ward.compounds:
            if compound.garden is not None:
                name = Name(f"{compound.name.zh}中心花园", f"{compound.name.en}, garden")
                yield self._polygon(
                    f"GR-{compound.index:02d}", name, rectangle_ring(compound.garden), use="garden"
                )

    def _streets(self) -> Iterable[Feature]:
        for number, (street, points) in enumerate(joined_ways(self._ward.streets), 1):
            line = {"type": "LineString", "coordinates": [self._map.lonlat(u, v) for u, v in points]}
            name = self._ward.street_names[street.key]
            yield _feature(f"S-{number:04d}", name, line, {"rank": street.rank})

    def _gates(self) -> Iterable[Feature]:
        for compound in self._ward.compounds:
            for number, (u, v) in enumerate(compound.gates, 1):
                name = Name(f"{compound.name.zh}{number}号门", f"{compound.name.en}, gate {number}")
                point = {"type": "Point", "coordinates": self._map.lonlat(u, v)}
                yield _feature(
                    f"GT-{compound.index:02d}-{number}",
                    name,
                    point,
                    {"compound_id": f"C-{compound.index:02d}"},
                )

    def _fire_lanes(self) -> Iterable[Feature]:
        for compound, seen_days in zip(self._ward.compounds, self._ward.lanes_seen_days, strict=True):
            for number, (rectangle, width_m) in enumerate(compound.fire_lanes, 1):
                yield self._polygon(
                    f"FL-{compound.index:02d}-{number}",
                    Name(f"{compound.name.zh}{number}号消防通道", f"{compound.name.en}, fire lane {number}"),
                    rectangle_ring(rectangle),
                    width_m=width_m,
                    compound_id=f"C-{compound.index:02d}",
                    days_since_inspection=seen_days[number - 1],
                )

    def _site(self, site: SitePoint) -> Feature:
        properties: dict[str, object] = {
            "kind": site.kind,
            "compound_id": f"C-{site.compound.index:02d}",
            "grid_id": self._ward.grid_of(site.compound.block),
            "days_since_inspection": site.days_since_inspection,
        }
        if site.kind in VISITING_HOURS:
            properties["visit_from"], properties["visit_until"] = VISITING_HOURS[site.kind]
        if site.state is not None:
            properties |= {"state": site.state, "level": site.level}
        point = {"type": "Point", "coordinates": self._map.lonlat(*site.board_point)}
        return _feature(site.site_id, site.name, point, properties)

    def _polygon(
        self, feature_id: str, name: Name, ring: Sequence[tuple[float, float]], **properties: object
    ) -> Feature:
        corners = [self._map.lonlat(u, v) for u, v in ring]
        return _feature(
            feature_id, name, {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}, properties
        )


def _feature(
    feature_id: str, name: Name, geometry: Mapping[str, object], properties: Mapping[str, object]
) -> Feature:
    named = {"id": feature_id, "name_zh": name.zh, "name_en": name.en, **properties}
    return {"type": "Feature", "id": feature_id, "properties": named, "geometry": geometry}


def layer_text(name: str, features: Iterable[Feature]) -> str:
    """Write one layer, a feature on each line, with the notice that it is synthetic."""
    head = {
        "name": name,
        "synthetic": True,
        "notice": NOTICE,
        "license": "CC0-1.0",
        "datum": "WGS 84 (OGC:CRS84)",
    }
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    start = json.dumps({"type": "FeatureCollection", **head}, ensure_ascii=False)[:-1]
    return f'{start}, "features": [\n{lines}\n]}}\n'
