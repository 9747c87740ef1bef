"""From errors to answers: one table to status codes, and problem documents (RFC 9457) for all of them."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from map_server.domain.account import TooManyTries
from map_server.domain.errors import (
    Conflict,
    DomainError,
    Expired,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VersionConflict,
)
from map_server.entrypoints.http.error_pages import error_page, wants_page
from map_server.entrypoints.http.preconditions import PreconditionRequired
from map_server.presentation.pages import LANGUAGE_COOKIE, language_of
from map_server.presentation.spoken import spoken

PROBLEM_MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[DomainError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    VersionConflict: HTTPStatus.CONFLICT,
    Conflict: HTTPStatus.CONFLICT,
    Expired: HTTPStatus.GONE,
    TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The only place where an error meets a status code; subclasses answer as their nearest named parent."""

_log = structlog.get_logger()


class ProblemField(BaseModel):
    """One wrong field."""

    path: str = Field(description="Where, as in JSON Pointer without the leading slash")
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(description="Names the sort of problem; stable, for programs")
    title: str
    status: int
    detail: str = Field(description="What happened this time, one line for people")
    instance: str = Field(description="The path that was asked for")
    errors: list[ProblemField] = Field(default_factory=list, description="The fields to mend, if any")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe problem answers for a route's `responses=`."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def status_of(error: DomainError) -> HTTPStatus:
    """Look an error up in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_response(
    request: Request,
    status: HTTPStatus,
    detail: str,
    kind: str | None = None,
    errors: list[ProblemField] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Write one problem document; for people in a browser, a page."""
    if wants_page(request):
        return error_page(request, status, detail)
    slug = kind or status.phrase.lower().replace(" ", "-")
    problem = Problem(
        type=f"urn:lilong:problem:{slug}",
        title=status.phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=errors or [],
    )
    return Response(problem.model_dump_json(), status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(DomainError, _respond_to_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_fault)


def _respond_to_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return on_domain_error(request, error)


def on_domain_error(request: Request, error: DomainError) -> Response:
    """Answer an error that was raised on purpose."""
    headers: dict[str, str] = {}
    fields: list[ProblemField] = []
    if isinstance(error, Unavailable | TooManyTries):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, InvalidInput):
        fields = [ProblemField(path=one.path, message=_spoken(request, one.message)) for one in error.fields]
    slug = "".join(f"-{c.lower()}" if c.isupper() else c for c in type(error).__name__).removeprefix("-")
    status = status_of(error)
    if isinstance(error, VersionConflict) and "if-match" in request.headers:
        status = HTTPStatus.PRECONDITION_FAILED
    return problem_response(request, status, _spoken(request, error.message), slug, fields, headers)


def _spoken(request: Request, message: str) -> str:
    """Say it in the reader's language where it says which; programs that say none get English.

    Source: RFC 9457, 3.1.4: `detail` may be localised by content negotiation.
    """
    if LANGUAGE_COOKIE not in request.cookies and "accept-language" not in request.headers:
        return message
    return spoken(message, language_of(request))


def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [
        ProblemField(path="/".join(str(part) for part in item["loc"]), message=item["msg"])
        for item in error.errors()
    ]
    first = fields[0]
    detail = f"{first.path}: {first.message}" + (f" (and {len(fields) - 1} more)" if len(fields) > 1 else "")
    return problem_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, "invalid-input", fields)


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:  # the framework says so of a body that is no text, or no form
        message = "cannot be read as what its Content-Type says"
        fields = [ProblemField(path="body", message=message)]
        return problem_response(
            request, HTTPStatus.UNPROCESSABLE_ENTITY, f"body: {message}", "invalid-input", fields
        )
    headers = dict(error.headers) if error.headers else None
    return problem_response(request, status, str(error.detail), headers=headers)


def _on_fault(request: Request, error: Exception) -> Response:
    _log.error("request failed", path=request.url.path, method=request.method, exc_info=error)
    detail = "The server met a fault of its own; nothing was changed. The log has the details."
    return problem_response(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail, "fault")
