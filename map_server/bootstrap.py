"""Composition root: the one file that picks concrete parts and makes the clock, ids and tokens."""

import logging
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
import uuid_utils
from sqlalchemy import Engine

from map_server.adapters.background import BackgroundThread
from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.db.queries.areas import SqlAreaNames
from map_server.adapters.db.queries.audit_queue import SqlVerdictReads
from map_server.adapters.db.queries.audit_statistics import SqlAuditFigures
from map_server.adapters.db.queries.devices import SqlDeviceList
from map_server.adapters.db.queries.growth import SqlGrowthReads, SqlIncidentChanges
from map_server.adapters.db.queries.incidents import SqlIncidentList
from map_server.adapters.db.queries.judged_finds import SqlJudgedFinds
from map_server.adapters.db.queries.live import SqlLiveMap
from map_server.adapters.db.queries.patrols import SqlConfirmedIncidents
from map_server.adapters.db.queries.people import SqlPeopleReads
from map_server.adapters.db.queries.sites import SqlSiteReads
from map_server.adapters.db.queries.spots import SqlSpots
from map_server.adapters.db.queries.work_orders import SqlFilingCandidates, SqlWorkOrderList
from map_server.adapters.db.spatial import spatial_index_of
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.device_files import DeviceFiles
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.adapters.geodata_files import GeodataFiles
from map_server.adapters.handbook_files import HandbookFiles
from map_server.adapters.loaded_streets import LoadedStreets
from map_server.adapters.notices.mail import Mail, connector
from map_server.adapters.notices.outgoing import Outgoing
from map_server.adapters.notices.robots import DingTalk, WeCom
from map_server.adapters.notices.webhook import Webhook
from map_server.adapters.passwords import Argon2Passwords
from map_server.adapters.planner import PyVrpPlanner
from map_server.adapters.signing import is_signed, open_signatures, public_key_in
from map_server.adapters.verdict_archive import VerdictArchive
from map_server.config import Settings
from map_server.domain.audit_policy import AuditPolicy
from map_server.domain.evidence import RetentionParams
from map_server.domain.fusion import FusionParams
from map_server.domain.incident import Incident
from map_server.domain.verdict import Opinion
from map_server.entrypoints.services import AuditServices, Record, RecordKeeping, Services
from map_server.presentation.notice_text import notice_lines
from map_server.services.account_ports import PasswordHasher
from map_server.services.accounts import Accounts
from map_server.services.audit_desk import AuditDesk
from map_server.services.audit_sampling import AuditSampling
from map_server.services.audit_statistics import AuditStatistics, FilingGate
from map_server.services.audit_streams import AuditStreams
from map_server.services.blind_looks import BlindLooks
from map_server.services.changes import ChangeSignal, FollowOnce
from map_server.services.daily_heads import DailyHeads
from map_server.services.device_register import DeviceRegister
from map_server.services.devices import Devices
from map_server.services.evidence import Evidence
from map_server.services.evidence_looks import EvidenceLooks
from map_server.services.geodata import Geodata
from map_server.services.heartbeats import Heartbeats
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest
from map_server.services.kept_answers import KeptAnswers
from map_server.services.known_items import KnownItems
from map_server.services.notice_delivery import NoticeDelivery
from map_server.services.notice_ports import Channel
from map_server.services.notices import Notices
from map_server.services.patrol_finds import PatrolFinds
from map_server.services.patrol_making import PlanMaking
from map_server.services.patrol_runs import PatrolRuns
from map_server.services.patrols import Patrols
from map_server.services.places import Places
from map_server.services.ports import Clock
from map_server.services.responsibilities import Responsibilities
from map_server.services.responsibility_ports import OwnerLookup
from map_server.services.retention import Retention
from map_server.services.sign_in import SignIn
from map_server.services.single_sign_on import IdentityProvider, SingleSignOn
from map_server.services.site_photos import SitePhotos
from map_server.services.site_watch import SiteWatch
from map_server.services.sites import Sites
from map_server.services.sites_nearby import SitesNearby
from map_server.services.teams import Teams
from map_server.services.verdict_export import VerdictExport
from map_server.services.work_order_flow import WorkOrderFlow
from map_server.services.work_order_watch import WorkOrderWatch
from map_server.services.work_orders import WorkOrders
from map_server.services.work_orders_of_incidents import WorkOrdersOfIncidents


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Give the time, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the real clock is read


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error from `level` on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def new_id() -> str:
    """Give a new UUID version 7 as text."""
    return str(uuid_utils.uuid7())


