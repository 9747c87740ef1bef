"""The audit desk: one incident after the other, decided by keyboard."""

from fastapi import APIRouter, Request, Response

from map_server.domain.verdict import RejectReason, is_undecided
from map_server.entrypoints.http.audits import shown_as
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
    known_as = services.audit_desk.known_behind(incident_id, actor.account_id)
    record = (
        services.incident_list.one(incident_id)
        if known_as is None
        else shown_as(services, incident_id, known_as)
    )
    verdicts = services.audit_desk.verdicts_on(incident_id)
    view = incident_view(record, translations(language_of(request)).gettext)
    services.keeping.looks.page_viewed(actor.audit_name, known_as or incident_id, view.sha256s)
    return render(
        request,
        "audit_item.html",
        view=view,
        where=whereabouts_of(services, record.incident),
        is_undecided=is_undecided(record.incident),
        verdicts=[line for line in verdicts if line.verdict.undone_at is None],
    )


@router.get("/audit/statistics")
def audit_statistics(request: Request, services: ServicesDep, actor: AuditorActor) -> Response:
    """Show how right detections are, with intervals, and what follows from it."""
    return render(request, "audit_statistics.html", report=services.audit.statistics.report())
