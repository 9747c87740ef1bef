"""Layers, areas and sites as rows."""

from collections.abc import Collection, Iterable
from datetime import time
from typing import Any

import shapely
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.places import areas, layers, sites
from map_server.adapters.db.upsert import upsert
from map_server.domain.place import Area, LoadedLayer
from map_server.domain.site import Level, Site, SiteKind, StructureState


class SqlLayers:
    """See services.place_ports.LayerRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, layer: LoadedLayer) -> None:
        """Store it in place of what was known."""
        row = {column.name: getattr(layer, column.name) for column in layers.columns}
        upsert(self._connection, layers, [row | {"bounds": list(layer.bounds)}])

    def touch(self, name: str) -> None:
        """Count a change of the layer's content, so that maps fetch it again."""
        counted = update(layers).where(layers.c.name == name).values(revision=layers.c.revision + 1)
        self._connection.execute(counted)

    def all(self) -> dict[str, LoadedLayer]:
        """Give all loaded layers by name."""
        rows = self._connection.execute(select(layers)).mappings()
        return {row["name"]: LoadedLayer(**{**row, "bounds": tuple(row["bounds"])}) for row in rows}


class SqlAreas:
    """See services.place_ports.AreaRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, layer: str, new: Iterable[Area]) -> None:
        """Make these the only areas of a layer."""
        self._connection.execute(delete(areas).where(areas.c.layer == layer))
        rows = [
            {
                "layer": layer,
                "area_id": area.area_id,
                "name_zh": area.name_zh,
                "name_en": area.name_en,
                "geometry_wkb": shapely.to_wkb(area.geometry),
                "attributes": area.attributes,
            }
            for area in new
        ]
        if rows:
            self._connection.execute(insert(areas), rows)

    def of_layer(self, layer: str) -> list[Area]:
        """Give the areas of a layer, by id."""
        rows = self._connection.execute(select(areas).where(areas.c.layer == layer).order_by(areas.c.area_id))
        return [
            Area(
                layer=row["layer"],
                area_id=row["area_id"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                geometry=shapely.from_wkb(row["geometry_wkb"]),
                attributes=row["attributes"],
            )
            for row in rows.mappings()
        ]


class SqlSites:
    """See services.place_ports.SiteRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, kind: SiteKind, new: Iterable[Site]) -> None:
        """Make these the only sites of a kind."""
        self._connection.execute(delete(sites).where(sites.c.kind == kind))
        rows = [_to_row(site) for site in new]
        if rows:
            self._connection.execute(insert(sites), rows)

    def put(self, site: Site) -> None:
        """Store a changed site."""
        upsert(self._connection, sites, [_to_row(site)])

    def get(self, site_id: str) -> Site | None:
        """Give a site."""
        row = self._connection.execute(select(sites).where(sites.c.site_id == site_id)).mappings().first()
        return site_from_row(row) if row else None

    def of_kinds(self, kinds: Collection[SiteKind]) -> list[Site]:
        """Give the sites of these kinds, by id."""
        wanted = (
            select(sites).where(sites.c.kind.in_([str(kind) for kind in kinds])).order_by(sites.c.site_id)
        )
        return [site_from_row(row) for row in self._connection.execute(wanted).mappings()]


def site_from_row(row: RowMapping) -> Site:
    """Read a site from a row of its table."""
    return Site(
        site_id=row["site_id"],
        kind=SiteKind(row["kind"]),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        point=(row["lon"], row["lat"]),
        interval_days=row["interval_days"],
        inspected_at=row["inspected_at"],
        state=None if row["state"] is None else StructureState(row["state"]),
        level=None if row["level"] is None else Level(row["level"]),
        visit_from=None if row["visit_from"] is None else time.fromisoformat(row["visit_from"]),
        visit_until=None if row["visit_until"] is None else time.fromisoformat(row["visit_until"]),
        compound_id=row["compound_id"],
        grid_id=row["grid_id"],
    )


def _to_row(site: Site) -> dict[str, Any]:
    return {
        "site_id": site.site_id,
        "kind": str(site.kind),
        "name_zh": site.name_zh,
        "name_en": site.name_en,
        "lon": site.point[0],
        "lat": site.point[1],
        "interval_days": site.interval_days,
        "inspected_at": site.inspected_at,
        "state": None if site.state is None else str(site.state),
        "level": None if site.level is None else str(site.level),
        "visit_from": None if site.visit_from is None else f"{site.visit_from:%H:%M}",
        "visit_until": None if site.visit_until is None else f"{site.visit_until:%H:%M}",
        "compound_id": site.compound_id,
        "grid_id": site.grid_id,
    }
