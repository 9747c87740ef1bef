"""The page of streets: what is loaded, and what is closed."""

from fastapi import APIRouter, Request, Response

from map_server.domain.street_profile import PROFILES
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import SupervisorActor
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/streets")
def streets_page(request: Request, services: ServicesDep, actor: SupervisorActor) -> Response:
    """Show the streets on a map; closures are added and ended here."""
    street, routing = services.street, services.settings.routing
    overview = street.streets.overview()
    corners = street.coverage.blind_corners() if overview else ()
    return render(
        request,
        "streets.html",
        overview=overview,
        profiles=PROFILES,
        closures=street.closures.present(),
        unheeding=routing.url if routing is not None and routing.engine == "osrm" else None,
        corners=len(corners),
        corners_m=sum(corner.length_m for corner in corners),
        unwalked_days=street.coverage.params.unwalked_days,
        map=map_parts(MapView(), request.state.csp_nonce),
    )
