"""The phone's door: its day, its records, its pictures in parts, its track; word from the duty officer."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from map_server.domain.track import TrackSource
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.evidence import upload_part
from map_server.entrypoints.http.field_schemas import (
    DayOut,
    MessageIn,
    MessageOut,
    PhotoState,
    RecordIn,
    RecordOut,
    SessionOut,
    TrackIn,
    TrackOut,
    TrackToken,
)
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor, expect_within
from map_server.entrypoints.http.work_orders import work_actor
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/field", tags=["people"])

_JPEG_BODY = {"required": True, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
PhotoPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes sent, hex")]


@router.get("/session", responses=problems(401, 403))
def session(response: Response, actor: PatrolActor, services: ServicesDep) -> SessionOut:
    """Tell who is logged in, the token for changes, and the time."""
    response.headers["Cache-Control"] = "no-store"
    return SessionOut(
        account_id=actor.account_id,
        login_name=actor.login_name,
        display_name=actor.display_name,
        csrf_token=actor.csrf_token,
        server_time=services.clock.now(),
    )


@router.get("/day", responses=problems(401, 403))
def day(actor: PatrolActor, services: ServicesDep) -> DayOut:
    """Give the routes of the day with all that is needed to walk one without signal."""
    field = services.field
    found = field.days.of(actor.audit_name, actor.reach)
    return DayOut.of(found, services.clock.now(), field.tracks.params)


@router.post("/records", status_code=201, responses=problems(401, 403, 404, 409, 422))
def take_record(
    record: RecordIn,
    actor: PatrolActor,
    services: ServicesDep,
    sent_at: Annotated[
        AwareDatetime | None,
        Header(alias="X-Lilong-Sent-At", description="What the phone's clock says when it sends"),
    ] = None,
) -> RecordOut:
    """Keep a record of a phone. Sent again it changes nothing; what is doubtful is told, never refused."""
    if record.plan_id is not None:
        expect_within(services, actor.reach, "patrol", record.plan_id)
    return RecordOut.of(services.field.visits.take(record.record(), work_actor(actor), sent_at))


@router.get("/photos/{sha256}", responses=problems(401, 403, 404))
def photo_state(sha256: PhotoPath, actor: PatrolActor, services: ServicesDep) -> PhotoState:
    """Tell how much of a picture is here, so that a phone goes on from there."""
    state = services.field.photos.state(sha256, work_actor(actor))
    return PhotoState(received=state.received, is_whole=state.is_whole)


@router.put(
    "/photos/{sha256}",
    responses={
        202: {"model": PhotoState, "description": "Part taken"},
        **problems(401, 403, 404, 409, 413, 422, 503),
    },
    openapi_extra={"requestBody": _JPEG_BODY},
)
async def put_photo(
    sha256: PhotoPath,
    request: Request,
    response: Response,
    actor: PatrolActor,
    services: ServicesDep,
    content_range: Annotated[str | None, Header(description="bytes FIRST-LAST/TOTAL for a part")] = None,
) -> PhotoState:
    """Take in a picture that a record of this person names, whole or in parts one after the other."""
    content = await request.body()
    part = upload_part(content_range, len(content))
    photos = services.field.photos
    state = await run_in_threadpool(photos.take, sha256, part, content, work_actor(actor))
    response.status_code = 200 if state.is_whole else 202
    return PhotoState(received=state.received, is_whole=state.is_whole)


@router.post("/tracks", responses=problems(401, 403, 422))
def take_track(track: TrackIn, actor: PatrolActor, services: ServicesDep) -> TrackOut:
    """Keep positions of a person on a route. The same one twice is kept once; none outside of its hours."""
    fixes = [one.fix() for one in track.fixes]
    receipt = services.field.tracks.add(actor.audit_name, fixes, TrackSource.PAGE)
    return TrackOut(kept=receipt.kept, outside=receipt.outside)


@router.post("/track-token", status_code=201, responses=problems(401, 403))
def make_track_token(response: Response, actor: PatrolActor, services: ServicesDep) -> TrackToken:
    """Make the token for another phone program (OwnTracks); the one before no longer works."""
    response.headers["Cache-Control"] = "no-store"
    token = services.field.tracks.make_token(actor.account_id)
    return TrackToken(login_name=actor.login_name, token=token)


@router.delete("/track-token", status_code=204, responses=problems(401, 403))
def drop_track_token(actor: PatrolActor, services: ServicesDep) -> None:
    """Take the token away: that program's positions are refused from now on."""
    services.field.tracks.drop_token(actor.account_id)


@router.post("/messages", status_code=201, responses=problems(401, 403, 404, 422))
def send_message(message: MessageIn, actor: SupervisorActor, services: ServicesDep) -> MessageOut:
    """Send word to a team; its phones show it until somebody says that it was read."""
    expect_within(services, actor.reach, "patrol", message.plan_id)
    sent = services.field.days.send(message.plan_id, message.team_id, message.text, actor.audit_name)
    return MessageOut.of(sent)
