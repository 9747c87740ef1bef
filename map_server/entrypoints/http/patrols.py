"""Patrol plans: ask for one, follow its making, revise it, give it up, check in at its stops."""

from fastapi import APIRouter, Response

from map_server.domain.errors import FieldError, InvalidInput
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.patrol_schemas import (
    CheckIn,
    EffortIn,
    PlanDetail,
    PlanList,
    PlanOut,
    PlanRequest,
    StopOut,
)
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.services.patrol_ports import Effort
from map_server.services.patrols import ShiftWish
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/patrols", tags=["people"])


@router.get("", responses=problems(401, 403))
def list_plans(actor: PatrolActor, services: ServicesDep) -> PlanList:
    """List the newest plans."""
    patrols = services.patrols
    plans = patrols.latest(reach=actor.reach)
    return PlanList(plans=[PlanOut.of(plan, patrols.progress(plan.plan_id)) for plan in plans])


@router.post("", status_code=202, responses=problems(401, 403, 422))
def request_plan(
    wanted: PlanRequest, response: Response, actor: SupervisorActor, services: ServicesDep
) -> PlanOut:
    """Ask for a plan over the confirmed incidents and due sites.

    `Location` is where its making can be followed.
    """
    wishes = [ShiftWish(shift.team_id, shift.shift_from, shift.shift_until) for shift in wanted.shifts]
    plan = services.patrols.request(wanted.day, wishes, actor.audit_name, _effort(wanted.effort))
    response.headers["Location"] = f"{API_PREFIX}/patrols/{plan.plan_id}"
    return PlanOut.of(plan, services.patrols.progress(plan.plan_id))


@router.get("/{plan_id}", responses=problems(401, 403, 404))
def show_plan(plan_id: str, actor: PatrolActor, services: ServicesDep) -> PlanDetail:
    """Show a plan: routes, stops in order with their times, and why the rest is left out."""
    return PlanDetail.of_record(services.patrols.show(plan_id))


@router.post("/{plan_id}/replan", status_code=202, responses=problems(401, 403, 404, 409))
def replan(plan_id: str, actor: SupervisorActor, services: ServicesDep) -> PlanOut:
    """Revise a plan under way: what is done or begun stays, new urgent incidents are taken in."""
    plan = services.patrols.replan(plan_id, actor.audit_name)
    return PlanOut.of(plan, services.patrols.progress(plan_id))


@router.post("/{plan_id}/cancel", responses=problems(401, 403, 404, 409))
def cancel_plan(plan_id: str, actor: SupervisorActor, services: ServicesDep) -> PlanOut:
    """Give a plan up, also while it is made."""
    return PlanOut.of(services.patrols.cancel(plan_id, actor.audit_name), None)


@router.post("/{plan_id}/stops/{stop_id}/check-in", responses=problems(401, 403, 404, 409, 422))
def check_in(
    plan_id: str, stop_id: str, actor: PatrolActor, services: ServicesDep, report: CheckIn | None = None
) -> StopOut:
    """Report a stop as begun or done; said again, nothing changes."""
    said = report or CheckIn()
    return StopOut.of(
        services.patrols.check_in(plan_id, stop_id, actor.audit_name, said.state, said.happened_at)
    )


def _effort(effort: EffortIn) -> Effort:
    try:
        return Effort(effort.runtime_s, effort.iterations, effort.seed)
    except ValueError as error:
        raise InvalidInput(str(error), (FieldError("effort", str(error)),)) from error
