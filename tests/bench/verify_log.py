"""Checks a log of 100,000 entries as `verify-log` does: `python -m tests.bench.verify_log [ENTRIES]`."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from map_server.adapters.db.engine import WRITES
from map_server.adapters.db.repositories.audit_log import SqlAuditLog
from map_server.adapters.signing import is_signed
from map_server.bootstrap.database import open_database
from map_server.bootstrap.record import recorded
from map_server.config import Settings
from map_server.domain.audit_log import AuditHead, AuditNote, chained
from map_server.services.verification import Verification, Witness, verify

AT_ONCE = 1000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def note(number: int) -> AuditNote:
    """One message of a device, as ingest writes it down."""
    facts = {"event_id": f"event-{number}", "kind": "garbage_drop", "number": number, "score": 0.87}
    device = f"device:box-{number % 40}"
    return AuditNote("event_joined", "incident", f"0190a000-{number:08d}", device, after=facts)


def fill(settings: Settings, entries: int) -> None:
    """Write a log of so many entries."""
    engine = open_database(settings)
    head = AuditHead()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        log = SqlAuditLog(connection)
        for first in range(0, entries, AT_ONCE):
            notes = [note(number) for number in range(first, min(first + AT_ONCE, entries))]
            written = chained(head, BEGIN + timedelta(seconds=first), notes)
            log.append(written)
            head = AuditHead(written[-1].seq, written[-1].hash)
    engine.dispose()


def check(settings: Settings) -> Verification:
    """Check it all."""
    with recorded(settings) as record:
        return verify(record.read, record.files, Witness(is_signed, record.public_key), lambda _: None)


def main() -> int:
    """Print one line."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        fill(settings, entries)
        begun, used = time.perf_counter(), time.process_time()
        found = check(settings)
        wall_s, processor_s = time.perf_counter() - begun, time.process_time() - used
    if found.fault is not None or found.entries != entries:
        print(f"verify-log: wrong answer: {found}")
        return 1
    print(f"verify-log, {entries} entries: {wall_s:.2f} s, {processor_s:.2f} s of processor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
