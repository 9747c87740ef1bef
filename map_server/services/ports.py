"""What the use cases need from outside, as small Protocols. Fakes in tests/fakes pass the same tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from map_server.domain.audit_log import AuditEntry, AuditHead, JsonObject
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
from map_server.services.idempotency import RequestRepository
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

IdFactory: TypeAlias = Callable[[], str]
"""Gives a new UUID version 7 as text."""


class Clock(Protocol):
    """The wall clock, made only in bootstrap."""

    def now(self) -> datetime:
        """Give the time, aware UTC."""


class AuditLogRepository(Protocol):
    """The log as stored, for those who check it. It is written by `UnitOfWork.commit` alone."""

    def head(self) -> AuditHead:
        """Give the recorded newest link."""

    def first(self) -> AuditEntry | None:
        """Give the oldest entry; None of an empty log."""

    def entries(self) -> Iterator[AuditEntry]:
        """Read the whole log in order of `seq`."""


class UnitOfWork(Protocol):
    """One transaction that writes. Leaving the block without `commit()` rolls everything back.

    The repositories are attributes. `note` collects what happened; `commit` writes it to the audit log
    in the same transaction, so that no change goes unrecorded.
    """

    audit_log: AuditLogRepository
    devices: DeviceRepository
    camera_days: CameraDayRepository
    events: EventRepository
    incidents: IncidentRepository
    merges: MergeRepository
    evidence: EvidenceRepository
    photos: PhotoRepository
    layers: LayerRepository
    areas: AreaRepository
    sites: SiteRepository
    site_records: SiteRecordRepository
    handbook: HandbookRepository
    closures: ClosureRepository
    segment_walks: SegmentWalkRepository
    teams: TeamRepository
    patrols: PatrolRepository
    patrol_decisions: PatrolDecisionRepository
    campaigns: CampaignRepository
    field: FieldRepository
    tracks: TrackRepository
    accounts: AccountRepository
    sessions: SessionRepository
    one_time_links: OneTimeLinkRepository
    login_brakes: LoginBrakeRepository
    verdicts: VerdictRepository
    notices: NoticeRepository
    audit_items: AuditItemRepository
    sealed_answers: SealedAnswerRepository
    gold: GoldRepository
    patrol_finds: PatrolFindRepository
    signed_heads: SignedHeadRepository
    holds: LegalHoldRepository
    record_rows: RecordRows
    work_orders: WorkOrderRepository
    requests: RequestRepository
    report_ledger: ReportLedger
    reports: FrozenReportRepository
    score_formulas: ScoreFormulaRepository
    report_appeals: AppealRepository

    def __enter__(self) -> Self:
        """Open the transaction. Writers wait for each other here, on every database."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed. Raises Conflict or Unavailable for errors of the database."""

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
        """Record a change: `action` in the past tense (`incident_confirmed`), `actor` as in AuditNote."""

    def commit(self) -> AuditHead:
        """Write notes and changes durably; give the log's head, whose `seq` is the live feed's cursor.

        The claim of the request that is being answered, if any, goes with them.
        """


Begin: TypeAlias = Callable[[], UnitOfWork]
"""Opens a new unit of work: `with begin() as work: … work.commit()`."""
