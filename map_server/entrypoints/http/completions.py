"""Completion of plans from tracks: figures, a table for spreadsheets, and ways for the map."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from map_server.adapters.report_files.csv_files import BOM, safe_text
from map_server.domain.route_completion import RouteCompletion
from map_server.domain.team import Team
from map_server.entrypoints.http.completion_schemas import CompletionOut
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.places import GEOJSON
from map_server.entrypoints.http.security import SupervisorActor
from map_server.entrypoints.http.times import Day
from map_server.presentation.street_geojson import ways_geojson
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/completion", tags=["people"])

First = Annotated[Day, Query(alias="from", description="First day of the ward")]
Last = Annotated[Day, Query(alias="to", description="Last day of the ward, included")]
_TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
_FEATURES: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}}}}
_COLUMNS = (
    "day",
    "plan_id",
    "team_id",
    "name_zh",
    "name_en",
    "planned_m",
    "walked_m",
    "share",
    "has_track",
    "stops",
    "proved",
    "reported_only",
    "shift_s",
    "rest_s",
    "busy_s",
)


@router.get("", responses=problems(401, 403, 422))
def completion(actor: SupervisorActor, services: ServicesDep, first: First, last: Last) -> CompletionOut:
    """Tell for each team how much of its planned ways its tracks walked, and which stops are proved."""
    return CompletionOut.of(services.street.completions.over(first, last))


@router.get("/routes.csv", response_class=Response, responses={**_TABLE, **problems(401, 403, 422)})
def completion_csv(actor: SupervisorActor, services: ServicesDep, first: First, last: Last) -> Response:
    """Give the routes of a period as CSV, one row for each."""
    report = services.street.completions.over(first, last)
    teams = {team.team_id: team for team in services.teams.all()}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    routes = [route for team in report.teams for route in team.routes]
    for route in sorted(routes, key=lambda one: (one.day, one.team_id)):
        writer.writerow(_row(route, teams[route.team_id]))
    headers = {"Content-Disposition": f'attachment; filename="completion-{first}-{last}.csv"'}
    return Response((BOM + out.getvalue()).encode(), headers=headers, media_type="text/csv")


@router.get("/ways.geojson", response_class=Response, responses={**_FEATURES, **problems(401, 403, 422)})
def ways(
    actor: SupervisorActor,
    services: ServicesDep,
    first: First,
    last: Last,
    team: Annotated[str | None, Query(max_length=40, description="This team's ways alone")] = None,
) -> Response:
    """Give the planned ways as lines: `walked` true for what tracks walked of them, false for the rest."""
    body = ways_geojson(services.street.completions.ways(first, last, team))
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=GEOJSON)


def _row(route: RouteCompletion, team: Team) -> list[str | int | float]:
    share = "" if route.share is None else round(route.share, 4)
    ways_m = (round(route.planned_m, 1), round(route.walked_m, 1), share)
    tally = (route.tally.stops, route.tally.proved, route.tally.reported)
    load = (route.load.shift_s, route.load.rest_s, route.load.busy_s)
    names = (safe_text(team.team_id), safe_text(team.name_zh), safe_text(team.name_en))
    return [route.day.isoformat(), route.plan_id, *names, *ways_m, int(route.has_track), *tally, *load]
