"""Positions from the phone program OwnTracks in its HTTP mode: one JSON object a request, answered by `[]`.

Source: OwnTracks booklet, tech/json (`_type` location: lat, lon, tst in seconds of the fix, acc in metres).
"""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from map_server.domain.errors import InvalidInput, Unauthenticated
from map_server.domain.track import TrackSource
from map_server.domain.track_match import TrackFix
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from wire_contract.routes import API_PREFIX

router = APIRouter()

OWNTRACKS = f"{API_PREFIX}/owntracks"
_JSON_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


class Location(BaseModel):
    """The part of a location that is kept; OwnTracks leaves `acc` out where it is 0."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    tst: int = Field(ge=0, le=4_102_444_800)
    acc: float = Field(default=0.0, ge=0, le=1e6)

    def fix(self) -> TrackFix:
        """Give it as a fix."""
        return TrackFix(self.lon, self.lat, self.acc, datetime.fromtimestamp(self.tst, UTC))


async def require_tracker(
    services: ServicesDep, authorization: Annotated[str | None, Header(max_length=512)] = None
) -> str:
    """Give the person, as the audit log names him, behind name and token of HTTP basic authentication.

    Raises Unauthenticated.
    """
    scheme, _, coded = (authorization or "").partition(" ")
    try:
        name, _, token = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = token = ""
    if scheme.lower() != "basic" or not token:
        raise Unauthenticated("Send your login name and the token of the phone page (HTTP basic).")
    return await run_in_threadpool(services.field.tracks.sender, name, token)


TrackerActor = Annotated[str, Depends(require_tracker)]


@router.post(
    OWNTRACKS,
    tags=["people"],
    responses=problems(401, 422),
    openapi_extra={"requestBody": _JSON_BODY},
)
async def take_location(request: Request, actor: TrackerActor, services: ServicesDep) -> list[str]:
    """Keep a location for the hours of this person's route; every other sort of message is left alone."""
    try:
        said = json.loads(await request.body())
        is_location = isinstance(said, dict) and said.get("_type") == "location"
        location = Location.model_validate(said) if is_location else None
    except (ValueError, ValidationError) as error:
        raise InvalidInput("this is no OwnTracks message: lat, lon and tst are needed") from error
    if location is not None:
        await run_in_threadpool(services.field.tracks.add, actor, [location.fix()], TrackSource.OWNTRACKS)
    return []
