"""Errors for people in a browser: a page in their language, or the way to the log-in page."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from map_server.entrypoints.http.security import current_person
from map_server.presentation.pages import render


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, and not a program or a script for data."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def error_page(request: Request, status: HTTPStatus, detail: str) -> Response:
    """Give the page for an error; somebody who is not signed in is sent to the log-in page first."""
    if status is HTTPStatus.UNAUTHORIZED:
        return RedirectResponse(f"/login?next={quote(_way_back(request), safe='')}", HTTPStatus.SEE_OTHER)
    if status is not HTTPStatus.INTERNAL_SERVER_ERROR:
        current_person(request)
    return render(request, "error.html", status_code=status, status=status, detail=detail)


def _way_back(request: Request) -> str:
    """The page to show after the log-in; a form that was sent cannot be opened again."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
