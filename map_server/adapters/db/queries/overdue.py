"""What became of sites in the newest plan that spoke of them: a stop, or a reason for leaving them out."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Engine, select

from map_server.adapters.db.repositories.patrols import left_out_from_row, stop_from_row
from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans, patrol_stops
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import PlanState
from map_server.services.overdue import SiteInPlan

_AT_ONCE = 500
"""Fewer than SQLite takes as parameters of one statement."""


class SqlSitesInPlans:
    """See services.overdue.SitesInPlans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, site_ids: Collection[str], since: date) -> dict[str, SiteInPlan]:
        """Give for each site what the newest ready plan since that day says of it."""
        wanted = sorted(site_ids)
        found: dict[str, SiteInPlan] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            found |= self._some(wanted[first : first + _AT_ONCE], since)
        return found

    def _some(self, site_ids: list[str], since: date) -> dict[str, SiteInPlan]:
        newest: dict[str, tuple[object, SiteInPlan]] = {}
        with self._engine.connect() as connection:
            for table in (patrol_stops, patrol_left_out):
                rows = connection.execute(
                    select(table, patrol_plans.c.day, patrol_plans.c.requested_at)
                    .join(patrol_plans, patrol_plans.c.plan_id == table.c.plan_id)
                    .where(
                        table.c.subject_kind == str(SubjectKind.SITE),
                        table.c.subject_id.in_(site_ids),
                        patrol_plans.c.state == str(PlanState.READY),
                        patrol_plans.c.day >= since,
                    )
                    .order_by(patrol_plans.c.day, patrol_plans.c.requested_at)
                ).mappings()
                for row in rows:
                    place = (row["day"], row["requested_at"])
                    known = newest.get(row["subject_id"])
                    if known is None or known[0] < place:  # type: ignore[operator]
                        stop = stop_from_row(row) if table is patrol_stops else None
                        left = left_out_from_row(row) if table is patrol_left_out else None
                        newest[row["subject_id"]] = (place, SiteInPlan(row["day"], stop, left))
        return {site_id: said for site_id, (_, said) in newest.items()}
