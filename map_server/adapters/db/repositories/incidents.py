"""Incidents as rows, each open one with its seat in the unique index."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, TextClause, bindparam, or_, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.repositories.fixes import fix_from_row, fix_to_row
from map_server.adapters.db.spatial import SpatialIndex, boxes_json
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.types import UtcDateTime
from map_server.adapters.db.upsert import insert_many, upsert
from map_server.adapters.db.ward_areas import WardAreas, spots_of_devices
from map_server.domain.errors import Conflict, NotFound
from map_server.domain.event import View
from map_server.domain.fusion import SearchBox
from map_server.domain.incident import (
    ENDED_STATES,
    OPEN_STATES,
    Incident,
    IncidentState,
    Judgement,
    Severity,
)
from map_server.domain.reach import Spot
from wire_contract.vocabulary import EventKind

_SEAT = "#"
"""Between the place and the number of the seat in an open key; seat 0 is the rule, others are for things that
were told apart inside one cell."""
_SEATS_PER_PLACE = 64
"""More things of one kind than stand in eleven metres."""

_IS_RECALLABLE = or_(
    incidents.c.state.in_([str(state) for state in OPEN_STATES]),
    incidents.c.state.in_([str(state) for state in ENDED_STATES])
    & (incidents.c.last_seen_at >= bindparam("ended_after", type_=UtcDateTime)),
)
_MANY = select(incidents).where(incidents.c.id.in_(bindparam("ids", expanding=True)))
_ANCHORED = select(incidents).where(
    incidents.c.anchor.in_(bindparam("anchors", expanding=True)), _IS_RECALLABLE
)
_SEATED = select(incidents.c.open_key).where(incidents.c.open_key.in_(bindparam("seats", expanding=True)))


@cache
def _near(numbers: TextClause) -> Select[Any]:
    among = numbers.columns(incidents.c.number)
    return select(incidents).where(incidents.c.number.in_(among), _IS_RECALLABLE)


class SqlIncidents:
    """See services.incident_ports.IncidentRepository.

    Grid and compound are written beside the place, and again when the ward's areas change.
    """

    def __init__(self, connection: Connection, spatial: SpatialIndex, areas: WardAreas) -> None:
        self._connection = connection
        self._spatial = spatial
        self._areas = areas

    def get(self, incident_id: str) -> Incident:
        """Give an incident. Raises NotFound."""
        found = self.many([incident_id])
        if not found:
            raise NotFound(f"there is no incident {incident_id}")
        return found[0]

    def many(self, incident_ids: Collection[str]) -> list[Incident]:
        """Give those of these incidents that exist."""
        return self._read(_MANY, {"ids": list(incident_ids)}) if incident_ids else []

    def near(self, boxes: Sequence[SearchBox], ended_after: datetime) -> list[Incident]:
        """Give the incidents in the boxes that are open or ended since `ended_after`."""
        if not boxes:
            return []
        around = {"boxes": boxes_json(boxes), "ended_after": ended_after}
        return self._read(_near(self._spatial.numbers), around)

    def anchored(self, anchors: Collection[str], ended_after: datetime) -> list[Incident]:
        """Give the incidents first seen at these places that are open or ended since."""
        if not anchors:
            return []
        return self._read(_ANCHORED, {"anchors": list(anchors), "ended_after": ended_after})

    def _read(self, statement: Select[Any], parameters: Mapping[str, Any]) -> list[Incident]:
        return [incident_from_row(row) for row in self._connection.execute(statement, parameters).mappings()]

    def put(self, changed: Sequence[Incident]) -> None:
        """Store incidents, and give open ones their seat in the unique index."""
        seats = self._seats_for(changed)
        spots = self._spots(changed)
        rows = [
            _to_row(incident, seats.get(incident.incident_id)) | asdict(spot)
            for incident, spot in zip(changed, spots, strict=True)
        ]
        old = [row for row in rows if row["number"]]
        # Seats are given up before they are taken.
        upsert(self._connection, incidents, [row for row in old if row["open_key"] is None])
        upsert(self._connection, incidents, [row for row in old if row["open_key"] is not None])
        new = [row for row in rows if not row["number"]]
        for row in new:
            del row["number"]
        insert_many(self._connection, incidents, new)

    def place_anew(self) -> None:
        """Find grid and compound of every incident again, after the ward's areas were loaded."""
        statement = select(incidents.c.number, incidents.c.lon, incidents.c.lat)
        rows = self._connection.execute(statement.where(incidents.c.lon.is_not(None))).all()
        spots = self._areas.spots(self._connection, [(row.lon, row.lat) for row in rows])
        changed = [{"key": row.number, **asdict(spot)} for row, spot in zip(rows, spots, strict=True)]
        if changed:
            key = incidents.c.number == bindparam("key")
            self._connection.execute(update(incidents).where(key), changed)

    def _spots(self, changed: Sequence[Incident]) -> list[Spot]:
        """Give where incidents lie: at their own place, else where the device belongs that saw them."""
        points = [None if i.fix is None else (i.fix.lon, i.fix.lat) for i in changed]
        found = self._areas.spots(self._connection, points)
        unplaced = {i.views[0].device_id for i in changed if i.fix is None}
        of_device = spots_of_devices(self._connection, unplaced) if unplaced else {}
        return [
            spot if incident.fix is not None else of_device.get(incident.views[0].device_id, spot)
            for incident, spot in zip(changed, found, strict=True)
        ]

    def _seats_for(self, changed: Sequence[Incident]) -> dict[str, str | None]:
        """Give the open key of each open incident: the one it has, else the first free one at its place."""
        seats = {i.incident_id: i.open_key for i in changed if i.is_open and _has_seat(i)}
        arriving = [incident for incident in changed if incident.is_open and not _has_seat(incident)]
        taken = self._taken({incident.place_key for incident in arriving}) if arriving else set()
        for incident in arriving:
            seat = next((seat for seat in _seats(incident.place_key, 0) if seat not in taken), None)
            if seat is None:
                raise Conflict(f"{_SEATS_PER_PLACE} open incidents stand at {incident.place_key}; merge some")
            taken.add(seat)
            seats[incident.incident_id] = seat
        return seats

    def _taken(self, place_keys: Collection[str]) -> set[str]:
        first = [f"{key}{_SEAT}0" for key in place_keys]
        full = set(self._connection.scalars(_SEATED, {"seats": first}))
        if full:
            further = [seat for key in place_keys if f"{key}{_SEAT}0" in full for seat in _seats(key, 1)]
            full.update(self._connection.scalars(_SEATED, {"seats": further}))
        return {seat for seat in full if seat is not None}


