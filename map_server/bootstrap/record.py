"""Puts together what keeps the record honest, and what checks it."""

from collections.abc import Iterator
from contextlib import contextmanager

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.adapters.signing import is_signed, open_signatures, public_key_in
from map_server.bootstrap.system import SystemClock, new_id
from map_server.config import Settings
from map_server.domain.evidence import RetentionParams
from map_server.entrypoints.services import Record, RecordKeeping
from map_server.services.daily_heads import DailyHeads
from map_server.services.evidence_looks import EvidenceLooks
from map_server.services.ports import Clock
from map_server.services.retention import Retention


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


def record_keeping(
    settings: Settings, begin: SqlUnitsOfWork, clock: Clock, files: EvidenceFolder
) -> RecordKeeping:
    """Put together what keeps the record honest, and evidence no longer than it may be kept."""
    read = begin.reading
    return RecordKeeping(
        heads=DailyHeads(begin, read, clock, open_signatures(settings.secrets_path)),
        retention=Retention(begin, read, files, clock, new_id, RetentionParams()),
        looks=EvidenceLooks(begin, clock),
    )