def new_token() -> str:
    """Give 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def open_database(settings: Settings) -> Engine:
    """Open the database, make the data directory if need be, and bring the tables to the present shape."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url or sqlite_url(settings.database_path))
    migrate(engine)
    return engine


@contextmanager
def recorded(settings: Settings) -> Iterator[Record]:
    """Open log and evidence for those who check them; nothing is written, no table brought up to date."""
    engine = open_engine(settings.database_url or sqlite_url(settings.database_path))
    begin = SqlUnitsOfWork(engine, SystemClock(), committed=lambda _: None)
    try:
        yield Record(
            begin.reading,
            EvidenceFolder(settings.evidence_dir),
            public_key_in(settings.secrets_path),
            is_signed,
        )
    finally:
        engine.dispose()


@contextmanager
def running_services(
    settings: Settings,
    clock: Clock | None = None,
    passwords: PasswordHasher | None = None,
    owners: OwnerLookup | None = None,
    audit_policy: AuditPolicy | None = None,
) -> Iterator[Services]:
    """Put all services together, and close what they hold at the end."""
    engine = open_database(settings)
    clock = clock or SystemClock()
    changes = ChangeSignal()
    begin = SqlUnitsOfWork(engine, clock, committed=changes)
    read = begin.reading
    files = EvidenceFolder(settings.evidence_dir)
    people, passwords = SqlPeopleReads(engine), passwords or Argon2Passwords()
    places = Places(read, clock)
    sign_in = SignIn(begin, people, clock, new_token, passwords)
    channels, spots = notice_channels(settings, clock), SqlSpots(engine)
    responsibilities = Responsibilities(begin, read, clock, HandbookFiles())
    owners = owners or responsibilities
    flow = WorkOrderFlow(owners, places.whereabouts, new_id)
    follower = WorkOrdersOfIncidents(flow, clock)
    keeping = _keeping(settings, begin, clock, files)
    audit, streams = _audit(engine, begin, clock, files, audit_policy or AuditPolicy())
    try:
        with (
            _running_patrols(engine, begin, clock, places) as runs,
            _followed_sites(engine, begin, clock, places, changes) as site_watch,
        ):
            yield Services(
                settings=settings,
                engine=engine,
                spots=spots,
                areas=SqlAreaNames(engine),
                clock=clock,
                read=read,
                changes=changes,
                devices=Devices(begin, read, clock, new_token),
                heartbeats=Heartbeats(begin, clock, places.whereabouts),
                device_register=DeviceRegister(begin, clock, new_token, DeviceFiles()),
                ingest=Ingest(begin, clock, new_id, SitesNearby(read), FusionParams(), follower),
                evidence=Evidence(begin, read, files, clock, keeping.looks),
                keeping=keeping,
                evidence_files=files,
                incidents=Incidents(begin, clock, new_id, follower),
                device_list=SqlDeviceList(engine),
                incident_list=SqlIncidentList(engine),
                live=SqlLiveMap(engine, spatial_index_of(engine)),
                accounts=Accounts(begin, people, clock, new_id, new_token, passwords),
                sign_in=sign_in,
                single_sign_on=SingleSignOn(begin, clock, new_id, new_token, passwords, sign_in),
                identity_provider=_identity_provider(settings, clock),
                notices=Notices(begin, read, clock, new_id, channels),
                notice_delivery=NoticeDelivery(begin, read, clock, channels, spots),
                audit_desk=AuditDesk(
                    begin, SqlVerdictReads(engine), clock, new_id, _told(runs), follower, streams
                ),
                audit=audit,
                geodata=Geodata(begin, read, clock, GeodataFiles()),
                places=places,
                teams=Teams(begin, read),
                patrols=Patrols(begin, read, clock, new_id, runs),
                responsibilities=responsibilities,
                sites=Sites(begin, read, SqlSiteReads(engine), SqlGrowthReads(engine), clock, new_id),
                site_photos=SitePhotos(begin, clock, files),
                site_watch=site_watch,
                owners=owners,
                work_orders=WorkOrders(begin, clock, flow, owners, files),
                work_order_list=SqlWorkOrderList(engine),
                work_order_watch=WorkOrderWatch(
                    begin, read, clock, flow, SqlFilingCandidates(engine), audit.gate
                ),
                answers=KeptAnswers(begin, read, clock),
            )
    finally:
        engine.dispose()


