"""Composition root: the one file that picks concrete parts and makes the clock, ids and tokens."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uuid_utils
from sqlalchemy import Engine

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.db.queries.audit_queue import SqlVerdictReads
from map_server.adapters.db.queries.devices import SqlDeviceList
from map_server.adapters.db.queries.incidents import SqlIncidentList
from map_server.adapters.db.queries.live import SqlLiveMap
from map_server.adapters.db.queries.people import SqlPeopleReads
from map_server.adapters.db.spatial import spatial_index_of
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.adapters.passwords import Argon2Passwords
from map_server.config import Settings
from map_server.domain.fusion import FusionParams
from map_server.entrypoints.services import Services
from map_server.services.accounts import Accounts
from map_server.services.audit_desk import AuditDesk
from map_server.services.changes import ChangeSignal
from map_server.services.devices import Devices
from map_server.services.evidence import Evidence
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest
from map_server.services.sign_in import SignIn


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Give the time, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the real clock is read


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
def running_services(settings: Settings) -> Iterator[Services]:
    """Put all services together, and close what they hold at the end."""
    engine = open_database(settings)
    clock = SystemClock()
    changes = ChangeSignal()
    begin = SqlUnitsOfWork(engine, clock, committed=changes)
    read = begin.reading
    files = EvidenceFolder(settings.evidence_dir)
    people, passwords = SqlPeopleReads(engine), Argon2Passwords()
    try:
        yield Services(
            settings=settings,
            engine=engine,
            clock=clock,
            changes=changes,
            devices=Devices(begin, read, clock, new_token),
            ingest=Ingest(begin, clock, new_id, lambda _lon, _lat: None, FusionParams()),
            evidence=Evidence(begin, read, files, clock),
            incidents=Incidents(begin, clock, new_id),
            device_list=SqlDeviceList(engine),
            incident_list=SqlIncidentList(engine),
            live=SqlLiveMap(engine, spatial_index_of(engine)),
            accounts=Accounts(begin, people, clock, new_id, new_token, passwords),
            sign_in=SignIn(begin, people, clock, new_token, passwords),
            audit_desk=AuditDesk(begin, SqlVerdictReads(engine), clock, new_id),
        )
    finally:
        engine.dispose()
