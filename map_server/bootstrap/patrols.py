"""Puts patrols together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from map_server.adapters.background import BackgroundThread
from map_server.adapters.db.queries.overdue import SqlSitesInPlans
from map_server.adapters.db.queries.patrols import SqlConfirmedIncidents
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.planner import PyVrpPlanner
from map_server.bootstrap.system import new_id
from map_server.domain.incident import Incident
from map_server.domain.verdict import Opinion
from map_server.entrypoints.services import PlanServices
from map_server.services.campaigns import Campaigns
from map_server.services.overdue import OverdueList
from map_server.services.patrol_making import PlanMaking
from map_server.services.patrol_runs import PatrolRuns
from map_server.services.places import Places
from map_server.services.plan_decisions import PlanDecisions
from map_server.services.plan_wishes import PlanWishes
from map_server.services.ports import Clock
from map_server.services.street_ports import BlindCorners, StreetNetwork


@contextmanager
def running_patrols(
    engine: Engine,
    begin: SqlUnitsOfWork,
    clock: Clock,
    places: Places,
    streets: StreetNetwork,
    corners: BlindCorners,
) -> Iterator[PatrolRuns]:
    """Make patrol plans in a thread of their own until the block ends."""
    wishes = PlanWishes(SqlConfirmedIncidents(engine), corners, places, begin.reading, clock)
    making = PlanMaking(wishes, streets, PyVrpPlanner(), clock, new_id)
    background = BackgroundThread("patrols")
    runs = PatrolRuns(begin, begin.reading, clock, making, background)
    runs.recover()
    try:
        yield runs
    finally:
        runs.stop_all()
        background.close()


def plan_services(
    engine: Engine, begin: SqlUnitsOfWork, clock: Clock, places: Places, runs: PatrolRuns
) -> PlanServices:
    """Put together what people decide and see around the plans."""
    return PlanServices(
        decisions=PlanDecisions(begin, clock, runs),
        campaigns=Campaigns(begin, begin.reading, clock, new_id),
        overdue=OverdueList(places, SqlSitesInPlans(engine), clock),
    )


def telling(runs: PatrolRuns) -> Callable[[Incident, Opinion], None]:
    """Let patrols know of each decision of the audit desk."""
    return lambda incident, _: runs.incident_decided(incident)
