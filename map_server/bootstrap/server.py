"""Puts all services of the running server together."""

from collections.abc import Iterator
from contextlib import contextmanager

from map_server.adapters.db.queries.areas import SqlAreaNames
from map_server.adapters.db.queries.audit_queue import SqlVerdictReads
from map_server.adapters.db.queries.devices import SqlDeviceList
from map_server.adapters.db.queries.growth import SqlGrowthReads
from map_server.adapters.db.queries.incidents import SqlIncidentList
from map_server.adapters.db.queries.live import SqlLiveMap
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
from map_server.adapters.passwords import Argon2Passwords
from map_server.adapters.routing_http import routed_streets
from map_server.adapters.sealing import open_secret_box
from map_server.bootstrap.audit import audit_services
from map_server.bootstrap.database import open_database
from map_server.bootstrap.field import field_services
from map_server.bootstrap.notices import notice_channels
from map_server.bootstrap.patrols import plan_services, running_patrols, telling
from map_server.bootstrap.people import identity_provider
from map_server.bootstrap.record import record_keeping
from map_server.bootstrap.reports import running_reports
from map_server.bootstrap.sites import followed_sites
from map_server.bootstrap.streets import street_services
from map_server.bootstrap.system import SystemClock, new_id, new_token
from map_server.config import Settings
from map_server.domain.audit_policy import AuditPolicy
from map_server.domain.fusion import FusionParams
from map_server.entrypoints.services import Services
from map_server.services.account_ports import PasswordHasher
from map_server.services.accounts import Accounts
from map_server.services.audit_desk import AuditDesk
from map_server.services.changes import ChangeSignal
from map_server.services.device_register import DeviceRegister
from map_server.services.devices import Devices
from map_server.services.evidence import Evidence
from map_server.services.geodata import Geodata
from map_server.services.heartbeats import Heartbeats
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest
from map_server.services.kept_answers import KeptAnswers
from map_server.services.notice_delivery import NoticeDelivery
from map_server.services.notices import Notices
from map_server.services.patrols import Patrols
from map_server.services.places import Places
from map_server.services.ports import Clock
from map_server.services.responsibilities import Responsibilities
from map_server.services.responsibility_ports import OwnerLookup
from map_server.services.sign_in import SignIn
from map_server.services.single_sign_on import SingleSignOn
from map_server.services.site_photos import SitePhotos
from map_server.services.sites import Sites
from map_server.services.sites_nearby import SitesNearby
from map_server.services.teams import Teams
from map_server.services.work_order_flow import WorkOrderFlow
from map_server.services.work_order_watch import WorkOrderWatch
from map_server.services.work_orders import WorkOrders
from map_server.services.work_orders_of_incidents import WorkOrdersOfIncidents


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
    begin = SqlUnitsOfWork(engine, clock, committed=changes, box=open_secret_box(settings.secrets_path))
    read = begin.reading
    files = EvidenceFolder(settings.evidence_dir)
    people, passwords = SqlPeopleReads(engine), passwords or Argon2Passwords()
    places, loaded = Places(read, clock), LoadedStreets(read, clock)
    street = street_services(engine, begin, clock, loaded)
    network = loaded if settings.routing is None else routed_streets(settings.routing, loaded.closed_ground)
    sign_in = SignIn(begin, people, clock, new_token, passwords)
    channels, spots = notice_channels(settings, clock), SqlSpots(engine)
    responsibilities = Responsibilities(begin, read, clock, HandbookFiles())
    owners = owners or responsibilities
    flow = WorkOrderFlow(owners, places.whereabouts, new_id)
    follower = WorkOrdersOfIncidents(flow, clock)
    ingest = Ingest(begin, clock, new_id, SitesNearby(read), FusionParams(), follower)
    keeping = record_keeping(settings, begin, clock, files)
    audit, streams = audit_services(engine, begin, clock, files, audit_policy or AuditPolicy())
    try:
        with (
            running_patrols(engine, begin, clock, places, network, street.coverage) as runs,
            followed_sites(engine, begin, clock, places, changes) as site_watch,
            running_reports(begin, clock, owners) as reporting,
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
                ingest=ingest,
                field=field_services(engine, begin, clock, files, flow, ingest),
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
                identity_provider=identity_provider(settings, clock),
                notices=Notices(begin, read, clock, new_id, channels),
                notice_delivery=NoticeDelivery(begin, read, clock, channels, spots),
                audit_desk=AuditDesk(
                    begin, SqlVerdictReads(engine), clock, new_id, telling(runs), follower, streams
                ),
                audit=audit,
                reporting=reporting,
                geodata=Geodata(begin, read, clock, GeodataFiles()),
                places=places,
                street=street,
                teams=Teams(begin, read),
                patrols=Patrols(begin, read, clock, new_id, runs),
                planning=plan_services(engine, begin, clock, places, runs),
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
