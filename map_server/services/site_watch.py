"""Brings incidents to the register of sites: an observation where a site is, a suspect where none is.

It follows the audit log with a cursor of its own, which is stored in the transaction of its effects, so that
each change of an incident has its effect once, whatever fails in between.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from map_server.domain.audit_log import JsonObject
from map_server.domain.incident import Incident, IncidentState
from map_server.domain.inspection import SiteObservation, TaskOutcome, VerifyTask
from map_server.domain.site import LAYER_OF, Site, SiteKind, StructureState
from map_server.domain.site_index import SITE_KINDS_OF, SiteHit, SiteIndex
from map_server.domain.site_states import restored, withdrawn
from map_server.domain.whereabouts import Gazetteer
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.site_ports import IncidentChanges
from wire_contract.vocabulary import EventKind

_SYSTEM = "system"
_ENTRIES_AT_ONCE = 500
_UNTRUE = frozenset({IncidentState.REJECTED, IncidentState.MERGED})
VERIFY_WITHIN = timedelta(days=3)
"""Where the group of suspects has no interval, somebody must go within this time."""


class SiteWatch:
    """`sites` gives the index of the register as it is now, `gazetteer` the grids and compounds."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        changes: IncidentChanges,
        sites: Callable[[], SiteIndex],
        gazetteer: Callable[[], Gazetteer],
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._changes = changes
        self._sites = sites
        self._gazetteer = gazetteer

    def catch_up(self) -> int:
        """Bring all changes so far to the register; give how many incidents were looked at."""
        seen = 0
        while self._is_behind():
            seen += self._step()
        return seen

    def _is_behind(self) -> bool:
        with self._read() as work:
            since = work.site_records.watched_up_to()
        return self._changes.after(since, 1)[0] > since

    def _step(self) -> int:
        with self._begin() as work:
            since = work.site_records.watched_up_to()
            up_to, incident_ids = self._changes.after(since, _ENTRIES_AT_ONCE)
            register = _Register(work, self._clock.now(), self._sites(), self._gazetteer)
            for incident_id in incident_ids:
                register.bring(work.incidents.get(incident_id))
            work.site_records.set_watched_up_to(up_to)
            work.commit()
        return len(incident_ids)


class _Register:
    """The register inside one unit of work; suspects that it makes are known to the incidents after them."""

    def __init__(
        self, work: UnitOfWork, now: datetime, index: SiteIndex, gazetteer: Callable[[], Gazetteer]
    ) -> None:
        self._work = work
        self._now = now
        self._index = index
        self._gazetteer = gazetteer

    def bring(self, incident: Incident) -> None:
        """Make the register say what the incident says now; said again, nothing changes."""
        known = self._work.site_records.observation(incident.incident_id)
        if known is not None and known.kind is not incident.kind:  # an auditor found it to be something else
            self._take_back(incident, known)
            known = None
        if incident.state in _UNTRUE or incident.kind not in SITE_KINDS_OF:
            self._take_back(incident, known)
        elif known is None:
            self._observe(incident)
        elif known.withdrawn_at is not None:
            self._give_back(incident, known)

    def _observe(self, incident: Incident) -> None:
        hit = self._index.hit(incident.kind, incident.fix)
        if hit is None and self._makes_a_suspect(incident):
            hit = SiteHit(self._suspect(incident), 0.0, 0.0)
        if hit is None:
            return
        self._work.site_records.put_observation(
            SiteObservation(
                incident_id=incident.incident_id,
                site_id=hit.site.site_id,
                kind=incident.kind,
                observed_at=incident.first_seen_at,
                distance_m=hit.distance_m,
                reach_m=hit.reach_m,
                state_then=hit.site.state,
            )
        )
        after: JsonObject = {
            "incident": incident.incident_id,
            "distance_m": hit.distance_m,
            "reach_m": hit.reach_m,
        }
        self._work.note("site_observed", "site", hit.site.site_id, _SYSTEM, after=after)

    @staticmethod
    def _makes_a_suspect(incident: Incident) -> bool:
        """Only a surveyed place is a place; where the camera hangs is none."""
        is_structure = incident.kind is EventKind.ILLEGAL_STRUCTURE
        return is_structure and incident.fix is not None and incident.fix.is_surveyed

    def _suspect(self, incident: Incident) -> Site:
        """Make a suspect site with a task to verify it, or put back the one that there was."""
        known = self._work.sites.made_for(incident.incident_id)
        if known is not None:
            self._put_back(known)
            return known
        fix = incident.fix
        assert fix is not None, "asked for before"
        work, now, where = self._work, self._now, self._gazetteer().at((fix.lon, fix.lat))
        groups = work.handbook.current().groups
        site = groups.settled(
            Site(
                site_id=f"SU-{incident.number}",
                kind=SiteKind.STRUCTURE_POINT,
                name_zh=f"{where.compound_zh or where.grid_zh}疑似违建 #{incident.number}",
                name_en=f"Suspect structure #{incident.number}, {where.compound_en or where.grid_en}".rstrip(
                    ", "
                ),
                point=(fix.lon, fix.lat),
                interval_days=None,
                state=StructureState.SUSPECT,
                incident_id=incident.incident_id,
            ).placed(where)
        )
        within = VERIFY_WITHIN if site.interval_days is None else timedelta(days=site.interval_days)
        self._put(site)
        work.site_records.put_task(VerifyTask(site.site_id, incident.incident_id, now, now + within))
        after: JsonObject = {
            "state": site.state,
            "incident": incident.incident_id,
            "verify_by": (now + within).isoformat(),
        }
        work.note("site_suspected", "site", site.site_id, _SYSTEM, after=after)
        return site

    def _take_back(self, incident: Incident, known: SiteObservation | None) -> None:
        if known is None or known.withdrawn_at is not None:
            return
        records = self._work.site_records
        records.put_observation(replace(known, withdrawn_at=self._now))
        after: JsonObject = {"incident": incident.incident_id, "state": incident.state}
        self._work.note("site_observation_withdrawn", "site", known.site_id, _SYSTEM, after=after)
        site = self._work.sites.made_for(incident.incident_id)
        if site is None or site.state is not StructureState.SUSPECT or not site.is_registered:
            return
        self._put(withdrawn(site, self._now))
        task = records.task(site.site_id)
        if task is not None and task.ended_at is None:
            records.put_task(replace(task, ended_at=self._now, outcome=TaskOutcome.WITHDRAWN))
        self._work.note("site_withdrawn", "site", site.site_id, _SYSTEM, after=after)

    def _give_back(self, incident: Incident, known: SiteObservation) -> None:
        self._work.site_records.put_observation(replace(known, withdrawn_at=None))
        after: JsonObject = {"incident": incident.incident_id, "state": incident.state}
        self._work.note("site_observation_restored", "site", known.site_id, _SYSTEM, after=after)
        site = self._work.sites.made_for(incident.incident_id)
        if site is not None:
            self._put_back(site)

    def _put_back(self, site: Site) -> None:
        if site.is_registered:
            return
        self._put(restored(site))
        task = self._work.site_records.task(site.site_id)
        if task is not None and task.outcome is TaskOutcome.WITHDRAWN:
            self._work.site_records.put_task(replace(task, ended_at=None, outcome=None))
        self._work.note("site_restored", "site", site.site_id, _SYSTEM)

    def _put(self, site: Site) -> None:
        """Store a site; what comes next is held against the register with it."""
        self._work.sites.put([site])
        self._work.layers.touch(LAYER_OF[site.kind])
        groups = self._work.handbook.current().groups
        self._index = SiteIndex(self._work.sites.of_kinds(tuple(SiteKind)), groups)
