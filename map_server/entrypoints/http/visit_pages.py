"""The supervisor's pages of visits: the list with its doubts and word to teams, and one with its proof."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from map_server.domain.visit import Flag
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import SupervisorActor
from map_server.entrypoints.http.visits import PAGE
from map_server.presentation.i18n import translations
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import language_of, render
from map_server.presentation.visit_view import answer_text, doubt_view
from map_server.presentation.words import speaker
from map_server.services.field_ports import VisitFilter

router = APIRouter(include_in_schema=False)


@router.get("/visits")
def visits_page(
    request: Request,
    services: ServicesDep,
    actor: SupervisorActor,
    show: Annotated[str, Query(max_length=20)] = "",
    flag: Annotated[str, Query(max_length=40)] = "",
    team: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """Show what phones said, with the doubts; and the form for word to a team."""
    chosen = next((one for one in Flag if one == flag), None)
    doubted = True if show == "doubted" else None
    wanted = VisitFilter(flag=chosen, is_doubted=doubted, team_id=team or None, reach=actor.reach)
    rows = services.field.list.page(wanted, before, PAGE)
    names = {one.team_id: one for one in services.teams.all()}
    sent = services.field.days.sent(actor.reach)
    readers = {person for one in sent for person in one.seen}
    return render(
        request,
        "visits.html",
        rows=rows,
        teams=names,
        flags=tuple(Flag),
        wanted={"show": show, "flag": chosen or "", "team": team},
        next_before=rows[-1].kept.received_at if len(rows) == PAGE else None,
        routes=services.field.days.of(actor.audit_name, actor.reach).routes,
        sent=sent,
        people=services.field.list.names_of(readers),
    )


@router.get("/visits/{record_id}")
def visit_page(request: Request, services: ServicesDep, actor: SupervisorActor, record_id: str) -> Response:
    """Show one visit: where and when, what was found, its pictures, what is doubtful and what came of it."""
    shown = services.field.visits.shown(record_id)
    kept, spoken = shown.taken.kept, translations(language_of(request))
    fix, people = kept.record.fix, [kept.actor, kept.reviewed_by or ""]
    centre = fix.point if fix else (shown.place.point if shown.place else None)
    view = MapView() if centre is None else MapView(centre[0], centre[1], 18)
    word = speaker(spoken)
    return render(
        request,
        "visit.html",
        kept=kept,
        record=kept.record,
        photos=shown.taken.photos,
        place=shown.place,
        people=services.field.list.names_of(people),
        doubts=[doubt_view(doubt, spoken.gettext) for doubt in kept.doubts],
        answers={key: answer_text(answer, word) for key, answer in kept.record.answers.items()},
        map=map_parts(view, request.state.csp_nonce),
    )
