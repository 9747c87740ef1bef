"""Work orders as JSON for people and programs."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, field_validator

from map_server.adapters.db.queries.work_orders import StepRecord, WorkOrderFilter, WorkOrderRecord
from map_server.domain.incident import Severity
from map_server.domain.responsibility import EvidenceNeed, NoOwnerReason
from map_server.domain.site import SiteKind
from map_server.domain.sla import Stage
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import Task, TaskState, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import MAX_TEXT_CHARACTERS, Command
from map_server.domain.work_order_rules import Action
from map_server.entrypoints.http.times import Moment
from map_server.services.photo_ports import Photo
from wire_contract.vocabulary import EventKind

MAX_PHOTOS = 12
MAX_ASSISTANTS = 12


class TaskOut(BaseModel):
    """One department's part."""

    number: int
    unit_id: str
    what: str
    state: TaskState
    is_lead: bool

    @classmethod
    def of(cls, task: Task) -> Self:
        """Write a task."""
        return cls.model_validate(task, from_attributes=True)


class OwnerOut(BaseModel):
    """What the responsibility rules said; `unit_id` null: nobody, for the reason `why_none`."""

    rule_id: str | None
    rule_version: int | None
    unit_id: str | None
    assistant_unit_ids: list[str]
    sla_id: str | None
    evidence_needed: list[EvidenceNeed]
    why_none: NoOwnerReason | None


class WorkOrderOut(BaseModel):
    """One work order. Its ETag is its version; send it back in If-Match with every change."""

    id: str
    number: int
    incident_id: str | None
    site_id: str | None
    recurs_of: str | None = Field(description="The order closed before for the same incident")
    kind: str
    severity: Severity
    state: WorkOrderState
    level: UnitLevel
    lon: float | None
    lat: float | None
    compound_id: str | None
    grid_id: str | None
    owner: OwnerOut
    lead_unit_id: str | None
    coordinator_unit_id: str | None
    tasks: list[TaskOut]
    stage: Stage | None
    due_at: datetime | None = Field(description="When the present stage is overdue; null: no clock runs")
    suspended_until: datetime | None
    joint_action_at: datetime | None
    joint_action_note: str | None
    after_photos: list[str]
    account: str = Field(description="What the handler wrote down")
    feedback: str
    score: int | None
    rework_count: int
    return_count: int
    filed_at: datetime | None
    handled_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        """Write a work order."""
        lon, lat = order.location.point or (None, None)
        same = {
            name: getattr(order, name) for name in cls.model_fields if name in WorkOrder.__dataclass_fields__
        }
        return cls(
            **same
            | {
                "id": order.work_order_id,
                "kind": str(order.kind),
                "lon": lon,
                "lat": lat,
                "compound_id": order.location.compound_id,
                "grid_id": order.location.grid_id,
                "owner": OwnerOut.model_validate(order.owner, from_attributes=True),
                "tasks": [TaskOut.of(task) for task in order.tasks],
                "stage": order.stage,
                "joint_action_at": order.joint_action.at if order.joint_action else None,
                "joint_action_note": order.joint_action.note if order.joint_action else None,
            }
        )


class StepOut(BaseModel):
    """One step; steps are never changed."""

    action: str
    from_state: WorkOrderState | None
    to_state: WorkOrderState
    actor: str
    actor_name: str
    unit_id: str | None
    at: datetime
    reason: str
    task: int | None

    @classmethod
    def of(cls, step: StepRecord) -> Self:
        """Write a step."""
        return cls.model_validate(step, from_attributes=True)


class PhotoOut(BaseModel):
    """A picture that a person added; its bytes are at /api/v1/evidence/{sha256}."""

    sha256: str
    added_by: str
    added_at: datetime

    @classmethod
    def of(cls, photo: Photo) -> Self:
        """Write a picture."""
        return cls.model_validate(photo, from_attributes=True)


