"""The pages of patrols: the list with its form, one plan on the map, and a team's stops for the phone."""

from collections import Counter
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from map_server.domain.account import Role
from map_server.domain.errors import NotFound
from map_server.domain.patrol_plan import PlanState
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.route_completion import STOP_REACH_M, RouteCompletion, TeamCompletion
from map_server.domain.team_load import spread_of
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.entrypoints.http.times import Day
from map_server.entrypoints.services import Services
from map_server.presentation.i18n import translations
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.overdue_view import overdue_why
from map_server.presentation.pages import language_of, render
from map_server.presentation.patrol_view import (
    change_views,
    left_out_views,
    route_views,
    shift_offers,
)
from map_server.presentation.route_sketch import sketch_of
from map_server.services.patrols import PlanRecord

router = APIRouter(include_in_schema=False)

_KINDS_SHOWN = (ReportKind.DAILY, ReportKind.WEEKLY, ReportKind.MONTHLY)
PeriodKind = Literal[ReportKind.DAILY, ReportKind.WEEKLY, ReportKind.MONTHLY]


@router.get("/patrols")
def patrols_page(request: Request, services: ServicesDep, actor: PatrolActor) -> Response:
    """Show the plans, and the form that asks for a new one."""
    now, language = services.clock.now(), language_of(request)
    today = now.astimezone(WARD_ZONE).date()
    plans, teams = services.patrols.latest(reach=actor.reach), services.teams.all()
    return render(
        request,
        "patrols.html",
        plans=plans,
        tallies=services.patrols.tallies([plan.plan_id for plan in plans]),
        progress={plan.plan_id: services.patrols.progress(plan.plan_id) for plan in plans},
        offers=shift_offers(teams, today, now, language),
        campaigns=services.planning.campaigns.coming(),
        today=today,
        last_day=today + timedelta(days=30),
        waiting=services.patrols.waiting() if actor.reach.is_whole_ward else None,
        plans_here=actor.role.covers(Role.SUPERVISOR) and actor.reach.is_whole_ward,
        has_streets=any(layer.name == "streets" for layer in services.places.layers()),
    )


@router.get("/patrols/overdue")
def overdue_page(request: Request, services: ServicesDep, actor: PatrolActor) -> Response:
    """List every overdue site with the reason why nobody has been there."""
    gettext = translations(language_of(request)).gettext
    overdue = services.planning.overdue()
    return render(
        request,
        "overdue.html",
        overdue=[(one, overdue_why(one, gettext)) for one in overdue],
        counts=Counter(one.reason for one in overdue),
    )


@router.get("/patrols/completion")
def completion_page(
    request: Request,
    services: ServicesDep,
    actor: SupervisorActor,
    kind: PeriodKind = ReportKind.WEEKLY,
    day: Day | None = None,
    team: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Show how much of what was planned in a day, week or month teams walked, by their tracks."""
    today = services.clock.now().astimezone(WARD_ZONE).date()
    period = ReportPeriod.holding(kind, day or today)
    report = services.street.completions.over(period.first, period.last)
    teams = {one.team_id: one for one in services.teams.all()}
    return render(
        request,
        "completion.html",
        period=period,
        kinds_shown=_KINDS_SHOWN,
        earlier=period.before(),
        later=period.last + timedelta(days=1) if period.last < today else None,
        report=report,
        teams=teams,
        chosen=teams.get(team or ""),
        whole=TeamCompletion("", tuple(route for one in report.teams for route in one.routes)),
        reach_m=STOP_REACH_M,
        map=map_parts(MapView(), request.state.csp_nonce),
    )


@router.get("/patrols/{plan_id}/sheet")
def sheet_page(
    request: Request,
    services: ServicesDep,
    actor: PatrolActor,
    plan_id: str,
    team: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Show a plan as a sheet for printing: for each team its way as a drawing, and its stops."""
    record, language = services.patrols.show(plan_id), language_of(request)
    views = [
        view for view in route_views(record, language) if view.stops and team in (None, view.route.team_id)
    ]
    return render(
        request,
        "patrol_sheet.html",
        record=record,
        sheets=[(view, sketch_of(view)) for view in views],
        units={campaign.campaign_id: campaign.units for campaign in services.planning.campaigns.all()},
    )


@router.get("/patrols/{plan_id}")
def plan_page(request: Request, services: ServicesDep, actor: PatrolActor, plan_id: str) -> Response:
    """Show one plan on the map, or how far its making has come."""
    record, language = services.patrols.show(plan_id), language_of(request)
    routes = route_views(record, language)
    return render(
        request,
        "patrol_plan.html",
        record=record,
        routes=routes,
        left_out=left_out_views(record.left_out, language, translations(language).gettext),
        changes=change_views(record, language, translations(language).gettext),
        decided={rule.key: rule for rule in record.rules},
        spread=spread_of([view.load.share for view in routes]) if routes else None,
        walked=_walked_so_far(services, record),
        reach_m=STOP_REACH_M,
        map=map_parts(MapView(), request.state.csp_nonce),
        may_revise=actor.reach.is_whole_ward,
    )


@router.get("/patrols/{plan_id}/route/{team_id}")
def route_page(
    request: Request, services: ServicesDep, actor: PatrolActor, plan_id: str, team_id: str
) -> Response:
    """Lead to a team's stops on the phone page, from which somebody may take the route."""
    record = services.patrols.show(plan_id)
    if team_id not in {route.team_id for route in record.routes}:
        raise NotFound(f"this plan has no route of team {team_id}")
    return RedirectResponse(f"/field/{language_of(request)}#team/{plan_id}/{team_id}")


def _walked_so_far(services: Services, record: PlanRecord) -> dict[str, RouteCompletion]:
    """Give by team what was walked of the routes that have begun; empty while no streets are loaded."""
    now = services.clock.now()
    begun = {route.team_id for route in record.routes if route.starts_at <= now}
    if record.plan.state is not PlanState.READY or not begun:
        return {}
    walked = services.street.completions.of_plan(record.plan.plan_id)
    return {team_id: one for team_id, one in walked.items() if team_id in begun}
