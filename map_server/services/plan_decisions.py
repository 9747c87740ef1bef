"""Decisions of the duty officer about a plan: fix a stop, move it, forbid it, take that back."""

from datetime import datetime

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from map_server.domain.hand_rule import HandAction, HandRule
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import PatrolPlan, PlanState, StopState
from map_server.services.patrol_runs import PatrolRuns
from map_server.services.ports import Begin, Clock, UnitOfWork


class PlanDecisions:
    """Each decision is recorded, and the plan is revised by it in the background."""

    def __init__(self, begin: Begin, clock: Clock, runs: PatrolRuns) -> None:
        self._begin = begin
        self._clock = clock
        self._runs = runs

    def pin(
        self,
        plan_id: str,
        subject: tuple[SubjectKind, str],
        actor: str,
        team_id: str | None = None,
        at: datetime | None = None,
        reason: str = "",
    ) -> PatrolPlan:
        """Have a subject visited if that is possible at all, by that team and at that time where given.

        A stop of another team moves. Raises NotFound for a subject that the plan does not speak of, Conflict
        for a stop that is begun or done or a plan that is not ready, InvalidInput for a team or time outside.
        """
        rule = HandRule(plan_id, *subject, HandAction.PIN, actor, self._clock.now(), team_id, at, reason)
        return self._decide(rule)

    def forbid(
        self, plan_id: str, subject: tuple[SubjectKind, str], actor: str, reason: str = ""
    ) -> PatrolPlan:
        """Let nobody go there in this plan. Raises as `pin` does."""
        return self._decide(
            HandRule(plan_id, *subject, HandAction.FORBID, actor, self._clock.now(), reason=reason)
        )

    def free(self, plan_id: str, subject: tuple[SubjectKind, str], actor: str) -> PatrolPlan:
        """Take a decision back. Raises NotFound where there is none."""
        with self._begin() as work:
            plan = _ready(work, plan_id)
            known = _rule(work, plan_id, subject)
            if known is None:
                raise NotFound("nothing was decided about this stop")
            work.patrol_decisions.remove_rule(known)
            work.note("patrol_stop_freed", "patrol_plan", plan_id, actor, before=_record(known))
            work.commit()
        self._runs.revise(plan_id, actor)
        return plan

    def _decide(self, rule: HandRule) -> PatrolPlan:
        with self._begin() as work:
            plan = _ready(work, rule.plan_id)
            _check_subject(work, rule)
            _check_team_and_time(work, rule)
            known = _rule(work, rule.plan_id, (rule.subject_kind, rule.subject_id))
            work.patrol_decisions.put_rule(rule)
            action = "patrol_stop_pinned" if rule.action is HandAction.PIN else "patrol_stop_forbidden"
            before = None if known is None else _record(known)
            work.note(action, "patrol_plan", rule.plan_id, rule.made_by, rule.reason, before, _record(rule))
            work.commit()
        self._runs.revise(rule.plan_id, rule.made_by)
        return plan


def _ready(work: UnitOfWork, plan_id: str) -> PatrolPlan:
    plan = work.patrols.get(plan_id)
    if plan.state is not PlanState.READY:
        raise Conflict(f"this plan is {plan.state}; only a ready plan can be changed")
    return plan


def _rule(work: UnitOfWork, plan_id: str, subject: tuple[SubjectKind, str]) -> HandRule | None:
    rules = work.patrol_decisions.rules(plan_id)
    return next((rule for rule in rules if (rule.subject_kind, rule.subject_id) == subject), None)


def _check_subject(work: UnitOfWork, rule: HandRule) -> None:
    """Touch nothing that a team has begun, and decide only about what the plan speaks of."""
    stop = next((one for one in work.patrols.stops(rule.plan_id) if one.visit.key == rule.key), None)
    if stop is not None and stop.state is not StopState.PLANNED:
        raise Conflict("a team has begun this stop already; it stays as it is")
    left_out = work.patrols.left_out(rule.plan_id)
    if stop is None and all(one.visit.key != rule.key for one in left_out):
        raise NotFound(f"this plan does not speak of {rule.key}")


def _check_team_and_time(work: UnitOfWork, rule: HandRule) -> None:
    routes = work.patrols.routes(rule.plan_id)
    own = [route for route in routes if rule.team_id in (None, route.team_id)]
    if not own:
        raise _wrong("team_id", f"team {rule.team_id} is not in this plan")
    if rule.at is not None and not any(
        shift.starts_at <= rule.at <= shift.ends_at for route in own for shift in route.shifts
    ):
        raise _wrong("at", "lies outside of the shift")


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"{field}: {message}", (FieldError(field, message),))


def _record(rule: HandRule) -> JsonObject:
    return {
        "subject": rule.key,
        "action": rule.action,
        "team_id": rule.team_id,
        "at": None if rule.at is None else rule.at.isoformat(),
    }
