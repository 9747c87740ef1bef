"""The live stream: server-sent events with each incident or device that changed."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import PatrolActor
from wire_contract.routes import API_PREFIX

router = APIRouter(tags=["people"])


@router.get(
    f"{API_PREFIX}/stream",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"},
        **problems(401, 403),
    },
)
async def stream(
    request: Request, actor: PatrolActor, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Send an event `incident` (a feature), `device` (its cameras) or `patrol` (its id) for each change.

    The event id is the cursor of /live.geojson; `Last-Event-ID` resumes after it. A stream is ended
    after a quarter of an hour; browsers come back by themselves and are let in anew.
    """
    last_seq = int(last_event_id) if last_event_id is not None and last_event_id.isdecimal() else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    hub = request.app.state.live_hub
    return StreamingResponse(
        hub.stream(last_seq, actor.reach), headers=headers, media_type="text/event-stream"
    )
