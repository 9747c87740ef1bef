"""Patrol plans: asked for, shown, given up, and worked off stop by stop. `patrol_runs` makes them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from map_server.domain.errors import Conflict
from map_server.domain.hand_rule import HandRule
from map_server.domain.inspection import Inspection, Result
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import (
    LeftOutVisit,
    PatrolPlan,
    PlanState,
    Route,
    Stop,
    StopState,
    Tally,
    check_reported_time,
)
from map_server.domain.plan_changes import StopChange
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.team import Team
from map_server.services.patrol_ports import Effort
from map_server.services.patrol_runs import PatrolRuns
from map_server.services.plan_wishes import Waiting
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.shift_wishes import ShiftWish, wished_routes
from map_server.services.sites import record_inspection


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan with all that belongs to it.

    `changes` are those of the last revision, `rules` what was decided by hand. `progress` runs from 0 to 1
    while it is made or revised; `values` holds the shares of the time at which a better plan was found, and
    what that was worth.
    """

    plan: PatrolPlan
    teams: dict[str, Team]
    routes: Sequence[Route]
    stops: Sequence[Stop]
    left_out: Sequence[LeftOutVisit]
    progress: float | None
    changes: Sequence[StopChange] = ()
    rules: Sequence[HandRule] = ()
    values: Sequence[tuple[float, int]] = ()

    def stops_of(self, team_id: str) -> list[Stop]:
        """Give one team's stops in order."""
        return [stop for stop in self.stops if stop.team_id == team_id]


class Patrols:
    """The use cases of patrol plans."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, new_id: IdFactory, runs: PatrolRuns) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._runs = runs

    def request(
        self, day: date, wishes: Sequence[ShiftWish], actor: str, effort: Effort | None = None
    ) -> PatrolPlan:
        """Ask for a plan, which is made in the background. Raises InvalidInput that names the field."""
        now = self._clock.now()
        plan_id = self._new_id()
        with self._begin() as work:
            teams = {team.team_id: team for team in work.teams.all() if team.is_active}
            routes = wished_routes(plan_id, day, wishes, teams, now)
            origin_at = min(route.starts_at for route in routes)
            plan = PatrolPlan(plan_id, day, PlanState.PLANNING, actor, now, origin_at)
            work.patrols.put(plan)
            work.patrols.put_routes(plan_id, routes)
            after = {"day": day.isoformat(), "teams": [route.team_id for route in routes]}
            work.note("patrol_plan_requested", "patrol_plan", plan_id, actor, after=after)
            work.commit()
        self._runs.make(plan_id, effort or Effort())
        return plan

    def show(self, plan_id: str) -> PlanRecord:
        """Give a plan with all that belongs to it. Raises NotFound."""
        progress = self._runs.share(plan_id)  # first: what is read after the end is the end's plan
        with self._read() as work:
            plan = work.patrols.get(plan_id)
            return PlanRecord(
                plan=plan,
                teams={team.team_id: team for team in work.teams.all()},
                routes=work.patrols.routes(plan_id),
                stops=work.patrols.stops(plan_id),
                left_out=work.patrols.left_out(plan_id),
                progress=progress,
                changes=work.patrol_decisions.changes(plan_id),
                rules=work.patrol_decisions.rules(plan_id),
                values=self._runs.values(plan_id),
            )

    def progress(self, plan_id: str) -> float | None:
        """Give how far a plan has come that is being made or revised, 0 to 1."""
        return self._runs.share(plan_id)

    def tallies(self, plan_ids: Collection[str]) -> dict[str, Tally]:
        """Count the stops of plans, and how many are done; plans without stops are left out."""
        with self._read() as work:
            return work.patrols.tallies(plan_ids)

    def waiting(self) -> Waiting:
        """Count what a plan could take in now."""
        return self._runs.waiting()

    def latest(self, count: int = 50, reach: Reach = WHOLE_WARD) -> list[PatrolPlan]:
        """Give the newest plans all of whose visits lie within reach."""
        with self._read() as work:
            return work.patrols.latest(count, reach)

    def cancel(self, plan_id: str, actor: str) -> PatrolPlan:
        """Give a plan up, while it is made or later. Raises Conflict when it has ended already."""
        with self._begin() as work:
            plan = work.patrols.get(plan_id)
            cancelled = plan.cancelled(self._clock.now())
            work.patrols.put(cancelled)
            work.note("patrol_plan_cancelled", "patrol_plan", plan_id, actor, before={"state": plan.state})
            work.commit()
        self._runs.stop(plan_id)
        return cancelled

    def replan(self, plan_id: str, actor: str) -> PatrolPlan:
        """Ask for a revision of a plan under way, made in the background.

        Raises Conflict unless it is ready.
        """
        with self._read() as work:
            plan = work.patrols.get(plan_id)
        if plan.state is not PlanState.READY:
            raise Conflict(f"this plan is {plan.state}; only a ready plan can be revised")
        self._runs.revise(plan_id, actor)
        return plan

    def check_in(
        self,
        plan_id: str,
        stop_id: str,
        actor: str,
        state: StopState = StopState.DONE,
        happened_at: datetime | None = None,
    ) -> Stop:
        """Record that a team has arrived (STARTED) or finished (DONE); said again, nothing changes.

        Raises NotFound, Conflict for a plan that is not ready, InvalidInput for an impossible time.
        """
        with self._begin() as work:
            plan = work.patrols.get(plan_id)
            if plan.state is not PlanState.READY:
                raise Conflict(f"this plan is {plan.state}; there is nothing to check in")
            stop = work.patrols.stop(plan_id, stop_id)
            at = check_reported_time(happened_at, plan, self._clock.now())
            changed = stop.started(at, actor) if state is StopState.STARTED else stop.done(at, actor)
            if changed == stop:
                return stop
            work.patrols.put_stop(changed)
            _note_check_in(work, changed, at, actor, self._clock.now())
            work.commit()
        return changed


def _note_check_in(work: UnitOfWork, stop: Stop, at: datetime, actor: str, now: datetime) -> None:
    """Record the check-in, and what it means for the site or incident."""
    visit = stop.visit
    after = {"state": stop.state, "at": at.isoformat(), "subject": visit.key, "plan": stop.plan_id}
    work.note("stop_checked_in", "patrol_stop", stop.stop_id, actor, after=after)
    if stop.state is not StopState.DONE:
        return
    if visit.subject_kind is SubjectKind.INCIDENT:
        work.note("incident_visited", "incident", visit.subject_id, actor, after={"at": at.isoformat()})
        return
    site = work.sites.get(visit.subject_id) if visit.subject_kind is SubjectKind.SITE else None
    if site is not None:
        looked = Inspection(
            inspection_id=stop.stop_id,
            site_id=site.site_id,
            inspector=actor,
            inspected_at=at,
            recorded_at=now,
            result=Result.UNCHANGED,
            stop_id=stop.stop_id,
        )
        record_inspection(work, site, looked)
