"""The pages of the register: the list with the zero-growth meter, and one site with its history."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from map_server.domain.inspection import Result
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.site import SiteKind, StructureState
from map_server.domain.site_states import ways_of
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor
from map_server.presentation.i18n import translations
from map_server.presentation.map_page import MapView, map_parts
from map_server.presentation.pages import language_of, render
from map_server.presentation.site_view import group_name, name_of, site_rows, why_missed
from map_server.services.site_ports import SiteFilter

router = APIRouter(include_in_schema=False)

_PAGE = 100
_METER_DAYS = 30


@router.get("/sites")
def sites_page(
    request: Request,
    services: ServicesDep,
    actor: PatrolActor,
    kind: Annotated[SiteKind | None, Query()] = None,
    state: Annotated[StructureState | None, Query()] = None,
    due: Annotated[bool, Query()] = False,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the register, those due first where asked for, and the zero-growth meter."""
    language, now = language_of(request), services.clock.now()
    kinds, states = (() if kind is None else (kind,)), (() if state is None else (state,))
    wanted = SiteFilter(kinds, states, due=True if due else None, words=q.strip(), reach=actor.reach)
    page = services.sites.page(wanted, after, _PAGE)
    sites = services.sites.most_overdue(wanted, _PAGE) if due and not after else page.sites
    last = services.sites.today()
    first = last - timedelta(days=_METER_DAYS - 1)
    tallies = services.sites.tallies(actor.reach)
    gettext = translations(language).gettext
    return render(
        request,
        "sites.html",
        rows=site_rows(sites, services.sites.groups(), services.sites.missed(sites), now, language, gettext),
        page=page,
        tallies=tallies,
        due_count=sum(one.due for one in tallies),
        wanted={"kind": kind, "state": state, "due": due, "q": q.strip()},
        states=StructureState,
        site_kinds=SiteKind,
        meter=services.sites.zero_growth(first, last) if actor.reach.is_whole_ward else None,
        period=(first, last),
        map=map_parts(MapView(), request.state.csp_nonce),
    )


@router.get("/sites/{site_id}")
def site_page(request: Request, services: ServicesDep, actor: PatrolActor, site_id: str) -> Response:
    """Show one site: what is due, what was seen, who looked, and what may be done."""
    language, now = language_of(request), services.clock.now()
    history = services.sites.history(site_id)
    group = services.sites.group_of(history.site)
    where = services.places.whereabouts(history.site.point)
    actors = [one.inspector for one in history.inspections] + [one.actor for one in history.notes]
    gettext = translations(language).gettext
    return render(
        request,
        "site.html",
        history=history,
        site=history.site,
        name=name_of(history.site, language),
        group=group,
        group_name=group_name(group, language),
        where=(where.compound_zh or where.grid_zh)
        if language == "zh"
        else (where.compound_en or where.grid_en),
        is_due=history.site.is_due(now),
        why=why_missed(history.missed, gettext),
        names=services.sites.names_of(actors),
        results=Result,
        ways=ways_of(history.site),
        needs_photo=EvidenceNeed.AFTER_PHOTO in group.evidence_needed,
        map=map_parts(MapView(*history.site.point, zoom=18), request.state.csp_nonce),
    )
