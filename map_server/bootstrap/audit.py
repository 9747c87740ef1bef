"""Puts the audit together."""

from sqlalchemy import Engine

from map_server.adapters.db.queries.audit_statistics import SqlAuditFigures
from map_server.adapters.db.queries.judged_finds import SqlJudgedFinds
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.adapters.verdict_archive import VerdictArchive
from map_server.bootstrap.system import new_id, new_token
from map_server.domain.audit_policy import AuditPolicy
from map_server.entrypoints.services import AuditServices
from map_server.services.audit_sampling import AuditSampling
from map_server.services.audit_statistics import AuditStatistics, FilingGate
from map_server.services.audit_streams import AuditStreams
from map_server.services.blind_looks import BlindLooks
from map_server.services.known_items import KnownItems
from map_server.services.patrol_finds import PatrolFinds
from map_server.services.ports import Clock
from map_server.services.verdict_export import VerdictExport


def audit_services(
    engine: Engine,
    begin: SqlUnitsOfWork,
    clock: Clock,
    files: EvidenceFolder,
    first_policy: AuditPolicy,
) -> tuple[AuditServices, AuditStreams]:
    """Put the audit together: what the doors call, and what the desk's queue is made of."""
    sampling = AuditSampling(begin, begin.reading, clock, new_token, first_policy)
    statistics = AuditStatistics(SqlAuditFigures(engine), clock, sampling)
    gate = FilingGate(statistics, clock)
    known = KnownItems(begin, begin.reading, clock, sampling)
    looks = BlindLooks(clock, new_id, new_token, sampling)
    finds = PatrolFinds(begin, clock, new_id)
    export = VerdictExport(begin, SqlJudgedFinds(engine), VerdictArchive(files.path))
    services = AuditServices(sampling, statistics, gate, known, finds, export)
    return services, AuditStreams(sampling, looks, known, gate)
