"""Keeping the record, for programs: signed heads, legal holds, erasing on request."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from map_server.domain.evidence import HoldSubject, LegalHold
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.evidence import Sha256Path
from map_server.entrypoints.http.security import AuditorActor, SupervisorActor
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["people"])

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class SignedHeadOut(BaseModel):
    """One signed head; `signature` is Ed25519 over the canonical JSON of all other fields."""

    day: str
    seq: int
    hash: str
    signed_at: str
    public_key: str
    signature: str


class SignedHeadsOut(BaseModel):
    """All signed heads, oldest first, and the server's key."""

    public_key: str
    heads: list[SignedHeadOut]


class HoldRequest(BaseModel):
    """What to protect from erasure, and why."""

    subject_kind: HoldSubject
    subject_id: str = Field(max_length=64)
    reason: Reason


class WithReason(BaseModel):
    """Why."""

    reason: Reason


class HoldOut(BaseModel):
    """A legal hold."""

    hold_id: str
    subject_kind: HoldSubject
    subject_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None

    @classmethod
    def of(cls, hold: LegalHold) -> Self:
        """Write a hold."""
        return cls.model_validate(hold, from_attributes=True)


@router.get("/record/heads", responses=problems(401, 403))
def signed_heads(actor: AuditorActor, services: ServicesDep) -> SignedHeadsOut:
    """Give the signed heads of the audit log; keep a copy where this server cannot write."""
    heads = services.keeping.heads
    told = [SignedHeadOut.model_validate(head, from_attributes=True) for head in heads.all()]
    return SignedHeadsOut(public_key=heads.public_key, heads=told)


@router.get("/legal-holds", responses=problems(401, 403))
def list_holds(actor: AuditorActor, services: ServicesDep) -> list[HoldOut]:
    """List the holds that stand, newest first."""
    return [HoldOut.of(hold) for hold in services.keeping.retention.holds()]


@router.post("/legal-holds", status_code=201, responses=problems(401, 403, 404, 409, 422))
def place_hold(request: HoldRequest, actor: SupervisorActor, services: ServicesDep) -> HoldOut:
    """Protect evidence from erasure, whatever its age."""
    retention = services.keeping.retention
    return HoldOut.of(
        retention.hold(request.subject_kind, request.subject_id, actor.audit_name, request.reason)
    )


@router.post("/legal-holds/{hold_id}/lift", responses=problems(401, 403, 404, 409, 422))
def lift_hold(hold_id: str, request: WithReason, actor: SupervisorActor, services: ServicesDep) -> HoldOut:
    """Lift a hold; retention goes on from there."""
    return HoldOut.of(services.keeping.retention.lift(hold_id, actor.audit_name, request.reason))


@router.post("/evidence/{sha256}/erase", status_code=204, responses=problems(401, 403, 404, 409, 422))
def erase_evidence(
    sha256: Sha256Path, request: WithReason, actor: SupervisorActor, services: ServicesDep
) -> Response:
    """Erase the bytes of a piece; its record stays, with who, when and why."""
    services.keeping.retention.erase(sha256, actor.audit_name, request.reason)
    return Response(status_code=204)
