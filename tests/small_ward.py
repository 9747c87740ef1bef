"""A ward with a few cameras on a real database, to tell stories of what they see and what people do."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.device import Device
from map_server.domain.event import Event, GroundFix, Message, Picture, Report, View
from map_server.domain.fusion import FusionParams
from map_server.domain.incident import Incident
from map_server.domain.site_index import SiteIndex
from map_server.services.incidents import Incidents
from map_server.services.ingest import Ingest, Status
from tests.event_messages import HERE, new_event_id
from tests.fakes.clock import FakeClock
from wire_contract.vocabulary import EventKind, EventPhase

FIVE_MINUTES = timedelta(minutes=5)


@dataclass
class SmallWard:
    """Each camera has a box of its own. `sees` and `sees_it_gone` report; `incidents` is what the officer
    sees.
    """

    begin: SqlUnitsOfWork
    clock: FakeClock
    ingest: Ingest
    officer: Incidents
    event_ids: list[str] = field(default_factory=list)

    def sees(
        self,
        camera: str,
        at: tuple[float, float] | None = HERE,
        *,
        error_m: float = 1.5,
        kind: EventKind = EventKind.GARBAGE_DROP,
        zone: str = "forecourt",
        started_at: datetime | None = None,
        is_surveyed: bool = True,
    ) -> Report:
        """Report something that began five minutes ago, unless told otherwise."""
        return self.report(
            self.view_of(
                camera,
                at,
                error_m=error_m,
                kind=kind,
                zone=zone,
                started_at=started_at,
                is_surveyed=is_surveyed,
            )
        )

    def view_of(
        self,
        camera: str,
        at: tuple[float, float] | None,
        *,
        error_m: float = 1.5,
        kind: EventKind = EventKind.GARBAGE_DROP,
        zone: str = "forecourt",
        started_at: datetime | None = None,
        is_surveyed: bool = True,
    ) -> Report:
        """Write a report without sending it."""
        began = started_at or self.clock.now() - FIVE_MINUTES
        return Report(
            event_id=new_event_id(),
            sequence=0,
            view=View(f"box-of-{camera}", camera, zone),
            kind=kind,
            phase=EventPhase.OPENED,
            started_at=began,
            raised_at=began + timedelta(seconds=30),
            closed_at=None,
            score=0.9,
            label="garbage",
            picture=Picture((10, 10, 20, 20), (640, 480)),
            fix=None if at is None else GroundFix(*at, error_m, None, is_surveyed),
        )

    def sees_it_gone(self, report: Report, after: timedelta = timedelta(minutes=2)) -> Report:
        """Report some time later that the thing has gone."""
        self.wait(after)
        return self.report(replace(report, phase=EventPhase.CLOSED, closed_at=self.clock.now()))

    def report(self, report: Report) -> Report:
        self.report_all([report])
        return report

    def report_all(self, reports: Sequence[Report]) -> None:
        """Send reports of one device in one batch."""
        device_id = reports[0].view.device_id
        with self.begin() as work:
            if work.devices.get(device_id) is None:
                work.devices.put(Device(device_id, self.clock.now()))
                work.commit()
        for outcome in self.ingest.receive(device_id, [message_of(report) for report in reports]):
            assert outcome.status is Status.STORED, outcome
        self.event_ids += [report.event_id for report in reports if report.event_id not in self.event_ids]

    def wait(self, time: timedelta) -> None:
        self.clock.advance(time.total_seconds())

    def event(self, report: Report) -> Event:
        with self.begin.reading() as work:
            return work.events.known([report.event_id])[report.event_id]

    def incident_of(self, report: Report) -> Incident:
        return self.incident(self.event(report).incident_id)

    def incident(self, incident_id: str) -> Incident:
        with self.begin.reading() as work:
            return work.incidents.get(incident_id)

    def incidents(self) -> list[Incident]:
        with self.begin.reading() as work:
            ids = {event.incident_id for event in work.events.known(self.event_ids).values()}
            return sorted(work.incidents.many(ids), key=lambda incident: incident.number)

    def decide(self, incident: Incident, decision: Callable[[Incident], Incident]) -> Incident:
        """Put an auditor's decision straight onto the incident."""
        with self.begin() as work:
            work.incidents.put([decision(work.incidents.get(incident.incident_id))])
            work.commit()
        return self.incident(incident.incident_id)


def message_of(report: Report) -> Message:
    """Write a report as a message whose digest changes with its content."""
    content = repr(report)
    return Message(report, content, hashlib.sha256(content.encode()).hexdigest())


@contextmanager
def small_ward(
    folder: Path,
    database_url: str | None = None,
    params: FusionParams | None = None,
    sites: SiteIndex | None = None,
) -> Iterator[SmallWard]:
    """Open a ward on a new database."""
    engine = open_engine(database_url or sqlite_url(folder / "ward.sqlite3"))
    migrate(engine)
    clock = FakeClock()
    begin = SqlUnitsOfWork(engine, clock, committed=lambda _seq: None)
    numbers = count(1)

    def new_id() -> str:
        return f"00000000-0000-7000-8000-{next(numbers):012d}"

    index = sites or SiteIndex(())
    ingest = Ingest(begin, clock, new_id, lambda: index, params or FusionParams())
    try:
        yield SmallWard(begin, clock, ingest, Incidents(begin, clock, new_id))
    finally:
        engine.dispose()
