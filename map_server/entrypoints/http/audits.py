"""The audit desk for programs and for its own page: queue, verdicts, undo, progress."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from map_server.adapters.db.queries.incidents import IncidentRecord
from map_server.domain.account import Role
from map_server.domain.incident import Incident, IncidentState, Judgement, Severity
from map_server.domain.verdict import (
    MAX_LABEL_CHARACTERS,
    MAX_NOTE_CHARACTERS,
    Decision,
    Opinion,
    RejectReason,
)
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import AuditorActor, Person
from map_server.entrypoints.services import Services
from map_server.presentation.known_item import disguised
from map_server.services.audit_desk import Auditor, Decided, Progress
from map_server.services.verdict_ports import QueueEntry, QueueFilter
from wire_contract.routes import API_PREFIX
from wire_contract.vocabulary import EventKind

router = APIRouter(prefix=f"{API_PREFIX}/audits", tags=["people"])

MAX_QUEUE = 100


class QueueItem(BaseModel):
    """One undecided incident. Give `version` back with the verdict."""

    incident_id: str
    number: int
    kind: EventKind
    state: IncidentState
    severity: Severity
    version: int
    first_seen_at: datetime
    unsure_by: list[str] = Field(description="Who could not decide: a second opinion is wanted")


class ProgressOut(BaseModel):
    """Where the desk stands; days are the ward's."""

    waiting: int
    second_opinion: int
    decided_today: int
    decided_today_by_me: int
    rate_per_hour: float | None = Field(
        description="Mine, over the last hour; null while there is little to tell"
    )

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Write the progress."""
        return cls.model_validate(progress, from_attributes=True)


class Queue(BaseModel):
    """The next incidents for this auditor, and the progress."""

    items: list[QueueItem]
    progress: ProgressOut


class VerdictRequest(BaseModel):
    """A decision. `reason` goes with reject; `kind` or `label` with relabel."""

    decision: Decision
    reason: RejectReason | None = None
    kind: EventKind | None = None
    label: str | None = Field(default=None, max_length=MAX_LABEL_CHARACTERS)
    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)
    version: int | None = Field(
        default=None, ge=1, description="What the auditor saw; 409 when decided since"
    )


class VerdictAnswer(BaseModel):
    """The verdict, and the incident after it."""

    verdict_id: str
    incident_id: str
    decision: Decision
    kind: EventKind
    state: IncidentState
    judgement: Judgement | None
    version: int
    decided_at: datetime
    undone_at: datetime | None
    was_right: bool | None = Field(description="On a known item whether it was right; null on all others")

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """Write what came of a decision."""
        verdict, incident = decided.verdict, decided.incident
        return cls(
            verdict_id=verdict.verdict_id,
            incident_id=incident.incident_id,
            decision=verdict.opinion.decision,
            kind=incident.kind,
            state=incident.state,
            judgement=incident.judgement,
            version=incident.version,
            decided_at=verdict.decided_at,
            undone_at=verdict.undone_at,
            was_right=decided.was_right,
        )


@router.get("", responses=problems(401, 403, 422))
def queue(
    actor: AuditorActor,
    services: ServicesDep,
    kind: Annotated[list[EventKind] | None, Query()] = None,
    second_opinion: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_QUEUE)] = 20,
) -> Queue:
    """Give the next undecided incidents: urgent ones first, then those still there, then the oldest."""
    wanted = QueueFilter(tuple(kind or ()), second_opinion, actor.reach)
    entries = services.audit_desk.queue(actor.account_id, wanted, limit)
    real_ids = [entry.known_incident_id or entry.incident_id for entry in entries]
    incidents = {each.incident_id: each for each in services.live.by_id(real_ids)}
    items = [
        _queue_item(services, entry, incidents[real_id])
        for entry, real_id in zip(entries, real_ids, strict=True)
        if real_id in incidents
    ]
    return Queue(
        items=items, progress=ProgressOut.of(services.audit_desk.progress(actor.account_id, actor.reach))
    )


def _queue_item(services: Services, entry: QueueEntry, incident: Incident) -> QueueItem:
    if entry.known_incident_id is not None:
        incident = shown_as(services, entry.incident_id, entry.known_incident_id).incident
    return QueueItem(
        incident_id=entry.incident_id,
        number=incident.number,
        kind=incident.kind,
        state=incident.state,
        severity=incident.severity,
        version=incident.version,
        first_seen_at=incident.first_seen_at,
        unsure_by=list(entry.unsure_by),
    )


def shown_as(services: Services, alias: str, incident_id: str) -> IncidentRecord:
    """Give a known item as the desk shows it."""
    record = services.incident_list.one(incident_id)
    newest = services.incident_list.newest_number()
    return disguised(record, alias, newest, services.clock.now())


@router.get("/progress", responses=problems(401, 403))
def progress(actor: AuditorActor, services: ServicesDep) -> ProgressOut:
    """Tell how much waits, how much was decided today, and how fast it goes."""
    return ProgressOut.of(services.audit_desk.progress(actor.account_id, actor.reach))


@router.post("/{incident_id}/verdict", status_code=201, responses=problems(401, 403, 404, 409, 422))
def give_verdict(
    incident_id: str, request: VerdictRequest, actor: AuditorActor, services: ServicesDep
) -> VerdictAnswer:
    """Decide on an incident. Reports of devices meanwhile do not matter; a decision of somebody else does."""
    opinion = Opinion(
        decision=request.decision,
        reason=request.reason,
        kind=request.kind,
        label=request.label,
        note=request.note,
    )
    return VerdictAnswer.of(
        services.audit_desk.decide(incident_id, opinion, _auditor(actor), request.version)
    )


@router.post("/{verdict_id}/undo", responses=problems(401, 403, 404, 409))
def undo_verdict(verdict_id: str, actor: AuditorActor, services: ServicesDep) -> VerdictAnswer:
    """Take a decision back: one's own, or as a supervisor anybody's."""
    return VerdictAnswer.of(services.audit_desk.undo(verdict_id, _auditor(actor)))


def _auditor(actor: Person) -> Auditor:
    return Auditor(actor.account_id, may_undo_others=actor.role.covers(Role.SUPERVISOR))
