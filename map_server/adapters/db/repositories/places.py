"""Layers and areas as rows."""

from collections.abc import Iterable

import shapely
from sqlalchemy import Connection, delete, insert, select, update

from map_server.adapters.db.tables.places import areas, layers
from map_server.adapters.db.upsert import upsert
from map_server.domain.place import Area, LoadedLayer


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
