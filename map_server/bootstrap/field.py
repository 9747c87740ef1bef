"""Puts together what phones in the field use."""

from sqlalchemy import Engine

from map_server.adapters.db.queries.visits import SqlVisitReads
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.bootstrap.system import new_id, new_token
from map_server.entrypoints.services import FieldServices
from map_server.services.field_day import FieldDays
from map_server.services.field_finds import FieldFinds
from map_server.services.field_photos import FieldPhotos
from map_server.services.ingest import Ingest
from map_server.services.ports import Clock
from map_server.services.tracks import Tracks
from map_server.services.visit_effects import VisitEffects
from map_server.services.visit_reviews import VisitReviews
from map_server.services.visits import Visits
from map_server.services.work_order_flow import WorkOrderFlow


def field_services(
    engine: Engine,
    begin: SqlUnitsOfWork,
    clock: Clock,
    files: EvidenceFolder,
    flow: WorkOrderFlow,
    ingest: Ingest,
) -> FieldServices:
    """Give the services of the field."""
    read, reads, effects = begin.reading, SqlVisitReads(engine), VisitEffects(flow)
    visits = Visits(begin, read, clock, effects, FieldFinds(begin, ingest, new_id))
    return FieldServices(
        days=FieldDays(begin, read, reads, clock, new_id),
        visits=visits,
        reviews=VisitReviews(begin, clock),
        photos=FieldPhotos(begin, read, clock, files, effects, visits),
        tracks=Tracks(begin, read, clock, new_token),
        list=reads,
    )
