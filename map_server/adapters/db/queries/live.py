"""Flat reads behind the live map: incidents in a box, their clusters, cameras, and what changed since a
cursor.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, select

from map_server.adapters.db.repositories.devices import camera_from_row
from map_server.adapters.db.repositories.incidents import incident_from_row
from map_server.adapters.db.spatial import SpatialIndex, boxes_json
from map_server.adapters.db.tables.devices import cameras, devices
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.kernel import audit_head, audit_log
from map_server.adapters.db.ward_areas import within
from map_server.domain.device import Camera
from map_server.domain.fusion import SearchBox
from map_server.domain.incident import OPEN_STATES, Incident, IncidentState
from map_server.domain.reach import WHOLE_WARD, Reach, Spot
from map_server.presentation.geojson import CameraGroup, CellCount
from wire_contract.vocabulary import CameraState, EventKind


@dataclass(frozen=True, slots=True)
class MapFilter:
    """What the map shows. Ended incidents are shown when they were seen between `seen_from` and `seen_to`;
    open ones when they began before `seen_to`.
    """

    kinds: frozenset[EventKind]
    states: frozenset[IncidentState]
    seen_from: datetime
    seen_to: datetime
    box: SearchBox | None = None
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class CameraOnMap:
    """A camera, and whether its device is heard."""

    camera: Camera
    is_online: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The newest change of one subject."""

    seq: int
    subject_kind: str
    subject_id: str


_WELL = [str(CameraState.OK), str(CameraState.STARTING)]


def _cameras_shown(wanted: MapFilter) -> list[ColumnElement[bool]]:
    conditions = [within(wanted.reach, devices)]
    if wanted.box is not None:
        conditions.append(cameras.c.lon.between(wanted.box.west, wanted.box.east))
        conditions.append(cameras.c.lat.between(wanted.box.south, wanted.box.north))
    return conditions


