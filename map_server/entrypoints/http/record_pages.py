"""The record as people keep it: signed heads to take away, how long evidence stays, what is held."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import AuditorActor
from map_server.presentation.pages import render

router = APIRouter(include_in_schema=False)

_SHOWN_HEADS = 30


@router.get("/record")
def record(request: Request, services: ServicesDep, actor: AuditorActor) -> Response:
    """Show signed heads, retention and holds."""
    keeping = services.keeping
    heads = keeping.heads.all()
    return render(
        request,
        "record.html",
        public_key=keeping.heads.public_key,
        heads=heads[: -_SHOWN_HEADS - 1 : -1],
        kept_days=keeping.retention.params.kept_days,
        holds=keeping.retention.holds(),
    )


@router.get("/record/heads.jsonl")
def heads_file(services: ServicesDep, actor: AuditorActor) -> Response:
    """Give all signed heads as a file, for `map-server verify-log --heads`."""
    lines = "".join(f"{head.to_line()}\n" for head in services.keeping.heads.all())
    headers = {"Content-Disposition": 'attachment; filename="signed-heads.jsonl"'}
    return PlainTextResponse(lines, media_type="application/jsonl", headers=headers)
