"""Evidence in (devices, resumable) and out (people, every look on record)."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from map_server.domain.errors import InvalidInput
from map_server.domain.evidence import UploadRange
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.device_auth import DeviceActor
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import PatrolActor
from wire_contract.routes import EVIDENCE, MAX_EVIDENCE_BYTES, UPLOAD_OFFSET_HEADER

router = APIRouter()

Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, hex")]
_CONTENT_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
_RANGE = re.compile(r"bytes=(?=-?\d)(?P<first>\d{0,18})-(?P<last>\d{0,18})")
_MEDIA: dict[str, object] = {"image/jpeg": {}, "image/png": {}, "video/mp4": {}}
_BYTES_BODY = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}


class UploadAnswer(BaseModel):
    """How far a piece has come."""

    received: int = Field(description="Bytes that the server has; go on from here")
    is_whole: bool = Field(description="The piece is complete, its hash is right, it is stored")


@router.put(
    EVIDENCE,
    tags=["devices"],
    responses={
        202: {"model": UploadAnswer, "description": "Part taken"},
        **problems(401, 403, 404, 409, 413, 422, 503),
    },
    openapi_extra={"requestBody": _BYTES_BODY},
)
async def put_evidence(
    sha256: Sha256Path,
    request: Request,
    response: Response,
    device: DeviceActor,
    services: ServicesDep,
    content_range: Annotated[str | None, Header(description="bytes FIRST-LAST/TOTAL for a part")] = None,
) -> UploadAnswer:
    """Take in evidence that an event of this device names, whole or in parts one after the other."""
    content = await request.body()
    part = upload_part(content_range, len(content))
    state = await run_in_threadpool(services.evidence.take, device.device_id, sha256, part, content)
    response.headers[UPLOAD_OFFSET_HEADER] = str(state.received)
    response.status_code = 200 if state.is_whole else 202
    if state.is_whole:
        request.app.state.metrics.evidence_bytes.inc(part.total)
    return UploadAnswer(received=state.received, is_whole=state.is_whole)


@router.head(
    EVIDENCE,
    tags=["devices"],
    response_class=Response,
    responses={
        200: {"description": "The piece is whole"},
        204: {"description": "The piece is on the way, or nothing of it has come"},
        **problems(401, 403, 404),
    },
)
def evidence_offset(sha256: Sha256Path, device: DeviceActor, services: ServicesDep) -> Response:
    """Tell a device how many bytes of a piece are here: 200 when it is whole, 204 while it is on the way."""
    state = services.evidence.state(device.device_id, sha256)
    return Response(
        status_code=200 if state.is_whole else 204, headers={UPLOAD_OFFSET_HEADER: str(state.received)}
    )


@router.get(
    EVIDENCE,
    tags=["people"],
    response_class=FileResponse,
    responses={
        200: {"content": _MEDIA, "description": "The whole piece"},
        206: {"content": _MEDIA, "description": "The part that `Range` asks for"},
        **problems(401, 403, 404, 416),
    },
)
def view_evidence(
    sha256: Sha256Path,
    request: Request,
    actor: PatrolActor,
    services: ServicesDep,
    range_header: Annotated[
        str | None, Header(alias="Range", description="One part: bytes=FIRST-LAST")
    ] = None,
) -> FileResponse:
    """Show a piece of evidence; who looked and when is kept in the audit log.

    A `Range` of any other form is ignored, as RFC 9110 (14.2) has it.
    """
    part = _RANGE.fullmatch(range_header or "")
    if part is None:
        request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    is_first_look = part is None or int(part["first"] or -1) == 0
    stored, path = services.evidence.view(sha256, actor.audit_name, is_first_look)
    if part is not None:
        _expect_satisfiable(part, stored.size_bytes)
    # Short-lived in the browser: a look next day is a look of its own.
    headers = {"Cache-Control": "private, max-age=600", "Content-Security-Policy": "default-src 'none'"}
    return FileResponse(path, media_type=stored.media_type, headers=headers)


def _expect_satisfiable(part: re.Match[str], size: int) -> None:
    """Refuse a part that the piece does not have. Source: RFC 9110, 14.1.2."""
    first, last = part["first"], part["last"]
    is_there = int(first) < size and (not last or int(first) <= int(last)) if first else int(last or 0) > 0
    if not is_there:
        detail = f"The piece has {size} bytes; there is no such part of it."
        raise HTTPException(416, detail, {"Content-Range": f"bytes */{size}"})


def upload_part(content_range: str | None, length: int) -> UploadRange:
    """Read which part of a piece a request brings; without the header, all of it. Raises InvalidInput."""
    if content_range is None:
        return UploadRange(0, length, length)
    match = _CONTENT_RANGE.fullmatch(content_range.strip())
    if match is None:
        raise InvalidInput(f"Content-Range: {content_range!r} is not of the form bytes FIRST-LAST/TOTAL")
    first, last, total = (int(group) for group in match.groups())
    if not first <= last < total <= MAX_EVIDENCE_BYTES:
        raise InvalidInput(f"Content-Range: needs FIRST <= LAST < TOTAL <= {MAX_EVIDENCE_BYTES}")
    return UploadRange(first, last - first + 1, total)
