"""Makes and revises patrol plans outside of requests, with progress, and stores what comes out."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from map_server.domain.errors import Conflict, DomainError
from map_server.domain.incident import Incident, IncidentState, Severity
from map_server.domain.patrol_plan import PlanState, Stop
from map_server.domain.plan_changes import changes_between
from map_server.services.patrol_making import PlanMaking
from map_server.services.patrol_ports import Background, Effort
from map_server.services.patrol_revision import PlanFault, Revision
from map_server.services.plan_wishes import Waiting
from map_server.services.ports import Begin, Clock

_log = structlog.get_logger()
_SYSTEM = "system"
_TRIES = 4
"""How often a revision is computed anew because a team checked in meanwhile."""


@dataclass(slots=True)
class _Run:
    """A plan that is being made just now."""

    share: float = 0.0
    values: list[tuple[float, int]] = field(default_factory=list)
    """Shares at which a better plan was found, and what it was worth."""
    is_cancelled: threading.Event = field(default_factory=threading.Event)

    def watch(self, share: float, best_value: int) -> bool:
        """Take note of the progress; tell the planner whether to go on."""
        self.share = share
        if not self.values or best_value > self.values[-1][1]:
            self.values.append((round(share, 4), best_value))
        return not self.is_cancelled.is_set()


class PatrolRuns:
    """`background` runs one piece of work after the other."""

    def __init__(
        self, begin: Begin, read: Begin, clock: Clock, making: PlanMaking, background: Background
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._making = making
        self._background = background
        self._running: dict[str, _Run] = {}

    def make(self, plan_id: str, effort: Effort) -> None:
        """Make a plan that was stored as PLANNING."""
        self._running[plan_id] = _Run()
        self._background(lambda: self._make(plan_id, effort))

    def revise(self, plan_id: str, actor: str) -> None:
        """Revise a plan under way."""
        self._running[plan_id] = _Run()
        self._background(lambda: self._revise(plan_id, actor, "asked for"))

    def incident_decided(self, incident: Incident) -> None:
        """Take an urgent incident that was just confirmed into the plan that is under way."""
        if incident.state is IncidentState.CONFIRMED and incident.severity is Severity.URGENT:
            self._background(lambda: self._take_in(incident.incident_id))

    def share(self, plan_id: str) -> float | None:
        """Give how far a plan has come that is being made or revised, 0 to 1; None when nothing runs."""
        run = self._running.get(plan_id)
        return run.share if run else None

    def values(self, plan_id: str) -> tuple[tuple[float, int], ...]:
        """Give at which shares of the time a better plan was found, and what it was worth in seconds."""
        run = self._running.get(plan_id)
        return tuple(run.values) if run else ()

    def waiting(self) -> Waiting:
        """Count what a plan could take in now."""
        return self._making.waiting()

    def stop(self, plan_id: str) -> None:
        """Make the planner stop early."""
        if run := self._running.get(plan_id):
            run.is_cancelled.set()

    def stop_all(self) -> None:
        """Make the planner stop early, because the program ends."""
        for run in tuple(self._running.values()):
            run.is_cancelled.set()

    def recover(self) -> None:
        """After a start: plans that were being made when the program ended will never be finished."""
        why = "the server was restarted"
        with self._begin() as work:
            for plan in work.patrols.in_states([PlanState.PLANNING]):
                work.patrols.put(plan.failed(why, self._clock.now()))
                work.note("patrol_plan_failed", "patrol_plan", plan.plan_id, _SYSTEM, why)
            work.commit()

    def _make(self, plan_id: str, effort: Effort) -> None:
        run = self._running.get(plan_id) or _Run()
        try:
            with self._read() as work:
                plan, routes = work.patrols.get(plan_id), work.patrols.routes(plan_id)
            if plan.state is PlanState.PLANNING:
                made = self._making.first(plan, routes, effort, run.watch)
                self._store(plan_id, made, (), plan.requested_by, "")
        except Conflict as error:
            _log.info("patrol plan not stored", plan_id=plan_id, why=error.message)
        except Exception as error:  # the background must live on; people see that the plan failed
            _log.error("patrol plan failed", plan_id=plan_id, exc_info=error)
            self._fail(plan_id, error)
        finally:
            self._running.pop(plan_id, None)

    def _fail(self, plan_id: str, error: Exception) -> None:
        why = error.message if isinstance(error, DomainError) else type(error).__name__
        with self._begin() as work:
            plan = work.patrols.get(plan_id)
            if plan.state is PlanState.PLANNING:
                work.patrols.put(plan.failed(why, self._clock.now()))
                work.note("patrol_plan_failed", "patrol_plan", plan_id, _SYSTEM, why)
                work.commit()

    def _take_in(self, incident_id: str) -> None:
        plan_id = self._under_way_without(incident_id)
        if plan_id is not None:
            self._revise(plan_id, _SYSTEM, f"incident {incident_id} is urgent")

    def _under_way_without(self, incident_id: str) -> str | None:
        """Give the newest plan whose teams are out now, unless it has the incident already."""
        now = self._clock.now()
        with self._read() as work:
            for plan in work.patrols.in_states([PlanState.READY]):
                routes = work.patrols.routes(plan.plan_id)
                if any(route.starts_at <= now < route.ends_at for route in routes):
                    stops = work.patrols.stops(plan.plan_id)
                    has_it = any(stop.visit.subject_id == incident_id for stop in stops)
                    return None if has_it else plan.plan_id
        return None

    def _revise(self, plan_id: str, actor: str, reason: str) -> None:
        try:
            for _ in range(_TRIES):
                with self._read() as work:
                    plan = work.patrols.get(plan_id)
                    routes, stops = work.patrols.routes(plan_id), work.patrols.stops(plan_id)
                made = self._making.again(plan, routes, stops)
                if self._store(plan_id, made, stops, actor, reason):
                    return
        except (DomainError, PlanFault) as error:
            _log.error("patrol plan not revised; the old one stands", plan_id=plan_id, exc_info=error)
        finally:
            self._running.pop(plan_id, None)

    def _store(self, plan_id: str, made: Revision, based_on: Sequence[Stop], actor: str, reason: str) -> bool:
        """Store a revision, unless a team checked in since it was begun. Raises Conflict when cancelled."""
        with self._begin() as work:
            plan = work.patrols.get(plan_id)
            if work.patrols.stops(plan_id) != list(based_on):
                return False
            ready = plan.ready(made.network, made.value_s, made.report, self._clock.now())
            work.patrols.put(ready)
            work.patrols.put_routes(plan_id, made.routes)
            work.patrols.put_stops(plan_id, made.stops)
            work.patrols.put_left_out(plan_id, made.left_out)
            changes = changes_between(based_on, made.stops) if ready.revision > 1 else ()
            work.patrol_decisions.put_changes(plan_id, changes)
            action = "patrol_plan_made" if ready.revision == 1 else "patrol_plan_revised"
            before = {"stops": len(based_on)}
            after = {"revision": ready.revision, "stops": len(made.stops), "left_out": len(made.left_out)}
            work.note(action, "patrol_plan", plan_id, actor, reason, before=before, after=after)
            work.commit()
        return True
