"""Incidents for people: list, look closely, deal with, merge, split."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from map_server.domain.incident import IncidentState
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.incident_schemas import IncidentDetail, IncidentOut
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor, expect_within
from wire_contract.routes import API_PREFIX
from wire_contract.vocabulary import EventKind

router = APIRouter(prefix=f"{API_PREFIX}/incidents", tags=["people"])

_MAX_PAGE = 500


class IncidentPage(BaseModel):
    """Incidents by falling number; `next_before` is the cursor of the next page, null at the end."""

    incidents: list[IncidentOut]
    next_before: int | None


class Decision(BaseModel):
    """What every change may carry: the reason, and the version that the person saw."""

    reason: str = Field(default="", max_length=500)
    version: int | None = Field(default=None, ge=1, description="Refused with 409 when someone was quicker")


class MergeRequest(Decision):
    """Take another incident into this one."""

    absorbed_id: str = Field(max_length=64)


class SplitRequest(Decision):
    """Take events out of this incident."""

    event_ids: list[str] = Field(min_length=1, max_length=1000)


class SplitAnswer(BaseModel):
    """The two incidents after a split."""

    remaining: IncidentOut
    taken_out: IncidentOut


@router.get("", responses=problems(401, 403, 422))
def list_incidents(
    actor: PatrolActor,
    services: ServicesDep,
    kind: Annotated[list[EventKind] | None, Query()] = None,
    state: Annotated[list[IncidentState] | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, description="`next_before` of the last page")] = None,
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 100,
) -> IncidentPage:
    """List incidents, newest first."""
    page = services.incident_list.page(kind or [], state or [], before, limit, actor.reach)
    next_before = page[-1].number if len(page) == limit else None
    return IncidentPage(incidents=[IncidentOut.of(incident) for incident in page], next_before=next_before)


@router.get("/{incident_id}", responses=problems(401, 403, 404))
def show_incident(incident_id: str, actor: PatrolActor, services: ServicesDep) -> IncidentDetail:
    """Show one incident with its events and why they belong to it, its evidence and its history."""
    return IncidentDetail.of(services.incident_list.one(incident_id))


@router.post("/{incident_id}/resolve", responses=problems(401, 403, 404, 409, 422))
def resolve_incident(
    incident_id: str, decision: Decision, actor: PatrolActor, services: ServicesDep
) -> IncidentOut:
    """Record that someone went and dealt with a confirmed incident."""
    incident = services.incidents.resolve(incident_id, actor.audit_name, decision.reason, decision.version)
    return IncidentOut.of(incident)


@router.post("/{incident_id}/merge", responses=problems(401, 403, 404, 409, 422))
def merge_incidents(
    incident_id: str, request: MergeRequest, actor: SupervisorActor, services: ServicesDep
) -> IncidentOut:
    """Take another incident of the same kind into this one; a split gives both back as they were."""
    expect_within(services, actor.reach, "incident", request.absorbed_id)
    incident = services.incidents.merge(
        incident_id, request.absorbed_id, actor.audit_name, request.reason, request.version
    )
    return IncidentOut.of(incident)


@router.post("/{incident_id}/split", responses=problems(401, 403, 404, 409, 422))
def split_incident(
    incident_id: str, request: SplitRequest, actor: SupervisorActor, services: ServicesDep
) -> SplitAnswer:
    """Take events out into an incident of their own, or undo a merge by naming all of its events."""
    split = services.incidents.split(
        incident_id, request.event_ids, actor.audit_name, request.reason, request.version
    )
    return SplitAnswer(remaining=IncidentOut.of(split.remaining), taken_out=IncidentOut.of(split.taken_out))
