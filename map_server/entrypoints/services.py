"""What the doors may call: one attribute per concept, put together in bootstrap."""

from dataclasses import dataclass

from sqlalchemy import Engine

from map_server.adapters.db.queries.areas import SqlAreaNames
from map_server.adapters.db.queries.devices import SqlDeviceList
from map_server.adapters.db.queries.incidents import SqlIncidentList
from map_server.adapters.db.queries.live import SqlLiveMap
from map_server.adapters.db.queries.spots import SqlSpots
from map_server.adapters.db.queries.visits import SqlVisitReads
from map_server.adapters.db.queries.work_orders import SqlWorkOrderList
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.config import Settings
from map_server.domain.signed_head import SignatureCheck
from map_server.services.accounts import Accounts
from map_server.services.audit_desk import AuditDesk
from map_server.services.audit_sampling import AuditSampling
from map_server.services.audit_statistics import AuditStatistics, FilingGate
from map_server.services.campaigns import Campaigns
from map_server.services.changes import ChangeSignal
from map_server.services.daily_heads import DailyHeads
from map_server.services.device_register import DeviceRegister
from map_server.services.devices import Devices
from map_server.services.evidence import Evidence
from map_server.services.evidence_looks import EvidenceLooks
from map_server.services.field_day import FieldDays
from map_server.services.field_photos import FieldPhotos
from map_server.services.geodata import Geodata
from map_server.services.heartbeats import Heartbeats
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest
from map_server.services.kept_answers import KeptAnswers
from map_server.services.known_items import KnownItems
from map_server.services.notice_delivery import NoticeDelivery
from map_server.services.notices import Notices
from map_server.services.overdue import OverdueList
from map_server.services.patrol_finds import PatrolFinds
from map_server.services.patrols import Patrols
from map_server.services.places import Places
from map_server.services.plan_decisions import PlanDecisions
from map_server.services.ports import Begin, Clock
from map_server.services.report_runs import ReportRuns
from map_server.services.report_schedule import ReportSchedule
from map_server.services.report_scoring import ReportAppeals, ScoreFormulas
from map_server.services.reports import Reports
from map_server.services.responsibilities import Responsibilities
from map_server.services.responsibility_ports import OwnerLookup
from map_server.services.retention import Retention
from map_server.services.route_completions import RouteCompletions
from map_server.services.sign_in import SignIn
from map_server.services.single_sign_on import IdentityProvider, SingleSignOn
from map_server.services.site_photos import SitePhotos
from map_server.services.site_watch import SiteWatch
from map_server.services.sites import Sites
from map_server.services.street_closures import StreetClosures
from map_server.services.street_coverage import StreetCoverage
from map_server.services.street_walks import StreetWalks
from map_server.services.streets import Streets
from map_server.services.teams import Teams
from map_server.services.tracks import Tracks
from map_server.services.verdict_export import VerdictExport
from map_server.services.visit_reviews import VisitReviews
from map_server.services.visits import Visits
from map_server.services.work_order_watch import WorkOrderWatch
from map_server.services.work_orders import WorkOrders


@dataclass(frozen=True, slots=True)
class Record:
    """The audit log and the evidence as they lie."""

    read: Begin
    files: EvidenceFolder
    public_key: str | None
    check_signature: SignatureCheck


@dataclass(frozen=True, slots=True)
class RecordKeeping:
    """What keeps the record honest, and evidence no longer than it may be kept."""

    heads: DailyHeads
    retention: Retention
    looks: EvidenceLooks


@dataclass(frozen=True, slots=True)
class AuditServices:
    """The audit as statistics."""

    sampling: AuditSampling
    statistics: AuditStatistics
    gate: FilingGate
    known: KnownItems
    finds: PatrolFinds
    export: VerdictExport


@dataclass(frozen=True, slots=True)
class ReportServices:
    """Reports, how units are scored in them, what units object to, and what makes them."""

    reports: Reports
    formulas: ScoreFormulas
    appeals: ReportAppeals
    runs: ReportRuns
    schedule: ReportSchedule


@dataclass(frozen=True, slots=True)
class FieldServices:
    """What phones in the field use, and those who look at what they say."""

    days: FieldDays
    visits: Visits
    reviews: VisitReviews
    photos: FieldPhotos
    tracks: Tracks
    list: SqlVisitReads


@dataclass(frozen=True, slots=True)
class StreetServices:
    """Streets: what is loaded, what is closed, what was walked."""

    streets: Streets
    closures: StreetClosures
    coverage: StreetCoverage
    walks: StreetWalks
    completions: RouteCompletions


@dataclass(frozen=True, slots=True)
class PlanServices:
    """What people decide and see around the plans."""

    decisions: PlanDecisions
    campaigns: Campaigns
    overdue: OverdueList


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases and flat queries of one running server."""

    settings: Settings
    engine: Engine
    spots: SqlSpots
    areas: SqlAreaNames
    clock: Clock
    read: Begin
    changes: ChangeSignal
    devices: Devices
    heartbeats: Heartbeats
    device_register: DeviceRegister
    ingest: Ingest
    evidence: Evidence
    evidence_files: EvidenceFolder
    keeping: RecordKeeping
    incidents: Incidents
    device_list: SqlDeviceList
    incident_list: SqlIncidentList
    live: SqlLiveMap
    accounts: Accounts
    sign_in: SignIn
    single_sign_on: SingleSignOn
    identity_provider: IdentityProvider | None
    notices: Notices
    notice_delivery: NoticeDelivery
    audit_desk: AuditDesk
    audit: AuditServices
    reporting: ReportServices
    geodata: Geodata
    places: Places
    street: StreetServices
    teams: Teams
    patrols: Patrols
    planning: PlanServices
    field: FieldServices
    responsibilities: Responsibilities
    sites: Sites
    site_photos: SitePhotos
    site_watch: SiteWatch
    owners: OwnerLookup
    work_orders: WorkOrders
    work_order_list: SqlWorkOrderList
    work_order_watch: WorkOrderWatch
    answers: KeptAnswers
