"""The live map and the panel that slides over it."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from map_server.adapters.db.queries.live import MapFilter
from map_server.domain.fusion import box_around, distance_m
from map_server.domain.incident import OPEN_STATES, Incident, IncidentState
from map_server.domain.place import Whereabouts
from map_server.domain.reach import Reach
from map_server.domain.verdict import RejectReason, is_undecided
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor
from map_server.entrypoints.services import Services
from map_server.presentation.i18n import translations
from map_server.presentation.incident_view import incident_view
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import language_of, render
from map_server.presentation.work_order_view import UnitNames

router = APIRouter(include_in_schema=False)

NEIGHBOUR_RADIUS_M = 60.0
MAX_NEIGHBOURS = 5


@router.get("/")
def live_map(request: Request, services: ServicesDep, actor: PatrolActor) -> Response:
    """Show the live map; its module fetches what is on it."""
    return render(
        request,
        "live.html",
        map=map_parts(MapView(), request.state.csp_nonce),
        has_devices=services.device_list.has_any(),
    )


@router.get("/incidents/{incident_id}")
def incident_page(incident_id: str, actor: PatrolActor) -> Response:
    """Lead a shared address to the map with the panel open."""
    return RedirectResponse(f"/?incident={incident_id}")


@router.get("/incidents/{incident_id}/panel")
def incident_panel(request: Request, services: ServicesDep, actor: PatrolActor, incident_id: str) -> Response:
    """Give the piece of a page that the panel shows."""
    record = services.incident_list.one(incident_id)
    verdicts = services.audit_desk.verdicts_on(incident_id)
    view = incident_view(record, translations(language_of(request)).gettext)
    services.keeping.looks.page_viewed(actor.audit_name, incident_id, view.sha256s)
    return render(
        request,
        "incident_panel.html",
        view=view,
        where=whereabouts_of(services, record.incident),
        is_undecided=is_undecided(record.incident),
        standing=next((line for line in verdicts if line.verdict.undone_at is None), None),
        reasons=tuple(RejectReason),
        orders=services.work_order_list.of_incident(incident_id),
        unit_name=UnitNames(services.owners.units(), language_of(request)),
        neighbours=_neighbours(services, record.incident, actor.reach),
    )


def whereabouts_of(services: Services, incident: Incident) -> Whereabouts | None:
    """In which compound and grid an incident lies; None where no place is known."""
    return services.places.whereabouts((incident.fix.lon, incident.fix.lat)) if incident.fix else None


def _neighbours(services: Services, incident: Incident, reach: Reach) -> list[tuple[Incident, float]]:
    """Other incidents of the kind nearby, nearest first: candidates for a merge."""
    if incident.fix is None or incident.state in (IncidentState.MERGED, IncidentState.REJECTED):
        return []
    now = services.clock.now()
    wanted = MapFilter(
        kinds=frozenset({incident.kind}),
        states=OPEN_STATES,
        seen_from=now,
        seen_to=now + timedelta(days=1),
        box=box_around(incident.fix, NEIGHBOUR_RADIUS_M),
        reach=reach,
    )
    others = [
        (other, distance_m(incident.fix, other.fix))
        for other in services.live.incidents(wanted, limit=50)
        if other.fix is not None and other.incident_id != incident.incident_id
    ]
    return sorted(others, key=lambda pair: pair[1])[:MAX_NEIGHBOURS]
