"""The audit desk: one incident after the other, decided by keyboard."""

from fastapi import APIRouter, Request, Response

from map_server.domain.verdict import RejectReason, is_undecided
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.map_pages import whereabouts_of
from map_server.entrypoints.http.security import AuditorActor
from map_server.presentation.i18n import translations
from map_server.presentation.incident_view import incident_view
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import language_of, render

router = APIRouter(include_in_schema=False)


@router.get("/audit")
def audit_desk(request: Request, actor: AuditorActor, incident: str | None = None) -> Response:
    """Show the desk; its module fetches the queue. `incident` is put in front."""
    return render(
        request,
        "audit.html",
        map=map_parts(MapView(zoom=18), request.state.csp_nonce),
        reasons=tuple(RejectReason),
        first_incident=incident or "",
    )


@router.get("/audit/items/{incident_id}")
def audit_item(request: Request, services: ServicesDep, actor: AuditorActor, incident_id: str) -> Response:
    """Give the piece of a page that the desk shows of one incident."""
    record = services.incident_list.one(incident_id)
    verdicts = services.audit_desk.verdicts_on(incident_id)
    return render(
        request,
        "audit_item.html",
        view=incident_view(record, translations(language_of(request)).gettext),
        where=whereabouts_of(services, record.incident),
        is_undecided=is_undecided(record.incident),
        verdicts=[line for line in verdicts if line.verdict.undone_at is None],
    )
