"""The pages of patrols: the list with its form, one plan on the map, and a team's stops for the phone."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from map_server.domain.account import Role
from map_server.domain.errors import NotFound
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor
from map_server.presentation.i18n import translations
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import language_of, render
from map_server.presentation.patrol_view import left_out_views, route_views, shift_offers

router = APIRouter(include_in_schema=False)


@router.get("/patrols")
def patrols_page(request: Request, services: ServicesDep, actor: PatrolActor) -> Response:
    """Show the plans, and the form that asks for a new one."""
    now, language = services.clock.now(), language_of(request)
    today = now.astimezone(WARD_ZONE).date()
    plans = services.patrols.latest(reach=actor.reach)
    return render(
        request,
        "patrols.html",
        plans=plans,
        tallies=services.patrols.tallies([plan.plan_id for plan in plans]),
        progress={plan.plan_id: services.patrols.progress(plan.plan_id) for plan in plans},
        offers=shift_offers(services.teams.all(), today, now, language),
        today=today,
        last_day=today + timedelta(days=30),
        waiting=services.patrols.waiting() if actor.reach.is_whole_ward else None,
        plans_here=actor.role.covers(Role.SUPERVISOR) and actor.reach.is_whole_ward,
        has_streets=any(layer.name == "streets" for layer in services.places.layers()),
    )


@router.get("/patrols/{plan_id}")
def plan_page(request: Request, services: ServicesDep, actor: PatrolActor, plan_id: str) -> Response:
    """Show one plan on the map, or how far its making has come."""
    record, language = services.patrols.show(plan_id), language_of(request)
    return render(
        request,
        "patrol_plan.html",
        record=record,
        routes=route_views(record, language),
        left_out=left_out_views(record.left_out, language, translations(language).gettext),
        map=map_parts(MapView(), request.state.csp_nonce),
        may_revise=actor.reach.is_whole_ward,
    )


@router.get("/patrols/{plan_id}/route/{team_id}")
def route_page(
    request: Request, services: ServicesDep, actor: PatrolActor, plan_id: str, team_id: str
) -> Response:
    """Show one team's stops for the phone: the next one large, the others below."""
    record, language = services.patrols.show(plan_id), language_of(request)
    view = next((one for one in route_views(record, language) if one.route.team_id == team_id), None)
    if view is None:
        raise NotFound(f"this plan has no route of team {team_id}")
    return render(request, "patrol_route.html", record=record, view=view)