def _has_seat(incident: Incident) -> bool:
    return incident.open_key is not None and incident.open_key.startswith(incident.place_key + _SEAT)


def _seats(place_key: str, first: int) -> Iterator[str]:
    return (f"{place_key}{_SEAT}{number}" for number in range(first, _SEATS_PER_PLACE))


def _to_row(incident: Incident, open_key: str | None) -> dict[str, Any]:
    return {
        "number": incident.number,
        "id": incident.incident_id,
        "kind": str(incident.kind),
        "state": str(incident.state),
        "judgement": None if incident.judgement is None else str(incident.judgement),
        "severity": str(incident.severity),
        "open_key": open_key,
        "anchor": incident.anchor,
        "views": [[view.device_id, view.camera_id, view.zone_id] for view in incident.views],
        "site_id": incident.site_id,
        **fix_to_row(incident.fix),
        "label": incident.label,
        "score": incident.score,
        "first_seen_at": incident.first_seen_at,
        "last_seen_at": incident.last_seen_at,
        "cleared_at": incident.cleared_at,
        "event_count": incident.event_count,
        "open_event_count": incident.open_event_count,
        "reopened_count": incident.reopened_count,
        "merged_into": incident.merged_into,
        "version": incident.version,
        "updated_at": incident.updated_at,
    }


def incident_from_row(row: RowMapping) -> Incident:
    """Read an incident from a row of its table."""
    return Incident(
        incident_id=row["id"],
        kind=EventKind(row["kind"]),
        state=IncidentState(row["state"]),
        anchor=row["anchor"],
        site_id=row["site_id"],
        views=tuple(View(*view) for view in row["views"]),
        fix=fix_from_row(row),
        label=row["label"],
        score=row["score"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        event_count=row["event_count"],
        open_event_count=row["open_event_count"],
        updated_at=row["updated_at"],
        severity=Severity(row["severity"]),
        judgement=None if row["judgement"] is None else Judgement(row["judgement"]),
        cleared_at=row["cleared_at"],
        reopened_count=row["reopened_count"],
        merged_into=row["merged_into"],
        version=row["version"],
        number=row["number"],
        open_key=row["open_key"],
    )
