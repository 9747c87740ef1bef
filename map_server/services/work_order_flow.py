"""What happens to a work order inside an open unit of work: each change with its step and its note."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from map_server.domain.audit_log import JsonObject
from map_server.domain.datum import LonLat
from map_server.domain.errors import NotFound
from map_server.domain.incident import Incident, Severity, closed_out
from map_server.domain.place import Whereabouts
from map_server.domain.responsibility import Assignment, CaseClass
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import Location, Ownership, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command, moved
from map_server.domain.work_order_rules import PAST, THE_SERVER, Action, WorkActor
from map_server.services.ports import IdFactory, UnitOfWork
from map_server.services.responsibility_ports import OwnerLookup
from map_server.services.work_order_clocks import WorkOrderClocks
from map_server.services.work_order_ports import Step

BY_SEVERITY = "urgent"
BY_REFUSAL = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an order is about: an incident, or a site."""

    kind: CaseClass
    severity: Severity = Severity.NORMAL
    point: LonLat | None = None
    incident_id: str | None = None
    site_id: str | None = None


def subject_of(incident: Incident) -> Subject:
    """Describe an incident as the subject of an order."""
    point = None if incident.fix is None else (incident.fix.lon, incident.fix.lat)
    return Subject(
        kind=incident.kind, severity=incident.severity, point=point, incident_id=incident.incident_id
    )


class WorkOrderFlow:
    """The steps of work orders; `whereabouts` tells in which compound and grid a point lies."""

    def __init__(
        self, owners: OwnerLookup, whereabouts: Callable[[LonLat], Whereabouts], new_id: IdFactory
    ) -> None:
        self._owners = owners
        self._whereabouts = whereabouts
        self._new_id = new_id
        self.clocks = WorkOrderClocks(owners)

    def draft(self, work: UnitOfWork, subject: Subject, actor: WorkActor, now: datetime) -> WorkOrder:
        """Write an order for a subject that has none that lives; the rules propose its owner."""
        last = work.work_orders.last_closed_of(subject.incident_id) if subject.incident_id else None
        where = self._whereabouts(subject.point) if subject.point else Whereabouts()
        order = WorkOrder(
            work_order_id=self._new_id(),
            kind=subject.kind,
            severity=subject.severity,
            state=WorkOrderState.DRAFT,
            location=Location(point=subject.point, compound_id=where.compound_id, grid_id=where.grid_id),
            owner=self._owner_of(subject, now),
            created_at=now,
            updated_at=now,
            incident_id=subject.incident_id,
            site_id=subject.site_id,
            recurs_of=last.work_order_id if last else None,
        )
        order = work.work_orders.put(order)
        self.record(work, "work_order_drafted", None, order, actor)
        return order

    def file(
        self, work: UnitOfWork, subject: Subject, actor: WorkActor, now: datetime, reason: str = ""
    ) -> WorkOrder:
        """Draft and file at once: somebody, or a gate that may, has said that it is so."""
        order = self.draft(work, subject, actor, now)
        return self.act(work, order, Command(action=Action.FILE, reason=reason), actor, now)

    def act(
        self, work: UnitOfWork, order: WorkOrder, command: Command, actor: WorkActor, now: datetime
    ) -> WorkOrder:
        """Apply an action, with what follows from it by itself. Raises what `moved` raises."""
        after = self.keep(work, moved(order, command, actor, now))
        self.record(work, PAST[command.action], order, after, actor, command)
        if command.action is Action.PASS:
            _resolve_incident(work, after, actor, now)
        why = _raises(command.action, after)
        if why and after.level is not UnitLevel.SUBDISTRICT:
            raising = Command(action=Action.ESCALATE, reason=why)
            return self.act(work, after, raising, THE_SERVER, now)
        return after

    def keep(self, work: UnitOfWork, order: WorkOrder) -> WorkOrder:
        """Store an order with the times and the coordinator that follow from its state."""
        order = replace(
            order, coordinator_unit_id=self._coordinator_of(order), due_at=self.clocks.due_at(order)
        )
        raises = self.clocks.raises(order)
        return work.work_orders.put(replace(order, raise_at=raises[0][0] if raises else None))

    def record(
        self,
        work: UnitOfWork,
        action: str,
        before: WorkOrder | None,
        after: WorkOrder,
        actor: WorkActor,
        command: Command | None = None,
        reason: str = "",
    ) -> None:
        """Append the step and the audit entry."""
        number = command.task_number if command else None
        task = after.task(number)
        reason = reason if command is None else command.reason.strip() or command.note.strip()
        step = Step(
            work_order_id=after.work_order_id,
            action=action,
            from_state=before.state if before else None,
            to_state=after.state,
            actor=actor.name,
            unit_id=task.unit_id if task else after.lead_unit_id or (before.lead_unit_id if before else None),
            at=after.updated_at,
            reason=reason,
            task=number if task else None,
            was_due_at=before.due_at if before is not None and before.stage is not None else None,
        )
        work.work_orders.add_step(step)
        earlier = None if before is None else facts_of(before)
        work.note(
            action,
            "work_order",
            after.work_order_id,
            actor.name,
            reason,
            before=earlier,
            after={**facts_of(after), "task": step.task, "step_unit": step.unit_id},
        )

    def _owner_of(self, subject: Subject, now: datetime) -> Ownership:
        found = self._owners.owner_of(subject.kind, subject.point, now, subject.site_id)
        if not isinstance(found, Assignment):
            return Ownership(why_none=found.reason)
        return Ownership(
            rule_id=found.rule_id,
            rule_version=found.rule_version,
            unit_id=found.lead_unit_id,
            assistant_unit_ids=found.assistant_unit_ids,
            sla_id=found.sla_id,
            sla_version=found.sla_version,
            evidence_needed=found.evidence_needed,
        )

    def _coordinator_of(self, order: WorkOrder) -> str | None:
        """Who brings the departments together: the unit of the order's level above the one that leads."""
        unit_id = order.lead_unit_id or order.owner.unit_id
        level = order.level
        if order.is_joint and level is UnitLevel.COMPOUND:
            level = UnitLevel.JOINT_STATION
        if unit_id is None:
            return None
        try:
            above = self._owners.unit_above(unit_id, level)
        except NotFound:
            return None
        return above.unit_id if above else None