class SqlLiveMap:
    """Each method is one read of its own; the cursor is always read first, so that nothing falls between."""

    def __init__(self, engine: Engine, spatial: SpatialIndex) -> None:
        self._engine = engine
        self._spatial = spatial

    def cursor(self) -> int:
        """Give the newest `seq` of the audit log."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(audit_head.c.seq)).scalar_one())

    def incidents(self, wanted: MapFilter, limit: int) -> list[Incident]:
        """Give the incidents that the filter shows, newest first."""
        statement = (
            select(incidents).where(self._shown(wanted)).order_by(incidents.c.number.desc()).limit(limit)
        )
        with self._engine.connect() as connection:
            return [incident_from_row(row) for row in connection.execute(statement).mappings()]

    def by_id(self, incident_ids: Collection[str]) -> list[Incident]:
        """Give incidents whatever their state."""
        statement = select(incidents).where(incidents.c.id.in_(incident_ids))
        with self._engine.connect() as connection:
            return [incident_from_row(row) for row in connection.execute(statement).mappings()]

    def shown_among(self, incident_ids: Collection[str], wanted: MapFilter) -> set[str]:
        """Give those of the ids that the filter shows."""
        statement = select(incidents.c.id).where(incidents.c.id.in_(incident_ids), self._shown(wanted))
        with self._engine.connect() as connection:
            return set(connection.scalars(statement))

    def count(self, wanted: MapFilter) -> int:
        """Count the incidents that the filter shows."""
        statement = select(func.count()).select_from(incidents).where(self._shown(wanted))
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar_one()

    def clusters(self, wanted: MapFilter, cell_deg: float) -> list[CellCount]:
        """Count the incidents with a place by cell, kind and state; cells are `cell_deg` wide and high."""
        column = self._spatial.whole((incidents.c.lon + 180) / cell_deg)
        row = self._spatial.whole((incidents.c.lat + 90) / cell_deg)
        keys = (column, row, incidents.c.kind, incidents.c.state)
        statement = (
            select(*keys, func.count(), func.avg(incidents.c.lon), func.avg(incidents.c.lat))
            .where(self._shown(wanted), incidents.c.lon.is_not(None))
            .group_by(*keys)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        return [CellCount((int(x), int(y)), kind, state, *rest) for x, y, kind, state, *rest in rows]

    def _shown(self, wanted: MapFilter) -> ColumnElement[bool]:
        still_open = incidents.c.state.in_([str(state) for state in OPEN_STATES])
        seen = or_(still_open, incidents.c.last_seen_at >= wanted.seen_from)
        conditions = [
            incidents.c.kind.in_([str(kind) for kind in wanted.kinds]),
            incidents.c.state.in_([str(state) for state in wanted.states]),
            seen,
            incidents.c.first_seen_at <= wanted.seen_to,
            within(wanted.reach, incidents),
        ]
        if wanted.box is not None:
            conditions.append(
                incidents.c.number.in_(
                    self._spatial.numbers.bindparams(boxes=boxes_json([wanted.box])).columns(
                        incidents.c.number
                    )
                )
            )
        return and_(*conditions)

    def camera_count(self, wanted: MapFilter) -> int:
        """Count the cameras that the filter shows."""
        statement = select(func.count()).join_from(cameras, devices).where(*_cameras_shown(wanted))
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar_one()

    def camera_groups(self, wanted: MapFilter, cell_deg: float) -> list[CameraGroup]:
        """Count the cameras with a place by cell, and those in trouble among them."""
        column = self._spatial.whole((cameras.c.lon + 180) / cell_deg)
        row = self._spatial.whole((cameras.c.lat + 90) / cell_deg)
        is_well = and_(devices.c.is_online, cameras.c.state.in_(_WELL))
        statement = (
            select(
                *(column, row, func.count(), func.sum(case((is_well, 0), else_=1))),
                *(func.avg(cameras.c.lon), func.avg(cameras.c.lat)),
            )
            .join_from(cameras, devices)
            .where(*_cameras_shown(wanted), cameras.c.lon.is_not(None))
            .group_by(column, row)
            .order_by(column, row)
        )
        with self._engine.connect() as connection:
            return [CameraGroup((int(x), int(y)), *rest) for x, y, *rest in connection.execute(statement)]

    def cameras(
        self, wanted: MapFilter | None = None, device_ids: Collection[str] | None = None
    ) -> list[CameraOnMap]:
        """Give the cameras that the filter shows, all without one; or of them those of some devices."""
        statement = (
            select(cameras, devices.c.is_online)
            .join(devices, devices.c.id == cameras.c.device_id)
            .order_by(cameras.c.device_id, cameras.c.camera_id)
        )
        if wanted is not None:
            statement = statement.where(*_cameras_shown(wanted))
        if device_ids is not None:
            statement = statement.where(cameras.c.device_id.in_(device_ids))
        with self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
        return [CameraOnMap(is_online=row.pop("is_online"), camera=camera_from_row(row)) for row in rows]

    def spots(
        self, incident_ids: Collection[str], device_ids: Collection[str]
    ) -> dict[tuple[str, str], Spot]:
        """Tell where incidents and devices lie, by the audit log's kind of subject and id."""
        found = {}
        with self._engine.connect() as connection:
            for kind, table, ids in (("incident", incidents, incident_ids), ("device", devices, device_ids)):
                columns = select(table.c.id, table.c.compound_id, table.c.grid_id)
                for row in connection.execute(columns.where(table.c.id.in_(ids))):
                    found[kind, row.id] = Spot(row.compound_id, row.grid_id)
        return found

    def changes_since(self, seq: int, subject_kinds: Collection[str], limit: int) -> list[Change]:
        """Give the newest change of each subject changed after `seq`, oldest first; at most `limit`."""
        newest = func.max(audit_log.c.seq)
        statement = (
            select(newest, audit_log.c.subject_kind, audit_log.c.subject_id)
            .where(audit_log.c.seq > seq, audit_log.c.subject_kind.in_(subject_kinds))
            .group_by(audit_log.c.subject_kind, audit_log.c.subject_id)
            .order_by(newest)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [Change(*row) for row in connection.execute(statement)]
