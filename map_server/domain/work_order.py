"""A work order (案卷): who must deal with one thing, by when, and how far they are.

What may happen to it stands in work_order_rules.py, what each action changes in work_order_moves.py. An
incident or a site has at most one work order that lives.

draft -> filed -> dispatched -> accepted -> in_progress -> handled -> checking -> closed
                      |  ^ returned <-'          ^                       |
                      '--'                       '------ rework <--------'
any that lives: suspended and back, void
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from map_server.domain.datum import LonLat
from map_server.domain.errors import VersionConflict
from map_server.domain.incident import Severity
from map_server.domain.responsibility import CaseClass, EvidenceNeed, NoOwnerReason
from map_server.domain.sla import Pause, Stage
from map_server.domain.unit import UnitLevel
from wire_contract.vocabulary import EventKind

CAMERA_MAY_CLOSE = frozenset({EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE, EventKind.CAMERA_HEALTH})
"""Kinds whose end a camera sees for itself. A structure is never closed without a person on the spot."""


class WorkOrderState(StrEnum):
    """Where a work order stands."""

    DRAFT = "draft"
    FILED = "filed"
    """立案: accepted as work to be done, nobody is sent yet."""
    DISPATCHED = "dispatched"
    """派遣: a unit is asked."""
    ACCEPTED = "accepted"
    RETURNED = "returned"
    """退回: the unit says that it is not theirs."""
    IN_PROGRESS = "in_progress"
    HANDLED = "handled"
    """处置完毕: the unit says that it is done."""
    CHECKING = "checking"
    """核查."""
    REWORK = "rework"
    """返工: the check failed."""
    SUSPENDED = "suspended"
    """挂账: put off by a decision, until a day."""
    CLOSED = "closed"
    """结案."""
    VOID = "void"
    """作废."""


ENDED = frozenset({WorkOrderState.CLOSED, WorkOrderState.VOID})
LIVING = frozenset(WorkOrderState) - ENDED
STAGE_OF = {
    WorkOrderState.FILED: Stage.ACCEPT,
    WorkOrderState.DISPATCHED: Stage.ACCEPT,
    WorkOrderState.RETURNED: Stage.ACCEPT,
    WorkOrderState.ACCEPTED: Stage.HANDLE,
    WorkOrderState.IN_PROGRESS: Stage.HANDLE,
    WorkOrderState.REWORK: Stage.HANDLE,
    WorkOrderState.HANDLED: Stage.CHECK,
    WorkOrderState.CHECKING: Stage.CHECK,
}
"""Which clock runs in a state. An order that nobody dispatches runs late as well: it is never silent."""


class TaskState(StrEnum):
    """Where one department's part stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DONE = "done"
    RETURNED = "returned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """One department's part of a work order. The lead's is the first that is not cancelled or returned."""

    number: int
    unit_id: str
    what: str = ""
    state: TaskState = TaskState.OPEN
    is_lead: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (TaskState.OPEN, TaskState.ACCEPTED)

    @property
    def counts(self) -> bool:
        """Whether the department takes part: neither called off nor given back."""
        return self.state not in (TaskState.CANCELLED, TaskState.RETURNED)


@dataclass(frozen=True, slots=True)
class JointAction:
    """联合整治: several departments meet at the place at one time."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """What the responsibility rules said when the order was drafted; no unit: the no-owner queue."""

    rule_id: str | None = None
    rule_version: int | None = None
    unit_id: str | None = None
    assistant_unit_ids: tuple[str, ...] = ()
    sla_id: str | None = None
    sla_version: int | None = None
    evidence_needed: tuple[EvidenceNeed, ...] = ()
    why_none: NoOwnerReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where it is, as known when the order was drafted."""

    point: LonLat | None = None
    compound_id: str | None = None
    grid_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """See the module. `number` is given by the database (0 before), `version` counts changes.

    `kind` is an event kind, or the kind of the site where `site_id` is given. `lead_unit_id` is who was asked
    (None until dispatched), `owner` what the rules proposed. `stage_began_at`, `pauses` and `extended_until`
    belong to the present stage; `due_at` and `raise_at` (when it goes up a level) follow from them and the
    owner's SLA. `handlers` are all people
    who had a hand in it: none of them may check it.
    """

    work_order_id: str
    kind: CaseClass
    severity: Severity
    state: WorkOrderState
    location: Location
    owner: Ownership
    created_at: datetime
    updated_at: datetime
    incident_id: str | None = None
    site_id: str | None = None
    recurs_of: str | None = None
    level: UnitLevel = UnitLevel.COMPOUND
    lead_unit_id: str | None = None
    coordinator_unit_id: str | None = None
    tasks: tuple[Task, ...] = ()
    handlers: frozenset[str] = frozenset()
    stage_began_at: datetime | None = None
    due_at: datetime | None = None
    raise_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extended_until: datetime | None = None
    extended_stages: frozenset[Stage] = frozenset()
    suspended_until: datetime | None = None
    resumes_to: WorkOrderState | None = None
    joint_action: JointAction | None = None
    after_photos: tuple[str, ...] = ()
    account: str = ""
    feedback: str = ""
    score: int | None = None
    rework_count: int = 0
    return_count: int = 0
    filed_at: datetime | None = None
    handled_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    number: int = 0

    @property
    def is_living(self) -> bool:
        """Whether something is still to be done about it; then its subject can have no other."""
        return self.state in LIVING

    @property
    def subject_key(self) -> str:
        """Name the thing that it is about; at most one living order holds it (the database sees to that)."""
        return f"incident:{self.incident_id}" if self.incident_id else f"site:{self.site_id}"

    @property
    def stage(self) -> Stage | None:
        """Whose clock runs; None in a draft, while suspended and after the end."""
        return STAGE_OF.get(self.state)

    @property
    def has_no_owner(self) -> bool:
        """Whether it stands in the no-owner queue: filed, and neither the rules nor a person named a unit."""
        is_waiting = self.state in (WorkOrderState.FILED, WorkOrderState.RETURNED)
        return is_waiting and self.lead_unit_id is None and self.owner.unit_id is None

    @property
    def departments(self) -> tuple[str, ...]:
        """The units that take part."""
        return tuple(task.unit_id for task in self.tasks if task.counts)

    @property
    def is_joint(self) -> bool:
        """Whether several departments take part: then it closes with feedback and a score."""
        return len(set(self.departments)) > 1

    @property
    def needs_after_photo(self) -> bool:
        """Whether a picture of the place afterwards is asked for."""
        return EvidenceNeed.AFTER_PHOTO in self.owner.evidence_needed

    @property
    def needs_written_account(self) -> bool:
        """Whether the handler must write down what was done or measured."""
        asked = self.owner.evidence_needed
        return EvidenceNeed.WRITTEN_RECORD in asked or EvidenceNeed.MEASUREMENT in asked

    @property
    def camera_may_close(self) -> bool:
        """Whether the camera's own word that it has gone closes it. A joint case waits for feedback."""
        return self.kind in CAMERA_MAY_CLOSE and self.incident_id is not None and not self.is_joint

    def task(self, number: int | None) -> Task | None:
        """Give a task by its number."""
        return next((task for task in self.tasks if task.number == number), None)

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.is_living and self.due_at is not None and self.due_at <= now

    def expect_version(self, version: int | None) -> None:
        """Raise VersionConflict when the caller decided on an older state; None takes whatever is there."""
        if version is not None and version != self.version:
            raise VersionConflict(
                f"work order {self.number} was changed meanwhile: it has version {self.version}, "
                f"you saw {version}; look again"
            )
