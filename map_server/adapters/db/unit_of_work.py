"""One transaction that writes, with its repositories and the audit notes that are committed with it."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from map_server.adapters.db.engine import WRITES
from map_server.adapters.db.repositories.accounts import (
    SqlAccounts,
    SqlLoginBrakes,
    SqlOneTimeLinks,
    SqlSessions,
)
from map_server.adapters.db.repositories.audit_items import SqlAuditItems, SqlSealedAnswers
from map_server.adapters.db.repositories.audit_log import SqlAuditLog
from map_server.adapters.db.repositories.camera_days import SqlCameraDays
from map_server.adapters.db.repositories.campaigns import SqlCampaigns
from map_server.adapters.db.repositories.devices import SqlDevices
from map_server.adapters.db.repositories.events import SqlEvents
from map_server.adapters.db.repositories.evidence import SqlEvidence
from map_server.adapters.db.repositories.field import SqlFieldRecords
from map_server.adapters.db.repositories.gold import SqlGold, SqlPatrolFinds
from map_server.adapters.db.repositories.handbook import SqlHandbook
from map_server.adapters.db.repositories.incidents import SqlIncidents
from map_server.adapters.db.repositories.merges import SqlMerges
from map_server.adapters.db.repositories.notices import SqlNotices
from map_server.adapters.db.repositories.patrol_decisions import SqlPatrolDecisions
from map_server.adapters.db.repositories.patrols import SqlPatrols
from map_server.adapters.db.repositories.photos import SqlPhotos
from map_server.adapters.db.repositories.places import SqlAreas, SqlLayers
from map_server.adapters.db.repositories.record import SqlLegalHolds, SqlRecordRows, SqlSignedHeads
from map_server.adapters.db.repositories.report_ledger import SqlReportLedger
from map_server.adapters.db.repositories.reports import SqlAppeals, SqlFrozenReports, SqlScoreFormulas
from map_server.adapters.db.repositories.requests import SqlRequests
from map_server.adapters.db.repositories.sites import SqlSiteRecords, SqlSites
from map_server.adapters.db.repositories.streets import SqlClosures, SqlSegmentWalks
from map_server.adapters.db.repositories.teams import SqlTeams
from map_server.adapters.db.repositories.tracks import SqlTracks
from map_server.adapters.db.repositories.verdicts import SqlVerdicts
from map_server.adapters.db.repositories.work_orders import SqlWorkOrders
from map_server.adapters.db.spatial import SpatialIndex, spatial_index_of
from map_server.adapters.db.ward_areas import WardAreas
from map_server.adapters.sealing import SecretBox
from map_server.domain.audit_log import AuditHead, AuditNote, JsonObject, chained
from map_server.domain.errors import Conflict, Unavailable
from map_server.services.account_ports import (
    AccountRepository,
    LoginBrakeRepository,
    OneTimeLinkRepository,
    SessionRepository,
)
from map_server.services.audit_ports import (
    AuditItemRepository,
    GoldRepository,
    PatrolFindRepository,
    SealedAnswerRepository,
)
from map_server.services.device_ports import CameraDayRepository, DeviceRepository
from map_server.services.field_ports import FieldRepository, TrackRepository
from map_server.services.idempotency import RequestRepository, current_claim
from map_server.services.incident_ports import (
    EventRepository,
    EvidenceRepository,
    IncidentRepository,
    MergeRepository,
)
from map_server.services.notice_ports import NoticeRepository
from map_server.services.patrol_ports import PatrolRepository, TeamRepository
from map_server.services.photo_ports import PhotoRepository
from map_server.services.place_ports import AreaRepository, LayerRepository, SiteRepository
from map_server.services.plan_ports import CampaignRepository, PatrolDecisionRepository
from map_server.services.ports import AuditLogRepository, Clock
from map_server.services.record_ports import LegalHoldRepository, RecordRows, SignedHeadRepository
from map_server.services.report_ports import (
    AppealRepository,
    FrozenReportRepository,
    ReportLedger,
    ScoreFormulaRepository,
)
from map_server.services.responsibility_ports import HandbookRepository
from map_server.services.site_ports import SiteRecordRepository
from map_server.services.street_ports import ClosureRepository, SegmentWalkRepository
from map_server.services.verdict_ports import VerdictRepository
from map_server.services.work_order_ports import WorkOrderRepository


@dataclass(frozen=True, slots=True)
class PlaceKnowledge:
    """How places are found in this database, and in which areas they lie."""

    index: SpatialIndex
    areas: WardAreas


class SqlUnitsOfWork:
    """Opens units of work on one database; this is the `begin` that services get.

    `committed` is told the newest `seq` after each commit that changed something (it wakes the live feed).
    `box` seals and opens secrets of subscriptions; without it they can be neither stored nor read.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        committed: Callable[[int], None],
        box: SecretBox | None = None,
    ) -> None:
        self._engine = engine
        self._box = box
        self._clock = clock
        self._committed = committed
        self._places = PlaceKnowledge(spatial_index_of(engine), WardAreas())
        # SQLite makes waiting writers poll; a lock hands over at once. PostgreSQL has its own.
        self._gate: AbstractContextManager[object] = (
            threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    def __call__(self) -> "SqlUnitOfWork":
        """Give a unit of work that is not yet open."""
        return self._unit(self._engine.execution_options(**{WRITES: True}), self._gate)

    def reading(self) -> "SqlUnitOfWork":
        """Give one that only reads: it sees one state of the database and waits for no writer."""
        return self._unit(self._engine, nullcontext())

    def _unit(self, engine: Engine, gate: AbstractContextManager[object]) -> "SqlUnitOfWork":
        return SqlUnitOfWork(engine, self._places, gate, self._clock, self._committed, self._box)


class SqlUnitOfWork:
    """See services.ports.UnitOfWork. One attribute per concept."""

    def __init__(
        self,
        engine: Engine,
        places: PlaceKnowledge,
        gate: AbstractContextManager[object],
        clock: Clock,
        committed: Callable[[int], None],
        box: SecretBox | None,
    ) -> None:
        self._engine = engine
        self._box = box
        self._places = places
        self._gate = gate
        self._clock = clock
        self._committed = committed
        self._notes: list[AuditNote] = []
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        self._gate.__enter__()
        try:
            self._open()
        except OperationalError as error:
            self._close()
            raise _unavailable(error) from error
        except BaseException:
            self._close()
            raise
        return self

    def _open(self) -> None:
        self._connection = connection = self._engine.connect()
        connection.begin()
        self._chain = SqlAuditLog(connection)
        self.audit_log: AuditLogRepository = self._chain
        self.devices: DeviceRepository = SqlDevices(connection)
        self.camera_days: CameraDayRepository = SqlCameraDays(connection)
        self.events: EventRepository = SqlEvents(connection)
        self.incidents: IncidentRepository = SqlIncidents(connection, self._places.index, self._places.areas)
        self.merges: MergeRepository = SqlMerges(connection)
        self.evidence: EvidenceRepository = SqlEvidence(connection)
        self.photos: PhotoRepository = SqlPhotos(connection)
        self.layers: LayerRepository = SqlLayers(connection)
        self.areas: AreaRepository = SqlAreas(connection)
        self.sites: SiteRepository = SqlSites(connection)
        self.site_records: SiteRecordRepository = SqlSiteRecords(connection)
        self.handbook: HandbookRepository = SqlHandbook(connection)
        self.closures: ClosureRepository = SqlClosures(connection)
        self.segment_walks: SegmentWalkRepository = SqlSegmentWalks(connection)
        self.teams: TeamRepository = SqlTeams(connection)
        self.patrols: PatrolRepository = SqlPatrols(connection)
        self.patrol_decisions: PatrolDecisionRepository = SqlPatrolDecisions(connection)
        self.campaigns: CampaignRepository = SqlCampaigns(connection)
        self.field: FieldRepository = SqlFieldRecords(connection, self._places.areas)
        self.tracks: TrackRepository = SqlTracks(connection)
        self._open_people_and_record(connection)

    def _open_people_and_record(self, connection: Connection) -> None:
        self.accounts: AccountRepository = SqlAccounts(connection)
        self.sessions: SessionRepository = SqlSessions(connection)
        self.one_time_links: OneTimeLinkRepository = SqlOneTimeLinks(connection)
        self.login_brakes: LoginBrakeRepository = SqlLoginBrakes(connection)
        self.verdicts: VerdictRepository = SqlVerdicts(connection)
        self.notices: NoticeRepository = SqlNotices(connection, self._box)
        self.audit_items: AuditItemRepository = SqlAuditItems(connection)
        self.sealed_answers: SealedAnswerRepository = SqlSealedAnswers(connection)
        self.gold: GoldRepository = SqlGold(connection)
        self.patrol_finds: PatrolFindRepository = SqlPatrolFinds(connection)
        self.signed_heads: SignedHeadRepository = SqlSignedHeads(connection)
        self.holds: LegalHoldRepository = SqlLegalHolds(connection)
        self.record_rows: RecordRows = SqlRecordRows(connection)
        self.work_orders: WorkOrderRepository = SqlWorkOrders(connection)
        self.requests: RequestRepository = SqlRequests(connection)
        self.report_ledger: ReportLedger = SqlReportLedger(connection)
        self.reports: FrozenReportRepository = SqlFrozenReports(connection)
        self.score_formulas: ScoreFormulaRepository = SqlScoreFormulas(connection)
        self.report_appeals: AppealRepository = SqlAppeals(connection)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if isinstance(error, IntegrityError):
            raise Conflict("the change contradicts what is stored; read it again and decide anew") from error
        if isinstance(error, OperationalError):
            raise _unavailable(error) from error

    def _close(self) -> None:
        try:
            if self._connection is not None:
                self._connection.close()  # rolls back what was not committed
                self._connection = None
        finally:
            self._gate.__exit__(None, None, None)

    def note(
        self,
        action: str,
        subject_kind: str,
        subject_id: str,
        actor: str,
        reason: str = "",
        before: JsonObject | None = None,
        after: JsonObject | None = None,
    ) -> None:
        """Record a change, to be written at commit."""
        self._notes.append(AuditNote(action, subject_kind, subject_id, actor, reason, before, after))

    def commit(self) -> AuditHead:
        """Chain the notes onto the audit log and commit both together."""
        assert self._connection is not None, "commit outside of the with block"
        head = self.audit_log.head()
        notes, self._notes = self._notes, []
        if notes:
            entries = chained(head, self._clock.now(), notes)
            self._chain.append(entries)
            head = AuditHead(entries[-1].seq, entries[-1].hash)
        if claim := current_claim():
            self.requests.claim(claim, self._clock.now())
        self._connection.commit()
        if claim:
            claim.is_written = True
        if notes:
            self._committed(head.seq)
        return head


def _unavailable(error: OperationalError) -> Unavailable:
    return Unavailable(f"the database cannot write just now ({error.orig}); nothing was changed, try again")
