"""Closed streets and walked segments as rows."""

from collections.abc import Collection
from datetime import date, datetime

import shapely
from sqlalchemy import Connection, delete, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.streets import segment_walks, street_closures
from map_server.adapters.db.upsert import upsert
from map_server.domain.errors import NotFound
from map_server.domain.segment import SegmentWalk, WalkedSegment
from map_server.domain.street_closure import StreetClosure


class SqlClosures:
    """See services.street_ports.ClosureRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, closure: StreetClosure) -> None:
        """Store a new or changed closure."""
        row = {
            "closure_id": closure.closure_id,
            "reason": closure.reason,
            "starts_at": closure.starts_at,
            "until": closure.until,
            "segment_ids": list(closure.segment_ids),
            "area_wkb": None if closure.area is None else shapely.to_wkb(closure.area),
            "created_by": closure.created_by,
            "ended_at": closure.ended_at,
        }
        upsert(self._connection, street_closures, [row])

    def get(self, closure_id: str) -> StreetClosure:
        """Give a closure. Raises NotFound."""
        wanted = select(street_closures).where(street_closures.c.closure_id == closure_id)
        row = self._connection.execute(wanted).mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no closure {closure_id}")
        return _closure(row)

    def all(self) -> list[StreetClosure]:
        """Give all closures, those that begin last first."""
        order = (street_closures.c.starts_at.desc(), street_closures.c.closure_id)
        rows = self._connection.execute(select(street_closures).order_by(*order)).mappings()
        return [_closure(row) for row in rows]


class SqlSegmentWalks:
    """See services.street_ports.SegmentWalkRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, team_id: str, first: datetime, last: datetime, walks: Collection[SegmentWalk]) -> None:
        """Make these a team's only walks that were begun between two moments, both included."""
        known = segment_walks.c
        old = (known.team_id == team_id, known.entered_at >= first, known.entered_at <= last)
        self._connection.execute(delete(segment_walks).where(*old))
        rows = {
            (walk.team_id, walk.walked.segment_id, walk.walked.entered_at): {
                "team_id": walk.team_id,
                "segment_id": walk.walked.segment_id,
                "entered_at": walk.walked.entered_at,
                "left_at": walk.walked.left_at,
                "day": walk.day,
                "begin": walk.walked.begin,
                "end": walk.walked.end,
            }
            for walk in walks
        }
        upsert(self._connection, segment_walks, list(rows.values()))

    def between(self, first: date, last: date) -> list[SegmentWalk]:
        """Give the walks of some days of the ward, both included."""
        known = segment_walks.c
        wanted = select(segment_walks).where(known.day >= first, known.day <= last)
        rows = self._connection.execute(wanted.order_by(known.entered_at, known.segment_id)).mappings()
        return [
            SegmentWalk(
                row["team_id"],
                row["day"],
                WalkedSegment(row["segment_id"], row["entered_at"], row["left_at"], row["begin"], row["end"]),
            )
            for row in rows
        ]


def _closure(row: RowMapping) -> StreetClosure:
    return StreetClosure(
        closure_id=row["closure_id"],
        reason=row["reason"],
        starts_at=row["starts_at"],
        until=row["until"],
        segment_ids=tuple(row["segment_ids"]),
        area=None if row["area_wkb"] is None else shapely.from_wkb(row["area_wkb"]),
        created_by=row["created_by"],
        ended_at=row["ended_at"],
    )
