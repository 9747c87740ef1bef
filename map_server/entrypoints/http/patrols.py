"""Patrol plans: ask for one, follow its making, revise it, give it up, check in at its stops."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from map_server.domain.errors import FieldError, InvalidInput, NotFound
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
from map_server.entrypoints.http.plan_schemas import DecisionIn, DecisionWish, OverdueOut, OverdueOutList
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.presentation.gpx import credit_of, gpx_of
from map_server.presentation.pages import language_of
from map_server.presentation.patrol_view import route_views
from map_server.services.patrol_ports import Effort
from map_server.services.shift_wishes import ShiftWish
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/patrols", tags=["people"])
overdue_router = APIRouter(prefix=f"{API_PREFIX}/overdue-sites", tags=["people"])


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


@overdue_router.get("", responses=problems(401, 403))
def overdue_sites(actor: PatrolActor, services: ServicesDep) -> OverdueOutList:
    """List every site whose look is overdue, with the reason why nobody has been there."""
    return OverdueOutList(sites=[OverdueOut.of(one) for one in services.planning.overdue()])


@router.get("/{plan_id}", responses=problems(401, 403, 404))
def show_plan(plan_id: str, actor: PatrolActor, services: ServicesDep) -> PlanDetail:
    """Show a plan: routes, stops in order with their times, and why the rest is left out."""
    return PlanDetail.of_record(services.patrols.show(plan_id))


@router.post("/{plan_id}/replan", status_code=202, responses=problems(401, 403, 404, 409))
def replan(plan_id: str, actor: SupervisorActor, services: ServicesDep) -> PlanOut:
    """Revise a plan under way: what is done or begun stays, new urgent incidents are taken in."""
    plan = services.patrols.replan(plan_id, actor.audit_name)
    return PlanOut.of(plan, services.patrols.progress(plan_id))


@router.post("/{plan_id}/decisions", status_code=202, responses=problems(401, 403, 404, 409, 422))
def decide(plan_id: str, wanted: DecisionIn, actor: SupervisorActor, services: ServicesDep) -> PlanOut:
    """Fix a stop to a team and time, move it, forbid it, or take that back; the plan is revised by it."""
    decisions, subject = services.planning.decisions, (wanted.subject_kind, wanted.subject_id)
    match wanted.wish:
        case DecisionWish.PIN:
            plan = decisions.pin(plan_id, subject, actor.audit_name, wanted.team_id, wanted.at, wanted.reason)
        case DecisionWish.FORBID:
            plan = decisions.forbid(plan_id, subject, actor.audit_name, wanted.reason)
        case DecisionWish.FREE:
            plan = decisions.free(plan_id, subject, actor.audit_name)
    return PlanOut.of(plan, services.patrols.progress(plan_id))


@router.get(
    "/{plan_id}/routes.gpx",
    response_class=Response,
    responses={200: {"content": {"application/gpx+xml": {}}}, **problems(401, 403, 404, 422)},
)
def routes_gpx(
    request: Request,
    plan_id: str,
    actor: PatrolActor,
    services: ServicesDep,
    team: Annotated[str | None, Query(max_length=40, description="This team's route alone")] = None,
) -> Response:
    """Give a plan as GPX 1.1: a waypoint for each stop; for each team a route of its stops and a track."""
    record, language = services.patrols.show(plan_id), language_of(request)
    views = [view for view in route_views(record, language) if team in (None, view.route.team_id)]
    if not views:
        raise NotFound(f"this plan has no route of team {team}")
    streets = next((layer for layer in services.places.layers() if layer.name == "streets"), None)
    credit = credit_of(streets, services.settings.routing is not None)
    name = f"patrol-{record.plan.day}{'' if team is None else '-' + team}.gpx"
    return Response(
        gpx_of(record.plan, views, language, credit),
        media_type="application/gpx+xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


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
