"""Sites as rows, and what happened at them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

import shapely
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.places import sites
from map_server.adapters.db.tables.sites import (
    site_inspections,
    site_observations,
    site_watch,
    verify_tasks,
)
from map_server.adapters.db.upsert import upsert
from map_server.domain.inspection import Inspection, Result, SiteObservation, TaskOutcome, VerifyTask
from map_server.domain.site import Level, Site, SiteKind, StructureState
from wire_contract.vocabulary import EventKind

NEVER_LOOKED = datetime(2000, 1, 1, tzinfo=UTC)
"""`listed_due_at` of a site at which nobody ever looked: due at once, before all others."""


class SqlSites:
    """See services.place_ports.SiteRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, changed: Iterable[Site]) -> None:
        """Store sites, new or changed."""
        upsert(self._connection, sites, [_to_row(site) for site in changed])

    def get(self, site_id: str) -> Site | None:
        """Give a site, a withdrawn one too."""
        row = self._connection.execute(select(sites).where(sites.c.site_id == site_id)).mappings().first()
        return site_from_row(row) if row else None

    def made_for(self, incident_id: str) -> Site | None:
        """Give the site that the server made for an incident, a withdrawn one too."""
        wanted = select(sites).where(sites.c.incident_id == incident_id)
        row = self._connection.execute(wanted).mappings().first()
        return site_from_row(row) if row else None

    def stamp(self) -> tuple[int, int]:
        """Give two numbers that change whenever a site comes, goes or changes its state."""
        counted = select(func.count(), func.coalesce(func.sum(sites.c.version), 0)).select_from(sites)
        count, versions = self._connection.execute(counted).one()
        return int(count), int(versions)

    def of_kinds(self, kinds: Collection[SiteKind], with_withdrawn: bool = False) -> list[Site]:
        """Give the sites of these kinds, by id."""
        wanted = select(sites).where(sites.c.kind.in_([str(kind) for kind in kinds]))
        if not with_withdrawn:
            wanted = wanted.where(sites.c.withdrawn_at.is_(None))
        rows = self._connection.execute(wanted.order_by(sites.c.site_id)).mappings()
        return [site_from_row(row) for row in rows]


class SqlSiteRecords:
    """See services.site_ports.SiteRecordRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_inspection(self, inspection: Inspection) -> None:
        """Store an inspection, or that it was withdrawn."""
        row = asdict(inspection) | {"result": str(inspection.result), "photos": list(inspection.photos)}
        upsert(self._connection, site_inspections, [row])

    def latest_look(self, site_id: str) -> Inspection | None:
        """Give the newest inspection that counts and reached the place."""
        wanted = (
            select(site_inspections)
            .where(site_inspections.c.site_id == site_id, site_inspections.c.result != Result.NOT_REACHED)
            .where(site_inspections.c.withdrawn_at.is_(None))
            .order_by(site_inspections.c.inspected_at.desc(), site_inspections.c.inspection_id.desc())
            .limit(1)
        )
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else inspection_from_row(row)

    def inspections(self, site_id: str) -> list[Inspection]:
        """Give every inspection of a site."""
        wanted = select(site_inspections).where(site_inspections.c.site_id == site_id)
        return [inspection_from_row(row) for row in self._connection.execute(wanted).mappings()]

    def put_observation(self, observation: SiteObservation) -> None:
        """Store what an incident says of a site, in place of what it said before."""
        row = asdict(observation) | {
            "kind": str(observation.kind),
            "state_then": _word(observation.state_then),
        }
        upsert(self._connection, site_observations, [row])

    def observation(self, incident_id: str) -> SiteObservation | None:
        """Give what an incident says of a site, withdrawn or not."""
        wanted = select(site_observations).where(site_observations.c.incident_id == incident_id)
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else observation_from_row(row)

    def put_task(self, task: VerifyTask) -> None:
        """Store a task to verify."""
        upsert(self._connection, verify_tasks, [asdict(task) | {"outcome": _word(task.outcome)}])

    def task(self, site_id: str) -> VerifyTask | None:
        """Give the task to verify a site."""
        wanted = select(verify_tasks).where(verify_tasks.c.site_id == site_id)
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else task_from_row(row)

    def watched_up_to(self) -> int:
        """Give the `seq` of the audit log up to which incidents were brought to the register."""
        return self._connection.scalar(select(site_watch.c.seq).where(site_watch.c.id == 1)) or 0

    def set_watched_up_to(self, seq: int) -> None:
        """Remember it."""
        upsert(self._connection, site_watch, [{"id": 1, "seq": seq}])


def inspection_from_row(row: RowMapping) -> Inspection:
    """Read an inspection."""
    return Inspection(**{**row, "result": Result(row["result"]), "photos": tuple(row["photos"])})


def observation_from_row(row: Mapping[Any, Any]) -> SiteObservation:
    """Read an observation."""
    state = None if row["state_then"] is None else StructureState(row["state_then"])
    return SiteObservation(**{**row, "kind": EventKind(row["kind"]), "state_then": state})


def task_from_row(row: RowMapping) -> VerifyTask:
    """Read a task to verify."""
    outcome = None if row["outcome"] is None else TaskOutcome(row["outcome"])
    return VerifyTask(**{**row, "outcome": outcome})


def site_from_row(row: RowMapping) -> Site:
    """Read a site from a row of its table."""
    return Site(
        site_id=row["site_id"],
        kind=SiteKind(row["kind"]),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        point=(row["lon"], row["lat"]),
        interval_days=row["interval_days"],
        inspected_at=row["inspected_at"],
        state=None if row["state"] is None else StructureState(row["state"]),
        level=None if row["level"] is None else Level(row["level"]),
        visit_from=None if row["visit_from"] is None else time.fromisoformat(row["visit_from"]),
        visit_until=None if row["visit_until"] is None else time.fromisoformat(row["visit_until"]),
        compound_id=row["compound_id"],
        grid_id=row["grid_id"],
        has_own_interval=row["has_own_interval"],
        footprint=None if row["footprint_wkb"] is None else shapely.from_wkb(row["footprint_wkb"]),
        incident_id=row["incident_id"],
        is_decided=row["is_decided"],
        withdrawn_at=row["withdrawn_at"],
        version=row["version"],
    )


def _to_row(site: Site) -> dict[str, Any]:
    return {
        "site_id": site.site_id,
        "kind": str(site.kind),
        "name_zh": site.name_zh,
        "name_en": site.name_en,
        "lon": site.point[0],
        "lat": site.point[1],
        "interval_days": site.interval_days,
        "has_own_interval": site.has_own_interval,
        "inspected_at": site.inspected_at,
        "listed_due_at": None if site.interval_days is None else site.due_at or NEVER_LOOKED,
        "state": _word(site.state),
        "level": _word(site.level),
        "visit_from": None if site.visit_from is None else f"{site.visit_from:%H:%M}",
        "visit_until": None if site.visit_until is None else f"{site.visit_until:%H:%M}",
        "compound_id": site.compound_id,
        "grid_id": site.grid_id,
        "footprint_wkb": None if site.footprint is None else shapely.to_wkb(site.footprint),
        "incident_id": site.incident_id,
        "is_decided": site.is_decided,
        "withdrawn_at": site.withdrawn_at,
        "version": site.version,
    }


def _word(value: StrEnum | None) -> str | None:
    return None if value is None else str(value)
