"""The page of the handbook (责任手册): who is responsible for what; printable, made from the data."""

from fastapi import APIRouter, Request, Response

from map_server.domain.sla import Stage
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor
from map_server.entrypoints.services import Services
from map_server.presentation import words as page_words
from map_server.presentation.handbook_view import (
    AreaNames,
    Words,
    chapters,
    finding_text,
    hours_text,
    missing_years,
    sla_lines,
    years_of,
)
from map_server.presentation.i18n import Language, translations
from map_server.presentation.pages import language_of, render

router = APIRouter(include_in_schema=False)


@router.get("/handbook")
def handbook_page(request: Request, services: ServicesDep, actor: PatrolActor) -> Response:
    """Show the handbook, with what the linter finds at its head."""
    language = language_of(request)
    spoken = translations(language)
    words = Words(language, spoken.gettext, _area_names(services, language))
    book = services.responsibilities.handbook()
    say = page_words.speaker(spoken)
    found = services.responsibilities.findings() if book.rules else []
    return render(
        request,
        "handbook.html",
        book=book,
        chapters=chapters(book, words),
        slas=sla_lines(book, words),
        hours=[
            (one, words.pick(one.name_zh, one.name_en), hours_text(one, words)) for one in book.hours.values()
        ],
        units=[(unit, words.unit(unit, unit.unit_id)) for unit in book.units.values()],
        unit_name=lambda unit_id: words.unit(book.units.get(unit_id), unit_id),
        years=years_of(book),
        missing=missing_years(book, services.sites.today()),
        stages=tuple(Stage),
        groups=[(one, words.pick(one.name_zh, one.name_en)) for one in book.groups.all],
        faults=services.responsibilities.broken_names(),
        findings=[finding_text(one, words, say("case_class", one.case_class)) for one in found],
    )


def _area_names(services: Services, language: Language) -> AreaNames:
    names: dict[tuple[str, str], str] = {}
    for layer in services.places.layers():
        if layer.name in ("grids", "compounds", "fire_lanes"):
            for area in services.places.content(layer.name).areas:
                names[layer.name, area.area_id] = area.name_zh if language == "zh" else area.name_en
    return names
