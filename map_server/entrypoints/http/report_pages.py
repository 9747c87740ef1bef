"""The pages of reports: the list with its form, one report, a draft, and the rows behind a figure."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from map_server.domain.account import Role
from map_server.domain.report import Report, RowPage
from map_server.domain.report_figures import Dimension, Drill
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.report_schemas import FigureName, PeriodDep, definition_of, named_drill
from map_server.entrypoints.http.reports import After, reader_of
from map_server.entrypoints.http.security import AuditorActor, Person
from map_server.entrypoints.services import Services
from map_server.presentation.map_page import MapParts, MapView, map_parts
from map_server.presentation.pages import json_for_script, language_of, render
from map_server.presentation.report_charts import Chart, charts
from map_server.presentation.report_document import (
    Speech,
    Table,
    Tile,
    headline_table,
    period_text,
    tables,
    tiles,
    title_of,
)
from map_server.presentation.report_view import (
    Names,
    RowsAddress,
    correction_view,
    drill_title,
    map_shades,
    row_view,
    rows_key,
    shifts,
)
from map_server.presentation.report_words import DECISIONS, KIND_TITLES, MERITS, STAGES
from map_server.services.report_ports import ReportFilter

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 50
YEAR_BEGINS_IN = 11
"""November: the year of assessment runs to the end of October."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A period that is asked for often; `label` is translated by the template."""

    label: str
    period: ReportPeriod


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


def presets(today: date) -> tuple[Preset, ...]:
    """Give the last periods that are over, and what runs now."""
    yesterday = today - timedelta(days=1)
    this_week = ReportPeriod.holding(ReportKind.WEEKLY, today)
    this_month = ReportPeriod.holding(ReportKind.MONTHLY, today)
    begins = today.year if today.month >= YEAR_BEGINS_IN else today.year - 1
    last_year = ReportPeriod.custom(date(begins - 1, YEAR_BEGINS_IN, 1), date(begins, YEAR_BEGINS_IN - 1, 31))
    return (
        Preset(_("Yesterday"), ReportPeriod.holding(ReportKind.DAILY, yesterday)),
        Preset(_("Last week"), this_week.before()),
        Preset(_("Last month"), this_month.before()),
        Preset(_("Last year, November to October"), last_year),
        Preset(_("Today so far"), ReportPeriod.holding(ReportKind.DAILY, today)),
        Preset(_("This month so far"), this_month),
    )