class WorkOrderDetail(BaseModel):
    """One work order with its steps, oldest first, its pictures, and what the caller may do now."""

    work_order: WorkOrderOut
    steps: list[StepOut]
    photos: list[PhotoOut]
    allowed_actions: list[Action]

    @classmethod
    def of(cls, record: WorkOrderRecord, allowed: tuple[Action, ...]) -> Self:
        """Write an order with all that belongs to it."""
        return cls(
            work_order=WorkOrderOut.of(record.order),
            steps=[StepOut.of(step) for step in record.steps],
            photos=[PhotoOut.of(photo) for photo in record.photos],
            allowed_actions=list(allowed),
        )


class WorkOrderPage(BaseModel):
    """Work orders by falling number; `next_before` is the cursor of the next page, null at the end."""

    work_orders: list[WorkOrderOut]
    next_before: int | None


class WorkOrderQuery(BaseModel):
    """Which work orders are listed; what is not given, or given empty, does not narrow."""

    @field_validator("state", "kind", "unit", "compound", "level", "incident", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        """Forms send the fields that were left empty, too."""
        if isinstance(value, list):
            return [each for each in value if each != ""]
        return None if value == "" else value

    state: list[WorkOrderState] = []
    kind: list[EventKind | SiteKind] = []
    unit: str | None = Field(default=None, max_length=64, description="Leads, or has an open task")
    compound: str | None = Field(default=None, max_length=64)
    level: UnitLevel | None = None
    incident: str | None = Field(default=None, max_length=64)
    overdue: bool = Field(default=False, description="Only those whose time is up")
    no_owner: bool = Field(default=False, description="Only the queue of those that nobody owns")
    mine: bool = Field(default=False, description="Only those in which the caller took a step")
    before: int | None = Field(default=None, ge=1, le=2**53, description="`next_before` of the last page")
    limit: int = Field(default=100, ge=1, le=500)

    def wanted(self, now: datetime, caller: str) -> WorkOrderFilter:
        """Give the filter of the list."""
        return WorkOrderFilter(
            states=tuple(self.state),
            kinds=tuple(str(kind) for kind in self.kind),
            unit_id=self.unit,
            compound_id=self.compound,
            level=self.level,
            incident_id=self.incident,
            overdue_at=now if self.overdue else None,
            without_owner=self.no_owner,
            handler=caller if self.mine else None,
        )


class DraftRequest(BaseModel):
    """Draft a work order for an incident by hand."""

    incident_id: str = Field(max_length=64)


class TransitionRequest(BaseModel):
    """An action with what it needs: see domain/work_order_rules.py; a refusal names what is missing."""

    action: Action
    reason: str = Field(default="", max_length=MAX_TEXT_CHARACTERS)
    note: str = Field(default="", max_length=MAX_TEXT_CHARACTERS, description="What to do, or what was done")
    unit_id: str | None = Field(default=None, max_length=64)
    assistant_unit_ids: list[str] | None = Field(default=None, max_length=MAX_ASSISTANTS)
    task_number: int | None = Field(default=None, ge=1, le=1000)
    until: Moment | None = None
    photos: list[str] = Field(default_factory=list, max_length=MAX_PHOTOS, description="Hashes of pictures")
    feedback: str = Field(default="", max_length=MAX_TEXT_CHARACTERS)
    score: int | None = Field(default=None, ge=1, le=5)

    def command(self) -> Command:
        """Give the command of the domain."""
        assistants = None if self.assistant_unit_ids is None else tuple(self.assistant_unit_ids)
        return Command(
            action=self.action,
            reason=self.reason,
            note=self.note,
            unit_id=self.unit_id,
            assistant_unit_ids=assistants,
            task_number=self.task_number,
            until=self.until,
            photos=tuple(self.photos),
            feedback=self.feedback,
            score=self.score,
        )


class PhotoAnswer(BaseModel):
    """The picture as it is kept. Without what its camera wrote into it, its hash may be another: use this."""

    sha256: str
    size_bytes: int
