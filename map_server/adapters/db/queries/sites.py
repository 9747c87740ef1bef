"""Sites for people: pages of the register, counts, why nobody looked, and everything about one site."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, case, false, func, or_, select

from map_server.adapters.db.repositories.sites import (
    inspection_from_row,
    observation_from_row,
    site_from_row,
    task_from_row,
)
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans, patrol_stops
from map_server.adapters.db.tables.places import sites
from map_server.adapters.db.tables.sites import site_inspections, site_observations, verify_tasks
from map_server.adapters.db.ward_areas import within
from map_server.domain.inspection import Inspection, Result
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import PlanState, StopState
from map_server.domain.reach import Reach
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.services.site_ports import (
    Missed,
    SeenIncident,
    SiteFilter,
    SiteHistory,
    SiteNote,
    SitePage,
    SiteTally,
)

_IDS_AT_ONCE = 500
_s = sites.c


class SqlSiteReads:
    """See services.site_ports.SiteReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: SiteFilter, now: datetime, after: str, limit: int) -> SitePage:
        """Give a page of sites, by id."""
        conditions = _conditions(wanted, now)
        listed = select(sites).where(*conditions, _s.site_id > after).order_by(_s.site_id).limit(limit + 1)
        counted = select(func.count()).select_from(sites).where(*conditions)
        with self._engine.connect() as connection:
            rows = connection.execute(listed).mappings().all()
            total = connection.scalar(counted) or 0
        found = [site_from_row(row) for row in rows[:limit]]
        return SitePage(found, total, found[-1].site_id if len(rows) > limit else None)

    def most_overdue(self, wanted: SiteFilter, now: datetime, count: int) -> Sequence[Site]:
        """Give the sites that are due, those overdue longest first."""
        listed = select(sites).where(*_conditions(wanted, now), _is_due(now))
        return self._sites(listed.order_by(_s.listed_due_at, _s.site_id).limit(count))

    def tallies(self, now: datetime, reach: Reach) -> Sequence[SiteTally]:
        """Count sites by kind and state."""
        due = func.sum(case((_is_due(now), 1), else_=0))
        counted = select(_s.kind, _s.state, func.count(), due).where(
            _s.withdrawn_at.is_(None), within(reach, sites)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(counted.group_by(_s.kind, _s.state)).all()
        tallies = [
            SiteTally(SiteKind(kind), None if state is None else StructureState(state), count, due)
            for kind, state, count, due in rows
        ]
        states = list(StructureState)
        return sorted(
            tallies,
            key=lambda one: (list(SiteKind).index(one.kind), states.index(one.state) if one.state else 0),
        )

    def missed(self, site_ids: Sequence[str]) -> Mapping[str, Missed]:
        """Give the newest of what is known of why nobody looked."""
        known: dict[str, Missed] = {}
        with self._engine.connect() as connection:
            for first in range(0, len(site_ids), _IDS_AT_ONCE):
                for site_id, missed in _all_missed(connection, site_ids[first : first + _IDS_AT_ONCE]):
                    if site_id not in known or known[site_id].at < missed.at:
                        known[site_id] = missed
        return known

    def history(self, site_id: str, count: int) -> SiteHistory | None:
        """Give the newest of everything about a site."""
        with self._engine.connect() as connection:
            row = connection.execute(select(sites).where(_s.site_id == site_id)).mappings().first()
            if row is None:
                return None
            task = connection.execute(
                select(verify_tasks).where(verify_tasks.c.site_id == site_id)
            ).mappings()
            found = task.first()
            history = SiteHistory(
                site=site_from_row(row),
                task=None if found is None else task_from_row(found),
                inspections=_inspections(connection, site_id, count),
                observations=_observations(connection, site_id, count),
                notes=_notes(connection, site_id, count),
                missed=None,
            )
        missed = self.missed([site_id]).get(site_id)
        return SiteHistory(
            history.site, history.task, history.inspections, history.observations, history.notes, missed
        )

    def names_of(self, actors: Sequence[str]) -> Mapping[str, str]:
        """Give the display names of people by their name in the audit log."""
        ids = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
        named = select(accounts.c.account_id, accounts.c.display_name).where(accounts.c.account_id.in_(ids))
        with self._engine.connect() as connection:
            return {f"person:{row.account_id}": row.display_name for row in connection.execute(named)}

    def _sites(self, wanted: Select[Any]) -> list[Site]:
        with self._engine.connect() as connection:
            return [site_from_row(row) for row in connection.execute(wanted).mappings()]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(_s.withdrawn_at.is_(None), _s.listed_due_at.is_not(None), _s.listed_due_at <= now)


def _conditions(wanted: SiteFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_s.withdrawn_at.is_(None), within(wanted.reach, sites)]
    for column, words in ((_s.kind, wanted.kinds), (_s.state, wanted.states), (_s.level, wanted.levels)):
        if words:
            conditions.append(column.in_([str(word) for word in words]))
    for column, value in ((_s.grid_id, wanted.grid_id), (_s.compound_id, wanted.compound_id)):
        if value is not None:
            conditions.append(column == value)
    if wanted.due is not None:
        is_due = func.coalesce(_is_due(now), false())
        conditions.append(is_due if wanted.due else ~is_due)
    if wanted.words:
        like = f"%{wanted.words.lower()}%"
        named = (_s.site_id, _s.name_zh, _s.name_en)
        conditions.append(or_(*(func.lower(column).like(like) for column in named)))
    return conditions


def _all_missed(connection: Connection, site_ids: Sequence[str]) -> list[tuple[str, Missed]]:
    """Give what is known of visits that did not happen since each site was last seen."""
    return [
        *_left_out(connection, site_ids),
        *_stops_not_made(connection, site_ids),
        *_not_reached(connection, site_ids),
    ]


def _left_out(connection: Connection, site_ids: Sequence[str]) -> list[tuple[str, Missed]]:
    out, plan = patrol_left_out.c, patrol_plans.c
    wanted = (
        select(out.subject_id, plan.requested_at, plan.day, out.reason)
        .join_from(patrol_left_out, patrol_plans, out.plan_id == plan.plan_id)
        .join(sites, _s.site_id == out.subject_id)
        .where(out.subject_kind == str(SubjectKind.SITE), out.subject_id.in_(site_ids))
        .where(plan.state == str(PlanState.READY), _is_after_last_look(plan.requested_at))
    )
    return [
        (row.subject_id, Missed(row.requested_at, row.day, LeftOutReason(row.reason)))
        for row in connection.execute(wanted)
    ]


def _stops_not_made(connection: Connection, site_ids: Sequence[str]) -> list[tuple[str, Missed]]:
    stop, plan = patrol_stops.c, patrol_plans.c
    wanted = (
        select(stop.subject_id, plan.requested_at, plan.day)
        .join_from(patrol_stops, patrol_plans, stop.plan_id == plan.plan_id)
        .join(sites, _s.site_id == stop.subject_id)
        .where(stop.subject_kind == str(SubjectKind.SITE), stop.subject_id.in_(site_ids))
        .where(stop.state != str(StopState.DONE), _is_after_last_look(plan.requested_at))
    )
    return [(row.subject_id, Missed(row.requested_at, row.day)) for row in connection.execute(wanted)]


def _not_reached(connection: Connection, site_ids: Sequence[str]) -> list[tuple[str, Missed]]:
    look = site_inspections.c
    wanted = (
        select(look.site_id, look.inspected_at, look.note)
        .join_from(site_inspections, sites, look.site_id == _s.site_id)
        .where(look.site_id.in_(site_ids), look.result == str(Result.NOT_REACHED))
        .where(_is_after_last_look(look.inspected_at), look.withdrawn_at.is_(None))
    )
    return [(row.site_id, Missed(row.inspected_at, note=row.note)) for row in connection.execute(wanted)]


def _is_after_last_look(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(_s.inspected_at.is_(None), at > _s.inspected_at)


def _inspections(connection: Connection, site_id: str, count: int) -> list[Inspection]:
    look = site_inspections.c
    wanted = select(site_inspections).where(look.site_id == site_id)
    newest = wanted.order_by(look.inspected_at.desc(), look.inspection_id.desc()).limit(count)
    return [inspection_from_row(row) for row in connection.execute(newest).mappings()]


def _observations(connection: Connection, site_id: str, count: int) -> list[SeenIncident]:
    seen, about = site_observations.c, incidents.c
    wanted = (
        select(site_observations, about.number, about.state, about.judgement, about.last_seen_at)
        .join_from(site_observations, incidents, seen.incident_id == about.id)
        .where(seen.site_id == site_id)
        .order_by(seen.observed_at.desc(), seen.incident_id.desc())
        .limit(count)
    )
    names = [column.name for column in site_observations.columns]
    found = []
    for row in connection.execute(wanted).mappings():
        observation = observation_from_row({name: row[name] for name in names})
        found.append(
            SeenIncident(observation, row["number"], row["state"], row["judgement"], row["last_seen_at"])
        )
    return found


def _notes(connection: Connection, site_id: str, count: int) -> list[SiteNote]:
    log = audit_log.c
    wanted = select(audit_log).where(log.subject_kind == "site", log.subject_id == site_id)
    rows = connection.execute(wanted.order_by(log.seq.desc()).limit(count)).mappings()
    return [
        SiteNote(
            at=datetime.fromisoformat(row["at"]),
            actor=row["actor"],
            action=row["action"],
            reason=row["reason"],
            before=json.loads(row["before"] or "{}"),
            after=json.loads(row["after"] or "{}"),
        )
        for row in rows
    ]
