"""Finds incidents by place.

An R*Tree on SQLite, a GiST index on PostgreSQL. Boxes only; shapes are compared later.
"""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Engine, Integer, TextClause, cast, func, text

from map_server.domain.fusion import SearchBox


class SpatialIndex(Protocol):
    """The two things that differ between the databases."""

    @property
    def numbers(self) -> TextClause:
        """Select the numbers of all incidents whose point lies in one of `:boxes` (see `boxes_json`)."""

    def whole(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """Round a non-negative number down."""


class RTreeIndex:
    """SQLite.

    `incident_boxes`, kept in step by triggers. Boxes are rounded outward to 32 bit, about 0.7 m here.
    """

    numbers = text(
        "SELECT b.number FROM json_each(:boxes) AS q CROSS JOIN incident_boxes AS b"
        " WHERE b.max_lon >= q.value ->> 0 AND b.max_lat >= q.value ->> 1"
        " AND b.min_lon <= q.value ->> 2 AND b.min_lat <= q.value ->> 3"
    )

    def whole(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """Cut the fraction off."""
        return cast(expression, Integer)


class GistIndex:
    """PostgreSQL.

    An expression index over PostGIS points, or over the server's own where PostGIS is not offered.
    """

    _QUERY = "SELECT i.number FROM jsonb_array_elements(CAST(:boxes AS jsonb)) AS q JOIN incidents AS i ON "
    _CORNERS = ", ".join(f"CAST(q ->> {corner} AS float8)" for corner in range(4))
    _POSTGIS = f"ST_SetSRID(ST_MakePoint(i.lon, i.lat), 4326) && ST_MakeEnvelope({_CORNERS}, 4326)"
    _POINT = (
        "point(i.lon, i.lat) <@ box(point(CAST(q ->> 0 AS float8), CAST(q ->> 1 AS float8)), "
        "point(CAST(q ->> 2 AS float8), CAST(q ->> 3 AS float8)))"
    )

    def __init__(self, has_postgis: bool) -> None:
        self.numbers = text(self._QUERY + (self._POSTGIS if has_postgis else self._POINT))

    def whole(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """Round down; a cast would round to the nearest here."""
        return func.floor(expression)


def boxes_json(boxes: Sequence[SearchBox]) -> str:
    """Write boxes as the one parameter of `SpatialIndex.numbers`; the index is asked once per box."""
    return json.dumps([(box.west, box.south, box.east, box.north) for box in boxes])


def spatial_index_of(engine: Engine) -> SpatialIndex:
    """Choose the index that the migrations made in this database."""
    if engine.dialect.name == "sqlite":
        return RTreeIndex()
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT to_regclass('gx_incidents_postgis')"))
    return GistIndex(has_postgis=found is not None)
