"""The register of sites: what is due, what was seen, how states change, and the zero-growth meter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from map_server.domain.audit_log import instant
from map_server.domain.errors import InvalidInput, NotFound
from map_server.domain.growth import GrowthParams, ZeroGrowth, coverage_of, is_new
from map_server.domain.inspection import Inspection, Result, TaskOutcome, check_inspection, last_look
from map_server.domain.reach import Reach
from map_server.domain.site import LAYER_OF, Site, SiteKind, StructureState
from map_server.domain.site_group import SiteGroup, SiteGroups
from map_server.domain.site_states import moved
from map_server.domain.ward_time import WARD_ZONE, ward_midnight
from map_server.services.photos import expect_kept
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.site_ports import (
    GrowthReads,
    Missed,
    SiteFilter,
    SiteHistory,
    SitePage,
    SiteReads,
    SiteTally,
)

_HISTORY = 100
LONGEST_PERIOD_DAYS = 3700


@dataclass(frozen=True, slots=True)
class InspectionReport:
    """What a person says of a look at a site. `inspected_at` None: now."""

    result: Result
    note: str = ""
    photos: tuple[str, ...] = ()
    inspected_at: datetime | None = None


class Sites:
    """Use cases of the register."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        reads: SiteReads,
        growth: GrowthReads,
        clock: Clock,
        new_id: IdFactory,
        params: GrowthParams | None = None,
    ) -> None:
        self._begin = begin
        self._read = read
        self._reads = reads
        self._growth = growth
        self._clock = clock
        self._new_id = new_id
        self._params = params or GrowthParams()

    def page(self, wanted: SiteFilter, after: str = "", limit: int = 200) -> SitePage:
        """Give a page of the register, by id."""
        return self._reads.page(wanted, self._clock.now(), after, limit)

    def most_overdue(self, wanted: SiteFilter, count: int) -> Sequence[Site]:
        """Give the sites that are due, those overdue longest first."""
        return self._reads.most_overdue(wanted, self._clock.now(), count)

    def tallies(self, reach: Reach) -> Sequence[SiteTally]:
        """Count the sites within reach by kind and state, and how many of them are due."""
        return self._reads.tallies(self._clock.now(), reach)

    def missed(self, sites: Sequence[Site]) -> Mapping[str, Missed]:
        """Give why nobody looked since the sites became due, where something is known of it."""
        now = self._clock.now()
        return self._reads.missed([site.site_id for site in sites if site.is_due(now)])

    def history(self, site_id: str) -> SiteHistory:
        """Give everything about a site. Raises NotFound."""
        found = self._reads.history(site_id, _HISTORY)
        if found is None:
            raise NotFound(f"there is no site {site_id}")
        return found

    def names_of(self, actors: Sequence[str]) -> Mapping[str, str]:
        """Give people's names by their name in the audit log."""
        return self._reads.names_of(actors)

    def group_of(self, site: Site) -> SiteGroup:
        """Give the group of a site."""
        return self.groups().of(site)

    def groups(self) -> SiteGroups:
        """Give the groups as they are now."""
        with self._read() as work:
            return work.handbook.current().groups

    def inspect(self, site_id: str, report: InspectionReport, actor: str) -> Inspection:
        """Record that somebody looked, or went and could not look. Raises NotFound, InvalidInput."""
        now = self._clock.now()
        inspection = Inspection(
            inspection_id=self._new_id(),
            site_id=site_id,
            inspector=actor,
            inspected_at=report.inspected_at or now,
            recorded_at=now,
            result=report.result,
            note=report.note.strip(),
            photos=report.photos,
        )
        with self._begin() as work:
            site = _registered(work, site_id)
            check_inspection(inspection, work.handbook.current().groups.of(site).evidence_needed)
            expect_kept(work, [("site", site_id)], inspection.photos)
            record_inspection(work, site, inspection)
            work.commit()
        return inspection

    def change_state(
        self, site_id: str, state: StructureState, actor: str, reason: str, version: int | None = None
    ) -> Site:
        """Give a structure point its new state (see domain/site_states.py for the ways and the errors)."""
        with self._begin() as work:
            site = _registered(work, site_id)
            latest = work.site_records.latest_look(site_id)
            after = moved(site, state, actor, reason, latest, version)
            after = work.handbook.current().groups.settled(after)
            work.sites.put([after])
            work.layers.touch(LAYER_OF[after.kind])
            if site.state is StructureState.SUSPECT:
                _end_task(work, site_id, self._clock.now())
            before = {"state": site.state, "interval_days": site.interval_days}
            now = {"state": after.state, "interval_days": after.interval_days}
            work.note("site_state_changed", "site", site_id, actor, reason.strip(), before, now)
            work.commit()
        return after

    def zero_growth(self, first: date, last: date) -> ZeroGrowth:
        """Read the zero-growth meter for days of the ward, both inclusive (see domain/growth.py)."""
        if not first <= last <= first + timedelta(days=LONGEST_PERIOD_DAYS):
            raise InvalidInput("until: must not lie before from, nor more than ten years after it")
        since, until = ward_midnight(first), ward_midnight(last + timedelta(days=1))
        found = self._growth.confirmed(since, until)
        with self._read() as work:
            areas = {name: work.areas.of_layer(name) for name in ("ward", "compounds", "camera_views")}
            coverage = coverage_of(
                areas,
                work.sites.of_kinds([SiteKind.STRUCTURE_POINT]),
                work.handbook.current().groups,
                self._growth.inspected_sites(since, until),
                self._growth.observed_s(first, last),
                self._params,
            )
        return ZeroGrowth(tuple(one.incident_id for one in found if is_new(one.state_then)), coverage)

    def today(self) -> date:
        """Give the day of the ward."""
        return self._clock.now().astimezone(WARD_ZONE).date()


