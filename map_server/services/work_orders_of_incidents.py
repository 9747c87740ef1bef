"""Keeps work orders in step with their incidents, in the unit of work that changes the incident.

Confirmed, or seen again: filed. Rejected or taken back: voided. Gone, says the camera: closed where its word
counts. Merged and split: moved, and given back exactly as they were.
"""

from dataclasses import replace
from typing import Protocol

from map_server.domain.errors import Conflict
from map_server.domain.incident import Incident, IncidentState, Judgement
from map_server.domain.work_order import CAMERA_MAY_CLOSE, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command
from map_server.domain.work_order_rules import DEVICE_PREFIX, Action, WorkActor, because_of
from map_server.services.ports import Clock, UnitOfWork
from map_server.services.work_order_flow import WorkOrderFlow, subject_of
from map_server.services.work_order_ports import OrderBeforeMerge

TAKEN_BACK = "incident rejected or decision taken back"
RELABELLED = "incident relabelled"
GONE = "gone, says the camera"
MERGED = "incident merged"
SPLIT = "merge undone"


class IncidentFollower(Protocol):
    """Does what follows from a change of an incident, which is stored already and not yet committed."""

    def changed(self, work: UnitOfWork, before: Incident, after: Incident, actor: str) -> None:
        """Follow a change of state, judgement or kind."""

    def merged(
        self, work: UnitOfWork, merge_id: str, survivor: Incident, absorbed: Incident, actor: str
    ) -> None:
        """Follow a merge; both incidents as they are after it."""

    def unmerged(self, work: UnitOfWork, merge_id: str, actor: str) -> None:
        """Follow the undoing of a merge."""

    def expect_free(self, work: UnitOfWork, incident: Incident) -> None:
        """Raise Conflict when the incident may not be resolved beside its work order."""


class NoFollower:
    """Nothing follows: for tests of incidents alone."""

    def changed(self, work: UnitOfWork, before: Incident, after: Incident, actor: str) -> None:
        """Do nothing."""

    def merged(
        self, work: UnitOfWork, merge_id: str, survivor: Incident, absorbed: Incident, actor: str
    ) -> None:
        """Do nothing."""

    def unmerged(self, work: UnitOfWork, merge_id: str, actor: str) -> None:
        """Do nothing."""

    def expect_free(self, work: UnitOfWork, incident: Incident) -> None:
        """Do nothing."""


class WorkOrdersOfIncidents:
    """The `IncidentFollower` of the server."""

    def __init__(self, flow: WorkOrderFlow, clock: Clock) -> None:
        self._flow = flow
        self._clock = clock

    def changed(self, work: UnitOfWork, before: Incident, after: Incident, actor: str) -> None:
        """Follow a change of state, judgement or kind."""
        living = work.work_orders.living_on(f"incident:{after.incident_id}")
        if living is not None:
            living = self._follow(work, living, before, after, actor)
        was_needed = needs_order(before) and before.kind is after.kind
        if living is None and needs_order(after) and not was_needed:
            self._flow.file(work, subject_of(after), because_of(actor), self._clock.now())

    def _follow(
        self, work: UnitOfWork, order: WorkOrder, before: Incident, after: Incident, actor: str
    ) -> WorkOrder | None:
        """Do with a living order what the change asks for; give it if it lives on."""
        command, acting = _consequence(order, before, after, actor)
        if command is None:
            return order
        order = self._flow.act(work, order, command, acting, self._clock.now())
        return order if order.is_living else None

    def _void(self, work: UnitOfWork, order: WorkOrder, reason: str, actor: str) -> None:
        void = Command(action=Action.VOID, reason=reason)
        self._flow.act(work, order, void, because_of(actor), self._clock.now())

    def merged(
        self, work: UnitOfWork, merge_id: str, survivor: Incident, absorbed: Incident, actor: str
    ) -> None:
        """Leave one living order on the survivor: its own, else the absorbed incident's, else a new one."""
        now = self._clock.now()
        ours = work.work_orders.living_on(f"incident:{survivor.incident_id}")
        theirs = work.work_orders.living_on(f"incident:{absorbed.incident_id}")
        if theirs is not None:
            self._remember(work, merge_id, theirs)
            after = replace(theirs, version=theirs.version + 1, updated_at=now)
            if ours is None:
                after = replace(after, incident_id=survivor.incident_id)
            else:
                after = replace(after, state=WorkOrderState.VOID, ended_at=now)
            self._store(work, "work_order_merged", theirs, after, actor, MERGED)
        elif ours is None and needs_order(survivor):
            filed = self._flow.file(work, subject_of(survivor), because_of(actor), now, MERGED)
            made = OrderBeforeMerge(merge_id, filed.work_order_id, survivor.incident_id, None)
            work.work_orders.remember(made)

    def unmerged(self, work: UnitOfWork, merge_id: str, actor: str) -> None:
        """Give each order back to its incident; what was voided by the merge alone lives again as it was."""
        now = self._clock.now()
        for before in work.work_orders.before_merge(merge_id):
            order = work.work_orders.get(before.work_order_id)
            if before.state is None:
                if order.is_living:
                    self._void(work, order, SPLIT, actor)
                continue
            after = replace(order, incident_id=before.incident_id, version=order.version + 1, updated_at=now)
            if order.state is WorkOrderState.VOID and order.incident_id == before.incident_id:
                after = replace(after, state=before.state, ended_at=before.ended_at)
            self._store(work, "work_order_restored", order, after, actor, SPLIT)

    def expect_free(self, work: UnitOfWork, incident: Incident) -> None:
        """Refuse to resolve an incident past its work order: it closes after a check, and resolves both."""
        order = work.work_orders.living_on(f"incident:{incident.incident_id}")
        if order is not None:
            raise Conflict("A work order deals with this incident; say there that it is done.")

    def _remember(self, work: UnitOfWork, merge_id: str, order: WorkOrder) -> None:
        assert order.incident_id is not None, "found by its incident"
        before = OrderBeforeMerge(
            merge_id, order.work_order_id, order.incident_id, order.state, order.ended_at
        )
        work.work_orders.remember(before)

    def _store(
        self, work: UnitOfWork, action: str, before: WorkOrder, after: WorkOrder, actor: str, reason: str
    ) -> None:
        stored = self._flow.keep(work, after)
        self._flow.record(work, action, before, stored, because_of(actor), reason=reason)


def _consequence(
    order: WorkOrder, before: Incident, after: Incident, actor: str
) -> tuple[Command | None, WorkActor]:
    """Tell what a change of the incident does to its living order, and in whose name."""
    server = because_of(actor)
    if after.state is IncidentState.REJECTED or (before.judgement and not after.judgement):
        return Command(action=Action.VOID, reason=TAKEN_BACK), server
    if after.kind is not before.kind:
        return Command(action=Action.VOID, reason=RELABELLED), server
    has_gone = after.state is IncidentState.CLEARED and before.is_open
    if not has_gone or not actor.startswith(DEVICE_PREFIX) or not order.camera_may_close:
        return None, server
    if order.state is WorkOrderState.DRAFT:
        return Command(action=Action.VOID, reason=GONE), server
    return Command(action=Action.CLEAR, reason=GONE), WorkActor(actor)


def needs_order(incident: Incident) -> bool:
    """Whether somebody must go: it is there, says a person; or it was, and no camera's word ends it."""
    if incident.judgement is not Judgement.CONFIRMED:
        return False
    is_gone = incident.state is IncidentState.CLEARED
    return incident.state is IncidentState.CONFIRMED or (is_gone and incident.kind not in CAMERA_MAY_CLOSE)
