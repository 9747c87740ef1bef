"""What the zero-growth meter counts, and what happened to incidents since a place in the audit log."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine, func, select

from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.tables.places import sites
from map_server.adapters.db.tables.sites import camera_days, site_inspections, site_observations
from map_server.domain.incident import IncidentState, Judgement
from map_server.domain.inspection import Result
from map_server.domain.site import SiteKind, StructureState
from map_server.services.site_ports import ConfirmedStructure
from wire_contract.vocabulary import EventKind


class SqlGrowthReads:
    """See services.site_ports.GrowthReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def confirmed(self, since: datetime, until: datetime) -> Sequence[ConfirmedStructure]:
        """Give the confirmed structures first seen in a period."""
        about, seen = incidents.c, site_observations.c
        wanted = (
            select(about.id, about.number, seen.site_id, seen.state_then, about.first_seen_at)
            .join_from(incidents, site_observations, seen.incident_id == about.id, isouter=True)
            .where(
                about.kind == str(EventKind.ILLEGAL_STRUCTURE),
                about.judgement == str(Judgement.CONFIRMED),
                about.state != str(IncidentState.MERGED),
                about.first_seen_at >= since,
                about.first_seen_at < until,
            )
            .order_by(about.first_seen_at, about.number)
        )
        with self._engine.connect() as connection:
            return [
                ConfirmedStructure(
                    row.id,
                    row.number,
                    row.site_id,
                    None if row.state_then is None else StructureState(row.state_then),
                    row.first_seen_at,
                )
                for row in connection.execute(wanted)
            ]

    def observed_s(self, first: date, last: date) -> Mapping[tuple[str, str], float]:
        """Give for how many seconds each camera could judge."""
        day = camera_days.c
        summed = (
            select(day.device_id, day.camera_id, func.sum(day.observed_s))
            .where(day.day >= first, day.day <= last)
            .group_by(day.device_id, day.camera_id)
        )
        with self._engine.connect() as connection:
            return {(device, camera): total for device, camera, total in connection.execute(summed)}

    def inspected_sites(self, since: datetime, until: datetime) -> Sequence[str]:
        """Give the structure points that somebody saw."""
        look = site_inspections.c
        wanted = (
            select(look.site_id)
            .join_from(site_inspections, sites, look.site_id == sites.c.site_id)
            .where(sites.c.kind == str(SiteKind.STRUCTURE_POINT), look.result != str(Result.NOT_REACHED))
            .where(look.inspected_at >= since, look.inspected_at < until, look.withdrawn_at.is_(None))
            .distinct()
            .order_by(look.site_id)
        )
        with self._engine.connect() as connection:
            return [str(site_id) for site_id in connection.scalars(wanted)]


class SqlIncidentChanges:
    """See services.site_ports.IncidentChanges."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, seq: int, limit: int) -> tuple[int, Sequence[str]]:
        """Give the `seq` up to which it looked, and the incidents changed since."""
        log = audit_log.c
        newest = select(log.seq, log.subject_kind, log.subject_id).where(log.seq > seq).order_by(log.seq)
        with self._engine.connect() as connection:
            entries = connection.execute(newest.limit(limit)).all()
            if not entries:
                return seq, ()
            named = dict.fromkeys(row.subject_id for row in entries if row.subject_kind == "incident")
            stored = set(connection.scalars(select(incidents.c.id).where(incidents.c.id.in_(list(named)))))
        return entries[-1].seq, [incident_id for incident_id in named if incident_id in stored]
