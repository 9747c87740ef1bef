"""Reports for people and programs: make, freeze, read with the rows behind each figure, take as a file."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from map_server.adapters.report_files.formats import MEDIA_TYPES, FileFormat, report_file
from map_server.domain.report import report_facts
from map_server.domain.report_period import ReportKind
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.report_schemas import (
    CorrectionsOut,
    FigureName,
    FrozenOut,
    PeriodDep,
    ReportListed,
    ReportPage,
    ReportRequest,
    RowsOut,
    RunOut,
    VerificationOut,
    definition_of,
    named_drill,
)
from map_server.entrypoints.http.security import AuditorActor, Person
from map_server.presentation.i18n import Language
from map_server.presentation.pages import language_of
from map_server.services.report_ports import Reader, ReportFilter
from map_server.services.reports import MOST_ROWS
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/reports", tags=["people"])

MOST_LISTED = 200
After = Annotated[int | None, Query(ge=0, description="`next_after` of the piece before")]
RowLimit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
_FILES = {
    "content": {
        kind.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES
    }
}
_FROZEN_FOR_GOOD = "private, max-age=31536000, immutable"


def reader_of(person: Person) -> Reader:
    """Give the person as reports know people."""
    return Reader(person.audit_name, person.role, person.reach, person.unit_id)


@router.get("", responses=problems(401, 403, 422))
def list_reports(
    actor: AuditorActor,
    services: ServicesDep,
    kind: ReportKind | None = None,
    before: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> ReportPage:
    """List frozen reports, the last frozen first."""
    page = services.reporting.reports.page(ReportFilter(kind), reader_of(actor), before, limit)
    next_before = page[-1].report_id if len(page) == limit else None
    return ReportPage(reports=[ReportListed.of(each) for each in page], next_before=next_before)


@router.post("", status_code=202, responses=problems(401, 403, 409, 422))
def make_report(
    request: ReportRequest, response: Response, actor: AuditorActor, services: ServicesDep
) -> RunOut:
    """Make a report in the background, as a draft or frozen. Freezing is for supervisors."""
    definition = definition_of(request, actor.reach)
    run = services.reporting.runs.begin(definition, request.freeze, reader_of(actor))
    response.headers["Location"] = f"{API_PREFIX}/reports/runs/{run.run_id}"
    return RunOut.of(run)


@router.get("/runs/{run_id}", responses=problems(401, 403, 404))
def show_run(run_id: str, actor: AuditorActor, services: ServicesDep) -> RunOut:
    """Tell how far a report is that you asked for."""
    return RunOut.of(services.reporting.runs.show(run_id, reader_of(actor)))


@router.post("/runs/{run_id}/cancel", responses=problems(401, 403, 404, 409))
def cancel_run(run_id: str, actor: AuditorActor, services: ServicesDep) -> RunOut:
    """Call a report off; nothing is written."""
    return RunOut.of(services.reporting.runs.cancel(run_id, reader_of(actor)))


@router.get("/draft", responses=problems(401, 403, 422))
def draft(query: PeriodDep, actor: AuditorActor, services: ServicesDep) -> dict[str, object]:
    """Compute a report as it is now; nothing is kept. The same facts as a frozen report's `content`."""
    report = services.reporting.reports.draft(definition_of(query, actor.reach), reader_of(actor))
    return dict(report_facts(report))


@router.get("/draft/figures/{key}/rows", responses=problems(401, 403, 404, 422))
def draft_rows(
    key: FigureName,
    query: PeriodDep,
    actor: AuditorActor,
    services: ServicesDep,
    after: After = None,
    limit: RowLimit = 100,
) -> RowsOut:
    """Give the rows behind a figure of a draft."""
    definition = definition_of(query, actor.reach)
    page = services.reporting.reports.draft_rows(definition, named_drill(key), reader_of(actor), after, limit)
    return RowsOut.of(page)


@router.get("/{report_id}", responses=problems(401, 403, 404))
def show_report(report_id: str, response: Response, actor: AuditorActor, services: ServicesDep) -> FrozenOut:
    """Give a frozen report; its ETag is the hash of its content."""
    frozen = services.reporting.reports.get(report_id, reader_of(actor))
    response.headers["ETag"] = f'"{frozen.sha256}"'
    return FrozenOut.of(frozen, json.loads(frozen.content))


@router.get("/{report_id}/figures/{key}/rows", responses=problems(401, 403, 404, 422))
def show_rows(
    report_id: str,
    key: FigureName,
    actor: AuditorActor,
    services: ServicesDep,
    after: After = None,
    limit: RowLimit = 100,
) -> RowsOut:
    """Give the rows behind a figure, as they were frozen."""
    return RowsOut.of(
        services.reporting.reports.rows(report_id, named_drill(key), reader_of(actor), after, limit)
    )


@router.get("/{report_id}/corrections", responses=problems(401, 403, 404))
def show_corrections(report_id: str, actor: AuditorActor, services: ServicesDep) -> CorrectionsOut:
    """Tell what became known since it was frozen. It is computed anew, and takes as long as a draft."""
    return CorrectionsOut.of(services.reporting.reports.corrections(report_id, reader_of(actor)))


@router.get("/{report_id}/verification", responses=problems(401, 403, 404))
def verify_report(report_id: str, actor: AuditorActor, services: ServicesDep) -> VerificationOut:
    """Check content and rows against their hashes."""
    found = services.reporting.reports.verify(report_id, reader_of(actor))
    return VerificationOut.model_validate(found, from_attributes=True)


@router.get(
    "/{report_id}/download",
    response_class=Response,
    responses={200: _FILES, **problems(401, 403, 404, 422, 503)},
)
def download(
    report_id: str,
    request: Request,
    actor: AuditorActor,
    services: ServicesDep,
    format: Annotated[FileFormat, Query()],
    language: Language | None = None,
) -> Response:
    """Take a frozen report as HTML, XLSX, CSV (one file per table, zipped) or PDF; always the same bytes."""
    frozen = services.reporting.reports.get(report_id, reader_of(actor))
    file = report_file(frozen, format, language or language_of(request))
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": _FROZEN_FOR_GOOD,
        "Vary": "Cookie, Accept-Language",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)
