"""The register of sites on a real database, to tell what cameras see there and what people do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, select

from map_server.adapters.db.queries.growth import SqlGrowthReads, SqlIncidentChanges
from map_server.adapters.db.queries.sites import SqlSiteReads
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.evidence_files import EvidenceFolder
from map_server.domain.incident import Incident, IncidentState, Judgement
from map_server.domain.inspection import Result
from map_server.domain.photo import cleaned
from map_server.domain.place import Area
from map_server.domain.site import Level, Site, SiteKind, StructureState
from map_server.services.places import Places
from map_server.services.site_photos import SitePhotos
from map_server.services.site_ports import SiteFilter
from map_server.services.site_watch import SiteWatch
from map_server.services.sites import InspectionReport, Sites
from map_server.services.sites_nearby import SitesNearby
from tests.event_messages import HERE, metres_from
from tests.small_ward import SmallWard, small_ward
from tests.work_order_office import photo
from wire_contract.vocabulary import EventKind

STRUCTURE, GARBAGE = EventKind.ILLEGAL_STRUCTURE, EventKind.GARBAGE_DROP
ANNA, BEN = "person:anna", "person:ben"
PICTURE = cleaned(photo())
PHOTO = (PICTURE.sha256,)
TODAY = date(2026, 11, 23)


def structure(site_id: str, east_m: float, state: StructureState, level: Level = Level.GROUND) -> Site:
    """Give a structure point so far east of the middle of the ward."""
    place = metres_from(HERE, east_m)
    return Site(site_id, SiteKind.STRUCTURE_POINT, site_id, site_id, place, 30, state=state, level=level)


SITES = (
    structure("deferred", 0, StructureState.DEFERRED),
    structure("cleared", 100, StructureState.CLEARED),
    Site("drop", SiteKind.DROP_POINT, "投放点", "Drop point", metres_from(HERE, 200), 7, compound_id="C-1"),
)


@dataclass
class Register:
    """A small ward whose incidents are brought to the register when `catch_up` is called."""

    ward: SmallWard
    sites: Sites
    photos: SitePhotos
    files: EvidenceFolder
    watch: SiteWatch
    engine: Engine

    def sees(self, east_m: float, kind: EventKind = STRUCTURE, camera: str = "A", **how: object) -> Incident:
        zone = f"zone-{kind}-{east_m}"
        report = self.ward.sees(camera, metres_from(HERE, east_m), kind=kind, zone=zone, **how)  # type: ignore[arg-type]
        self.watch.catch_up()
        return self.ward.incident_of(report)

    def becomes(self, incident: Incident, action: str, **changes: object) -> Incident:
        """Let a person change an incident, as the audit desk would, and bring it to the register."""
        with self.ward.begin() as work:
            now = work.incidents.get(incident.incident_id)
            changed = replace(now, version=now.version + 1, **changes)  # type: ignore[arg-type]
            work.incidents.put([changed])
            work.note(action, "incident", incident.incident_id, ANNA)
            work.commit()
        self.watch.catch_up()
        return changed

    def rejected(self, incident: Incident) -> Incident:
        return self.becomes(
            incident, "incident_rejected", state=IncidentState.REJECTED, judgement=Judgement.REJECTED
        )

    def confirmed(self, incident: Incident) -> Incident:
        return self.becomes(
            incident, "incident_confirmed", state=IncidentState.CONFIRMED, judgement=Judgement.CONFIRMED
        )

    def looked_at(self, site_id: str, result: Result, note: str = "", who: str = ANNA) -> None:
        """Let somebody look at a site and take a picture."""
        self.photos.add(site_id, PICTURE, who)
        self.sites.inspect(site_id, InspectionReport(result, note, PHOTO), who)

    def seen_at(self, site_id: str) -> list[str]:
        """Give the incidents observed at a site that were not withdrawn."""
        seen = self.sites.history(site_id).observations
        return [one.observation.incident_id for one in seen if one.observation.withdrawn_at is None]

    def registered(self) -> set[str]:
        return {site.site_id for site in self.sites.page(SiteFilter()).sites}

    def notes(self) -> list[str]:
        with self.engine.connect() as connection:
            wanted = select(audit_log.c.action).where(audit_log.c.subject_kind == "site")
            return list(connection.scalars(wanted.order_by(audit_log.c.seq)))

    def put_areas(self, layer: str, *areas: Area) -> None:
        with self.ward.begin() as work:
            work.areas.replace(layer, areas)
            work.commit()


@contextmanager
def site_register(folder: Path, url: str) -> Iterator[Register]:
    """Open a register with three sites, each looked at yesterday."""
    with small_ward(folder, url) as ward:
        begin, read, clock = ward.begin, ward.begin.reading, ward.clock
        engine, numbers = begin._engine, count(1)
        sites = Sites(
            begin,
            read,
            SqlSiteReads(engine),
            SqlGrowthReads(engine),
            clock,
            lambda: f"00000000-0000-7000-9000-{next(numbers):012d}",
        )
        nearby, places = SitesNearby(read), Places(read, clock)
        watch = SiteWatch(begin, read, clock, SqlIncidentChanges(engine), nearby, places.gazetteer)
        files = EvidenceFolder(folder / "evidence")
        photos = SitePhotos(begin, clock, files)
        with begin() as work:
            work.sites.put([site.inspected(clock.now() - timedelta(days=1)) for site in SITES])
            work.commit()
        yield Register(ward, sites, photos, files, watch, engine)
