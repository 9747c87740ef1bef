"""What work orders need from outside, and the records that they keep beside the audit log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.work_order import WorkOrder, WorkOrderState
from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done to a work order; never changed, never removed. Reports are built from these.

    `action` is in the past tense, as in the audit log. `unit_id` is the unit that leads after the step, or
    whose task it is about. `task` numbers the task, None for the order as a whole. `was_due_at` is the due
    time that ran until this step, None where no clock ran.
    """

    work_order_id: str
    action: str
    from_state: WorkOrderState | None
    to_state: WorkOrderState
    actor: str
    unit_id: str | None
    at: datetime
    reason: str = ""
    task: int | None = None
    was_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderBeforeMerge:
    """Where a work order stood before its incident was merged; no state: the merge itself filed it."""

    merge_id: str
    work_order_id: str
    incident_id: str
    state: WorkOrderState | None
    ended_at: datetime | None = None


class WorkOrderRepository(Protocol):
    """Work orders, their steps and pictures, inside one unit of work."""

    def get(self, work_order_id: str) -> WorkOrder:
        """Give a work order. Raises NotFound."""

    def living_on(self, subject_key: str) -> WorkOrder | None:
        """Give the one work order that lives for an incident or a site."""

    def last_closed_of(self, incident_id: str) -> WorkOrder | None:
        """Give the work order of an incident that was closed last."""

    def put(self, order: WorkOrder) -> WorkOrder:
        """Store an order, new (number 0) or changed; give it with its number.

        The database refuses a second living order for one subject; the unit of work then raises Conflict.
        """

    def add_step(self, step: Step) -> None:
        """Append a step."""

    def remember(self, before: OrderBeforeMerge) -> None:
        """Keep what a merge must give back."""

    def before_merge(self, merge_id: str) -> list[OrderBeforeMerge]:
        """Give what a merge must give back, in the order in which it was kept."""

    def to_raise(self, now: datetime, limit: int) -> list[WorkOrder]:
        """Give living orders that have to go up a level by now."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One camera's part in an incident, as a gate judges it."""

    incident_id: str
    kind: EventKind
    camera_id: str
    model_id: str | None


class FilingCandidates(Protocol):
    """Incidents that never had a work order; flat reads, oldest first."""

    def confirmed(self, limit: int) -> list[str]:
        """Give those that are there, as a person has confirmed."""

    def unjudged(self) -> Iterator[Detection]:
        """Give who detected what is open and was never judged; all of one incident in a row."""


class Gate(Protocol):
    """Tells whether machine detections of a kind need no person before they are filed."""

    def may_file(self, kind: EventKind, camera_id: str, model_id: str | None) -> bool:
        """Whether the audited precision there is high enough."""