def _raises(action: Action, order: WorkOrder) -> str | None:
    """Why the action raises the order a level by itself."""
    if action is Action.FILE and order.severity is Severity.URGENT:
        return BY_SEVERITY
    return BY_REFUSAL if action is Action.RETURN else None


def _resolve_incident(work: UnitOfWork, order: WorkOrder, actor: WorkActor, now: datetime) -> None:
    """A closed order resolves its incident, where the camera has not said before that it has gone."""
    if order.incident_id is None:
        return
    incident = work.incidents.get(order.incident_id)
    if not incident.is_open:
        return
    after = replace(closed_out(incident), version=incident.version + 1, updated_at=now)
    work.incidents.put([after])
    work.note(
        "incident_resolved",
        "incident",
        incident.incident_id,
        actor.name,
        before={"state": incident.state, "version": incident.version},
        after={"state": after.state, "version": after.version, "work_order": order.number},
    )


def facts_of(order: WorkOrder) -> JsonObject:
    """Give what the audit log keeps of a work order."""
    return {
        "number": order.number,
        "kind": order.kind,
        "incident_id": order.incident_id,
        "site_id": order.site_id,
        "state": order.state,
        "level": order.level,
        "unit": order.lead_unit_id,
        "owner": order.owner.unit_id,
        "coordinator": order.coordinator_unit_id,
        "due_at": order.due_at.isoformat() if order.due_at else None,
        "tasks": [f"{task.number}:{task.unit_id}:{task.state}" for task in order.tasks],
        "photos": list(order.after_photos),
        "score": order.score,
        "version": order.version,
    }
