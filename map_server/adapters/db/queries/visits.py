"""Flat reads for the supervisor's list of visits and the phone's day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, Text, cast, func, select

from map_server.adapters.db.repositories.field_rows import record_from_row
from map_server.adapters.db.repositories.patrols import SqlPatrols
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.field import field_photos, field_records
from map_server.adapters.db.tables.patrols import patrol_plans, patrol_routes
from map_server.adapters.db.ward_areas import plans_within, within
from map_server.domain.patrol_plan import PatrolPlan, PlanState
from map_server.domain.reach import Reach
from map_server.services.field_ports import VisitFilter, VisitRow

_PERSON = "person:"
_AHEAD, _BEHIND = timedelta(hours=36), timedelta(hours=12)
"""A phone may ask for its day the day before, and must find its route until long after its end."""


class SqlVisitReads:
    """See services.field_ports.VisitReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: VisitFilter, before: datetime | None, limit: int) -> Sequence[VisitRow]:
        """Give records, newest arrivals first, those that came before a moment."""
        statement = _filtered(wanted)
        if before is not None:
            statement = statement.where(field_records.c.received_at < before)
        newest = statement.order_by(field_records.c.received_at.desc(), field_records.c.sequence.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(newest.limit(limit)).mappings().all()
            ids = [row["record_id"] for row in rows]
            counted = select(
                field_photos.c.record_id, func.count(), func.count(field_photos.c.kept_sha256)
            ).where(field_photos.c.record_id.in_(ids))
            photos = {
                record_id: (named, here)
                for record_id, named, here in connection.execute(counted.group_by(field_photos.c.record_id))
            }
        names = self.names_of({row["actor"] for row in rows})
        return [
            VisitRow(
                record_from_row(row, []),
                names.get(row["actor"], row["actor"]),
                *photos.get(row["record_id"], (0, 0)),
            )
            for row in rows
        ]

    def plans_on(self, moment: datetime, reach: Reach) -> Sequence[PatrolPlan]:
        """Give the ready plans within reach that have a route around a moment, oldest first."""
        wanted = (
            select(patrol_plans.c.plan_id)
            .join(patrol_routes, patrol_routes.c.plan_id == patrol_plans.c.plan_id)
            .where(
                patrol_plans.c.state == str(PlanState.READY),
                patrol_routes.c.starts_at <= moment + _AHEAD,
                patrol_routes.c.ends_at >= moment - _BEHIND,
                plans_within(reach),
            )
            .distinct()
        )
        with self._engine.connect() as connection:
            patrols = SqlPatrols(connection)
            plans = [patrols.get(plan_id) for plan_id in connection.scalars(wanted)]
        return sorted(plans, key=lambda plan: (plan.day, plan.requested_at))

    def names_of(self, actors: Collection[str]) -> Mapping[str, str]:
        """Give the display names of people by their name in the audit log."""
        ids = [actor.removeprefix(_PERSON) for actor in actors if actor.startswith(_PERSON)]
        wanted = select(accounts.c.account_id, accounts.c.display_name).where(accounts.c.account_id.in_(ids))
        with self._engine.connect() as connection:
            return {f"{_PERSON}{row.account_id}": row.display_name for row in connection.execute(wanted)}


def _filtered(wanted: VisitFilter) -> Select[Any]:
    statement = select(field_records).where(within(wanted.reach, field_records))
    if wanted.kinds:
        statement = statement.where(field_records.c.kind.in_([str(kind) for kind in wanted.kinds]))
    if wanted.flag is not None:
        named = cast(field_records.c.doubts, Text).contains(f'"flag":"{wanted.flag}"', autoescape=True)
        statement = statement.where(named)
    if wanted.is_doubted is not None:
        is_open = field_records.c.is_doubted & field_records.c.reviewed_at.is_(None)
        statement = statement.where(is_open if wanted.is_doubted else ~is_open)
    if wanted.team_id is not None:
        statement = statement.where(field_records.c.team_id == wanted.team_id)
    if wanted.since is not None:
        statement = statement.where(field_records.c.made_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(field_records.c.made_at < wanted.until)
    return statement