@router.get("/reports")
def reports_page(
    request: Request,
    services: ServicesDep,
    actor: AuditorActor,
    kind: ReportKind | None = None,
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show the frozen reports, and the form that makes one."""
    reader, speech = reader_of(actor), Speech(language_of(request))
    listed = services.reporting.reports.page(ReportFilter(kind), reader, before, ON_A_PAGE)
    today = services.clock.now().astimezone(WARD_ZONE).date()
    appeals = services.reporting.appeals.open(reader) if actor.role.covers(Role.SUPERVISOR) else ()
    return render(
        request,
        "reports.html",
        listed=listed,
        next_before=listed[-1].report_id if len(listed) == ON_A_PAGE else None,
        kind=kind,
        kind_titles={each: speech(title) for each, title in KIND_TITLES.items()},
        period_text=period_text,
        presets=presets(today),
        yesterday=today - timedelta(days=1),
        runs=services.reporting.runs.under_way(reader),
        stages={each: speech(text) for each, text in STAGES.items()},
        open_appeals=appeals,
        formula=services.reporting.formulas.all()[0],
        merits={merit: tuple(speech(text) for text in texts) for merit, texts in MERITS.items()},
        sets_formula=actor.role.covers(Role.SUPERVISOR) and actor.reach.is_whole_ward,
        may_freeze=actor.role.covers(Role.SUPERVISOR),
    )


@router.get("/reports/draft")
def draft_page(
    request: Request,
    services: ServicesDep,
    actor: AuditorActor,
    query: PeriodDep,
    run: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show a report as it is now. `run` names the run that made it, so that it is not made twice."""
    reader, definition = reader_of(actor), definition_of(query, actor.reach)
    made = services.reporting.runs.draft(run, reader) if run is not None else None
    report = made or services.reporting.reports.draft(definition, reader)
    period = report.definition.period
    address = f"kind={period.kind}&first={period.first}&last={period.last}"
    frozen_id = services.reporting.reports.frozen_of(report.definition)
    return render(
        request,
        "report.html",
        shown=_shown(request, report, lambda rows: f"/reports/draft/figures/{rows_key(rows)}?{address}"),
        frozen=None,
        frozen_id=frozen_id,
        is_over=services.clock.now() >= period.ends_at,
        may_freeze=actor.role.covers(Role.SUPERVISOR),
    )


@router.get("/reports/draft/figures/{key}")
def draft_rows_page(
    request: Request,
    services: ServicesDep,
    actor: AuditorActor,
    key: FigureName,
    query: PeriodDep,
    after: After = None,
) -> Response:
    """Show the rows behind a figure of a draft."""
    reader, definition = reader_of(actor), definition_of(query, actor.reach)
    report = services.reporting.reports.draft(definition, reader)
    page = services.reporting.reports.draft_rows(definition, named_drill(key), reader, after, ON_A_PAGE)
    period = definition.period
    address = f"kind={period.kind}&first={period.first}&last={period.last}"
    rows = _Rows(report, named_drill(key), f"/reports/draft?{address}", f"{request.url.path}?{address}&")
    return _rows_page(request, actor, rows, page, report_id=None)


@router.get("/reports/{report_id}")
def report_page(request: Request, services: ServicesDep, actor: AuditorActor, report_id: str) -> Response:
    """Show a frozen report. What became known since is a piece of its own, which takes longer."""
    reader = reader_of(actor)
    frozen = services.reporting.reports.get(report_id, reader)
    speech = Speech(language_of(request))
    names, people = Names(frozen.report, speech), _people(services)
    return render(
        request,
        "report.html",
        shown=_shown(request, frozen.report, lambda rows: f"/reports/{report_id}/figures/{rows_key(rows)}"),
        frozen=frozen,
        frozen_by=people.get(frozen.frozen_by, frozen.frozen_by),
        people=people,
        appeals=services.reporting.appeals.of_report(report_id, reader),
        unit_name=lambda unit_id: names(Dimension.UNIT, unit_id),
        decisions={each: speech(text) for each, text in DECISIONS.items()},
        decides=actor.role.covers(Role.SUPERVISOR),
    )


@router.get("/reports/{report_id}/since")
def since_page(request: Request, services: ServicesDep, actor: AuditorActor, report_id: str) -> Response:
    """Give the piece of page that tells what became known since, and whether all is as it was frozen."""
    reader, speech = reader_of(actor), Speech(language_of(request))
    frozen = services.reporting.reports.get(report_id, reader)
    names = Names(frozen.report, speech)
    corrections = services.reporting.reports.corrections(report_id, reader)
    return render(
        request,
        "report_since.html",
        verification=services.reporting.reports.verify(report_id, reader),
        corrections=[correction_view(each, names, speech) for each in corrections.items[:ON_A_PAGE]],
        count=len(corrections.items),
        shifts=shifts(frozen.report, corrections, speech),
    )


@router.get("/reports/{report_id}/figures/{key}")
def rows_page(
    request: Request,
    services: ServicesDep,
    actor: AuditorActor,
    report_id: str,
    key: FigureName,
    after: After = None,
) -> Response:
    """Show the rows behind a figure, as they were frozen."""
    reader = reader_of(actor)
    report = services.reporting.reports.get(report_id, reader).report
    page = services.reporting.reports.rows(report_id, named_drill(key), reader, after, ON_A_PAGE)
    rows = _Rows(report, named_drill(key), f"/reports/{report_id}", f"{request.url.path}?")
    return _rows_page(request, actor, rows, page, report_id)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Whose rows are shown, the address of the report, and that of the next piece up to its query."""

    report: Report
    drill: Drill
    back: str
    here: str


def _rows_page(
    request: Request, actor: Person, rows: _Rows, page: RowPage, report_id: str | None
) -> Response:
    speech = Speech(language_of(request))
    names = Names(rows.report, speech)
    return render(
        request,
        "report_rows.html",
        title=title_of(rows.report.definition.period, speech),
        what=drill_title(rows.drill, names, speech),
        drill=rows.drill,
        views=[row_view(row, names, speech) for row in page.rows],
        total=page.total,
        next_address=None if page.after is None else f"{rows.here}after={page.after}",
        back=rows.back,
        report_id=report_id,
        writes_appeals=report_id is not None and actor.role.covers(Role.SUPERVISOR),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of a draft and that of a frozen report have in common."""

    report: Report
    title: str
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    rows_at: RowsAddress
    has_compounds: bool
    shades_json: Markup
    map: MapParts


def _shown(request: Request, report: Report, rows_at: RowsAddress) -> _Shown:
    speech = Speech(language_of(request))
    shades = [asdict(shade) for shade in map_shades(report, speech, rows_at) if shade.id]
    return _Shown(
        report=report,
        title=title_of(report.definition.period, speech),
        tiles=tiles(report, speech),
        charts=charts(report, speech),
        tables=(*tables(report, speech), headline_table(report, speech)),
        rows_at=rows_at,
        has_compounds=bool(shades),
        shades_json=Markup(json_for_script(shades)),  # noqa: S704 - escaped for its place
        map=map_parts(MapView(zoom=14), request.state.csp_nonce),
    )


def _people(services: Services) -> dict[str, str]:
    """Give display names by audit name."""
    return {f"person:{each.account_id}": each.display_name for each in services.accounts.people()}
