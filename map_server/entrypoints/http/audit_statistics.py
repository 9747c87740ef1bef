"""The audit as statistics, for programs: figures, policy, known items, finds of patrols, the training set."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from map_server.domain.verdict import (
    MAX_LABEL_CHARACTERS,
    MAX_NOTE_CHARACTERS,
    Decision,
    Opinion,
    RejectReason,
)
from map_server.entrypoints.http.audit_schemas import PolicyOut, PolicyRequest, StatisticsOut
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import AdminActor, AuditorActor, PatrolActor, SupervisorActor
from map_server.entrypoints.http.times import Moment
from map_server.services.patrol_finds import Find
from wire_contract.routes import API_PREFIX
from wire_contract.vocabulary import EventKind

router = APIRouter(prefix=f"{API_PREFIX}/audits", tags=["people"])
finds_router = APIRouter(prefix=f"{API_PREFIX}/patrol-finds", tags=["people"])


class KnownRequest(BaseModel):
    """The truth about a decided incident: it becomes a known item."""

    incident_id: str = Field(max_length=64)
    decision: Decision
    reason: RejectReason | None = None
    kind: EventKind | None = None
    label: str | None = Field(default=None, max_length=MAX_LABEL_CHARACTERS)
    because: str = Field(default="", max_length=MAX_NOTE_CHARACTERS, description="How the truth is known")


class RetireRequest(BaseModel):
    """Why a known item goes out of use."""

    because: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)


class KnownAnswer(BaseModel):
    """A known item in use."""

    incident_id: str
    known_since: datetime


class FindRequest(BaseModel):
    """Something that a patrol found by itself, WGS 84, before looking at what cameras say."""

    kind: EventKind
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    error_m: float = Field(gt=0, le=100, description="Error radius of the phone's position")
    found_at: Moment
    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)


class FindAnswer(BaseModel):
    """The find as kept. Whether a camera had it is told in the statistics alone."""

    find_id: str
    is_in_view: bool = Field(description="A camera should have seen it")


@router.get("/statistics", responses=problems(401, 403))
def statistics(actor: AuditorActor, services: ServicesDep) -> StatisticsOut:
    """Give precision with its interval per stratum, gate, advice, agreement, accuracy, and misses."""
    return StatisticsOut.of(services.audit.statistics.report())


@router.get("/policy", responses=problems(401, 403))
def policy(actor: AuditorActor, services: ServicesDep) -> PolicyOut:
    """Give the policy that holds."""
    return PolicyOut.of(services.audit.sampling.policy())


@router.put("/policy", responses=problems(401, 403, 409, 422))
def set_policy(request: PolicyRequest, actor: AdminActor, services: ServicesDep) -> PolicyOut:
    """Let another policy hold from now on; what was drawn stays as it was drawn."""
    stored = services.audit.sampling.set_policy(request.policy(), actor.audit_name, request.version)
    return PolicyOut.of(stored)


@router.post("/known-items", status_code=201, responses=problems(401, 403, 404, 409, 422))
def know(request: KnownRequest, actor: SupervisorActor, services: ServicesDep) -> KnownAnswer:
    """Say what the truth about a decided incident is; it is mixed into the desks of other auditors."""
    opinion = Opinion(
        decision=request.decision, reason=request.reason, kind=request.kind, label=request.label
    )
    item = services.audit.known.know(request.incident_id, opinion, actor.audit_name, request.because)
    return KnownAnswer(incident_id=item.incident_id, known_since=item.known_since)


@router.post("/known-items/{incident_id}/retire", status_code=204, responses=problems(401, 403, 404, 422))
def retire(
    incident_id: str, request: RetireRequest, actor: SupervisorActor, services: ServicesDep
) -> Response:
    """Take a known item out of use."""
    services.audit.known.retire(incident_id, actor.audit_name, request.because)
    return Response(status_code=204)


@router.get(
    "/export.zip",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}}, **problems(401, 403, 422)},
)
def export(
    actor: AdminActor,
    services: ServicesDep,
    until: Annotated[Moment | None, Query(description="Only verdicts given before")] = None,
) -> FileResponse:
    """Give all verdicts with their pictures as a COCO and YOLO set; the same verdicts give the same bytes."""
    folder = Path(tempfile.mkdtemp(prefix="lilong-verdicts-"))
    out = folder / "verdicts.zip"
    try:
        made = services.audit.export.write(out, actor.audit_name, until)
    except BaseException:
        _remove(folder)
        raise
    return FileResponse(
        out,
        media_type="application/zip",
        filename=f"lilong-verdicts-{made.version}.zip",
        background=BackgroundTask(_remove, folder),
    )


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@finds_router.post("", status_code=201, responses=problems(401, 403, 409, 422))
def record_find(request: FindRequest, actor: PatrolActor, services: ServicesDep) -> FindAnswer:
    """Record what a patrol found by itself: the second look that tells how much cameras miss."""
    find = Find(request.kind, request.lon, request.lat, request.error_m, request.found_at, request.note)
    stored = services.audit.finds.record(find, actor.audit_name)
    return FindAnswer(find_id=stored.find_id, is_in_view=stored.is_in_view)