def _keeping(settings: Settings, begin: SqlUnitsOfWork, clock: Clock, files: EvidenceFolder) -> RecordKeeping:
    """Put together what keeps the record honest, and evidence no longer than it may be kept."""
    read = begin.reading
    return RecordKeeping(
        heads=DailyHeads(begin, read, clock, open_signatures(settings.secrets_path)),
        retention=Retention(begin, read, files, clock, new_id, RetentionParams()),
        looks=EvidenceLooks(begin, clock),
    )


def _audit(
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


def notice_channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """Give the channels of notices by name; mail only where a mail server is set."""
    outgoing = Outgoing(settings.notices_to_private)
    source = f"{settings.public_url or 'urn:lilong:map-server'}/audit-log"
    channels: dict[str, Channel] = {
        "webhook": Webhook(outgoing, clock, source, secrets.token_bytes),
        "wecom": WeCom(outgoing, notice_lines),
        "dingtalk": DingTalk(outgoing, notice_lines, clock),
    }
    if settings.smtp_url is not None:
        channels["mail"] = Mail(connector(settings.smtp_url), settings.mail_from, notice_lines, clock)
    return channels


def _identity_provider(settings: Settings, clock: Clock) -> IdentityProvider | None:
    if settings.oidc is None:
        return None
    from map_server.adapters.oidc import OidcProvider

    return OidcProvider(settings.oidc, clock, new_token)


@contextmanager
def _running_patrols(
    engine: Engine, begin: SqlUnitsOfWork, clock: Clock, places: Places
) -> Iterator[PatrolRuns]:
    """Make patrol plans in a thread of their own until the block ends."""
    streets = LoadedStreets(begin.reading)
    making = PlanMaking(SqlConfirmedIncidents(engine), places, streets, PyVrpPlanner(), clock, new_id)
    background = BackgroundThread("patrols")
    runs = PatrolRuns(begin, begin.reading, clock, making, background)
    runs.recover()
    try:
        yield runs
    finally:
        runs.stop_all()
        background.close()


@contextmanager
def _followed_sites(
    engine: Engine, begin: SqlUnitsOfWork, clock: Clock, places: Places, changes: ChangeSignal
) -> Iterator[SiteWatch]:
    """Bring incidents to the register of sites in a thread of their own until the block ends."""
    read = begin.reading
    watch = SiteWatch(begin, read, clock, SqlIncidentChanges(engine), SitesNearby(read), places.gazetteer)
    background = BackgroundThread("sites")
    follow = FollowOnce(watch.catch_up, background)
    leave = changes.listen(follow)
    follow(0)
    try:
        yield watch
    finally:
        leave()
        background.close()


def _told(runs: PatrolRuns) -> Callable[[Incident, Opinion], None]:
    """Let patrols know of each decision of the audit desk."""
    return lambda incident, _: runs.incident_decided(incident)
