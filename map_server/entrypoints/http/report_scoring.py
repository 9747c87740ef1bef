"""How units are scored: versions of the formula, and appeals against rows of frozen reports."""

from fastapi import APIRouter, Response

from map_server.domain.errors import NotFound
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.preconditions import RequiredVersion, etag
from map_server.entrypoints.http.report_schemas import (
    AppealOut,
    AppealRequest,
    DecisionRequest,
    FormulaOut,
    FormulaRequest,
)
from map_server.entrypoints.http.reports import reader_of
from map_server.entrypoints.http.security import AuditorActor, PatrolActor, SupervisorActor
from wire_contract.routes import API_PREFIX

formula_router = APIRouter(prefix=f"{API_PREFIX}/score-formulas", tags=["people"])
router = APIRouter(prefix=f"{API_PREFIX}/reports", tags=["people"])

_ETAG = {"headers": {"ETag": {"schema": {"type": "string"}, "description": "The appeal's version"}}}


@formula_router.get("", responses=problems(401, 403))
def list_formulas(actor: AuditorActor, services: ServicesDep) -> list[FormulaOut]:
    """Give all versions of the score's formula, the one that holds first."""
    return [FormulaOut.of(each) for each in services.reporting.formulas.all()]


@formula_router.post("", status_code=201, responses=problems(401, 403, 409, 422))
def set_formula(request: FormulaRequest, actor: SupervisorActor, services: ServicesDep) -> FormulaOut:
    """Let other weights hold from now on. Frozen reports keep theirs."""
    formula = services.reporting.formulas.set(request.weights, request.reason, reader_of(actor))
    return FormulaOut.of(formula)


@router.get("/{report_id}/appeals", responses=problems(401, 403, 404))
def list_appeals(report_id: str, actor: AuditorActor, services: ServicesDep) -> list[AppealOut]:
    """Give the appeals against a report, oldest first."""
    return [AppealOut.of(each) for each in services.reporting.appeals.of_report(report_id, reader_of(actor))]


@router.post(
    "/{report_id}/appeals",
    status_code=201,
    responses={201: _ETAG, **problems(401, 403, 404, 409, 422)},
)
def raise_appeal(
    report_id: str, request: AppealRequest, response: Response, actor: PatrolActor, services: ServicesDep
) -> AppealOut:
    """Object to what one's unit is charged with; supervisors may write it down for any unit."""
    appeal = services.reporting.appeals.raise_one(
        report_id, request.work_order_id, request.reason, reader_of(actor), request.unit_id
    )
    response.headers["ETag"] = etag(appeal.version)
    return AppealOut.of(appeal)


@router.post(
    "/{report_id}/appeals/{appeal_id}/decision",
    responses={200: _ETAG, **problems(401, 403, 404, 409, 412, 422, 428)},
)
def decide_appeal(
    report_id: str,
    appeal_id: str,
    request: DecisionRequest,
    response: Response,
    actor: SupervisorActor,
    services: ServicesDep,
    version: RequiredVersion,
) -> AppealOut:
    """Accept or refuse an appeal; what is accepted stands in the corrections, the report stays."""
    reader = reader_of(actor)
    known = {each.appeal_id for each in services.reporting.appeals.of_report(report_id, reader)}
    if appeal_id not in known:
        raise NotFound("This report has no such appeal.")
    appeal = services.reporting.appeals.decide(appeal_id, request.decision, request.reason, reader, version)
    response.headers["ETag"] = etag(appeal.version)
    return AppealOut.of(appeal)
