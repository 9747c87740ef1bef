"""The phone page: its shell in both languages, the service worker that keeps it, the manifest."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from map_server.domain.errors import NotFound
from map_server.entrypoints.http.security import PatrolActor
from map_server.presentation.field_shell import manifest, shell_version, worker_script
from map_server.presentation.i18n import LANGUAGES, Language
from map_server.presentation.pages import language_of, render

router = APIRouter(include_in_schema=False)


@router.get("/field")
def field_page(request: Request, actor: PatrolActor) -> Response:
    """Lead to the page in the reader's language."""
    return RedirectResponse(f"/field/{language_of(request)}")


@router.get("/field/service-worker.js")
def service_worker() -> Response:
    """Give the service worker, also to a phone whose log-in has ended: it is the same for everybody."""
    headers = {"Service-Worker-Allowed": "/field", "Cache-Control": "no-cache"}
    return Response(worker_script(), media_type="text/javascript", headers=headers)


@router.get("/field/{language}")
def field_shell(request: Request, actor: PatrolActor, language: str) -> Response:
    """Give the shell: nothing in it belongs to a person, because phones keep it."""
    return render(
        request,
        "field.html",
        language=_known(language),
        version=shell_version(),
        person=None,
        csrf_token="",
    )


@router.get("/field/{language}/manifest.webmanifest")
def web_manifest(language: str) -> Response:
    """Give the manifest; browsers fetch it without the person's session."""
    return JSONResponse(manifest(_known(language)), media_type="application/manifest+json")


def _known(language: str) -> Language:
    for known in LANGUAGES:
        if known == language:
            return known
    raise NotFound("This page is there in zh and en.")