def record_inspection(work: UnitOfWork, site: Site, inspection: Inspection) -> None:
    """Store an inspection with what follows from it: the next due date, and the end of a task to verify."""
    work.site_records.add_inspection(replace(inspection, inspected_before=site.inspected_at))
    after = {
        "inspection": inspection.inspection_id,
        "result": inspection.result,
        "at": inspection.inspected_at.isoformat(),
        "photos": list(inspection.photos),
        "stop": inspection.stop_id,
    }
    action = "site_inspected" if inspection.has_reached else "site_not_reached"
    work.note(action, "site", site.site_id, inspection.inspector, inspection.note, after=after)
    if not inspection.has_reached:
        return
    work.sites.put([site.inspected(inspection.inspected_at)])
    work.layers.touch(LAYER_OF[site.kind])
    _end_task(work, site.site_id, inspection.recorded_at)


def withdraw_inspection(
    work: UnitOfWork, site_id: str, inspection_id: str, actor: str, reason: str, now: datetime
) -> None:
    """Let an inspection count no more: the look is due again as before it, and so is a task that it ended."""
    site, looks = work.sites.get(site_id), work.site_records.inspections(site_id)
    look = next((one for one in looks if one.inspection_id == inspection_id), None)
    if site is None or look is None or look.withdrawn_at is not None:
        return
    withdrawn = replace(look, withdrawn_at=now)
    work.site_records.add_inspection(withdrawn)
    after = site.looked_at_last(last_look([one for one in looks if one is not look] + [withdrawn]))
    work.sites.put([after])
    work.layers.touch(LAYER_OF[site.kind])
    task = work.site_records.task(site_id)
    if task is not None and look.has_reached and task.ended_at == look.recorded_at:
        work.site_records.put_task(replace(task, ended_at=None, outcome=None))
    work.note(
        "site_inspection_withdrawn",
        "site",
        site_id,
        actor,
        reason,
        {"inspected_at": _moment(site.inspected_at), "inspection": inspection_id},
        {"inspected_at": _moment(after.inspected_at)},
    )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def _registered(work: UnitOfWork, site_id: str) -> Site:
    site = work.sites.get(site_id)
    if site is None or not site.is_registered:
        raise NotFound(f"there is no site {site_id}")
    return site


def _end_task(work: UnitOfWork, site_id: str, now: datetime) -> None:
    task = work.site_records.task(site_id)
    if task is not None and task.ended_at is None:
        work.site_records.put_task(replace(task, ended_at=now, outcome=TaskOutcome.DONE))
