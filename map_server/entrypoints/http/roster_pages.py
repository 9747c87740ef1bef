"""The pages on which supervisors keep teams and joint campaigns: one list, and a form for each."""

from fastapi import APIRouter, Request, Response

from map_server.domain.errors import NotFound
from map_server.domain.patrol_worth import BLIND_CORNER
from map_server.domain.site import SiteKind
from map_server.domain.team import MOST_SHIFTS
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.http.campaigns import CampaignOut
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import SupervisorActor
from map_server.entrypoints.http.teams import TeamOut
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import render
from map_server.presentation.patrol_view import TEAM_COLOURS, next_colour
from map_server.presentation.words import KINDS

router = APIRouter(include_in_schema=False)

SKILLS = {"kind": KINDS[:3], "site_kind": tuple(SiteKind), "visit_kind": (BLIND_CORNER,)}
"""What may be left to certain teams, by the group of words that names it."""
CLOSER = 17
"""The zoom at which the place of something known is shown."""


@router.get("/teams")
def teams_page(request: Request, services: ServicesDep, actor: SupervisorActor) -> Response:
    """List teams and campaigns, those laid to rest last."""
    return render(
        request,
        "teams.html",
        skills=SKILLS,
        teams=sorted(services.teams.all(), key=lambda team: (not team.is_active, team.team_id)),
        campaigns=sorted(
            services.planning.campaigns.coming(),
            key=lambda one: (not one.campaign.is_active, one.campaign.name_en),
        ),
    )


@router.get("/teams/new")
def new_team_page(request: Request, services: ServicesDep, actor: SupervisorActor) -> Response:
    """Show the empty form of a team."""
    return _team_page(request, services, None)


@router.get("/teams/{team_id}")
def team_page(request: Request, services: ServicesDep, actor: SupervisorActor, team_id: str) -> Response:
    """Show a team's form."""
    found = next((team for team in services.teams.all() if team.team_id == team_id), None)
    if found is None:
        raise NotFound(f"there is no team {team_id}")
    return _team_page(request, services, TeamOut.of(found))


@router.get("/campaigns/new")
def new_campaign_page(request: Request, services: ServicesDep, actor: SupervisorActor) -> Response:
    """Show the empty form of a campaign."""
    return _campaign_page(request, services, None)


@router.get("/campaigns/{campaign_id}")
def campaign_page(
    request: Request, services: ServicesDep, actor: SupervisorActor, campaign_id: str
) -> Response:
    """Show a campaign's form."""
    coming = services.planning.campaigns.coming()
    found = next((one for one in coming if one.campaign.campaign_id == campaign_id), None)
    if found is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    return _campaign_page(request, services, CampaignOut.of(found))


def _team_page(request: Request, services: ServicesDep, team: TeamOut | None) -> Response:
    view = MapView() if team is None else MapView(*team.start, zoom=CLOSER)
    return render(
        request,
        "team.html",
        team=team,
        skills=SKILLS,
        known_skills={skill for group in SKILLS.values() for skill in group},
        colours=TEAM_COLOURS,
        next_colour=next_colour(services.teams.all()),
        most_shifts=MOST_SHIFTS,
        map=map_parts(view, request.state.csp_nonce),
    )


def _campaign_page(request: Request, services: ServicesDep, campaign: CampaignOut | None) -> Response:
    view = MapView() if campaign is None else MapView(*campaign.place, zoom=CLOSER)
    return render(
        request,
        "campaign.html",
        campaign=campaign,
        teams=[team for team in services.teams.all() if team.is_active],
        today=services.clock.now().astimezone(WARD_ZONE).date(),
        map=map_parts(view, request.state.csp_nonce),
    )
