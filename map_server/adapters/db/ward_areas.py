"""Grid and compound of places, for the rows that keep them, and the condition that cuts lists to a reach."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Table, exists, false, not_, or_, select, true

from map_server.adapters.db.repositories.places import SqlAreas
from map_server.adapters.db.tables.devices import devices
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans, patrol_stops
from map_server.adapters.db.tables.places import layers, sites
from map_server.domain.datum import LonLat
from map_server.domain.reach import NOWHERE, Reach, Spot
from map_server.domain.whereabouts import Gazetteer

_LAYERS = ("grids", "compounds")


class WardAreas:
    """The areas as they are loaded now. One per database; it reads the shapes anew when they change."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[tuple[str, int], ...], Gazetteer] | None = None

    def spots(self, connection: Connection, points: Sequence[LonLat | None]) -> list[Spot]:
        """Tell for each point in which areas it lies."""
        if not any(points):
            return [NOWHERE] * len(points)
        gazetteer = self._gazetteer(connection)
        return [NOWHERE if point is None else _spot(gazetteer, point) for point in points]

    def _gazetteer(self, connection: Connection) -> Gazetteer:
        statement = select(layers.c.name, layers.c.revision).where(layers.c.name.in_(_LAYERS))
        stamp = tuple(
            (row.name, row.revision) for row in connection.execute(statement.order_by(layers.c.name))
        )
        kept = self._kept
        if kept is None or kept[0] != stamp:
            areas = SqlAreas(connection)
            kept = (stamp, Gazetteer(*(areas.of_layer(layer) for layer in _LAYERS)))
            self._kept = kept
        return kept[1]


def _spot(gazetteer: Gazetteer, point: LonLat) -> Spot:
    where = gazetteer.at(point)
    return Spot(where.compound_id, where.grid_id)


def spots_of_devices(connection: Connection, device_ids: Collection[str]) -> dict[str, Spot]:
    """Give where devices belong."""
    statement = select(devices.c.id, devices.c.compound_id, devices.c.grid_id)
    rows = connection.execute(statement.where(devices.c.id.in_(device_ids)))
    return {row.id: Spot(row.compound_id, row.grid_id) for row in rows}


def within(reach: Reach, table: Table) -> ColumnElement[bool]:
    """Give the condition that a row lies in a person's areas; the table has `compound_id` and `grid_id`."""
    if reach.is_whole_ward:
        return true()
    named = [
        table.c[column].in_(sorted(areas))
        for column, areas in (("compound_id", reach.compounds), ("grid_id", reach.grids))
        if areas
    ]
    return or_(*named) if named else false()


def plans_within(reach: Reach) -> ColumnElement[bool]:
    """Give the condition that a plan lies in a person's areas.

    A plan shows all that it visits and leaves out; all of it must lie there.
    """
    if reach.is_whole_ward:
        return true()
    own_incidents = select(incidents.c.id).where(within(reach, incidents))
    own_sites = select(sites.c.site_id).where(within(reach, sites))
    return not_(
        or_(
            *(
                exists().where(
                    visits.c.plan_id == patrol_plans.c.plan_id,
                    visits.c.subject_id.not_in(own_incidents),
                    visits.c.subject_id.not_in(own_sites),
                )
                for visits in (patrol_stops, patrol_left_out)
            )
        )
    )
