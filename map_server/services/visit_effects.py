"""What follows from a visit: the stop is done at once; site and work order follow when its pictures are here.

A doubt changes nothing of this: what counts is decided by the supervisor who looks at it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from map_server.domain.errors import DomainError
from map_server.domain.field_record import FieldPhoto, KeptRecord, RecordKind
from map_server.domain.incident import Incident, IncidentState, resolved
from map_server.domain.inspection import Inspection
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import PatrolPlan, PlanState, Stop
from map_server.domain.result_form import RESULT_OF, Outcome
from map_server.domain.site import Site
from map_server.domain.visit import Fence, ProofParams
from map_server.domain.work_order import WorkOrder
from map_server.domain.work_order_moves import Command
from map_server.domain.work_order_rules import Action, WorkActor, allowed_actions
from map_server.services.incidents import facts_of
from map_server.services.ports import UnitOfWork
from map_server.services.sites import record_inspection
from map_server.services.work_order_flow import WorkOrderFlow

CORNER_REACH_M = 60.0
"""A blind corner is a stretch of street; that it was walked is proved by the track, not by one position."""
_ENDED = frozenset({Outcome.DEALT_WITH, Outcome.GONE})


def fence_of(work: UnitOfWork, visit: Visit, params: ProofParams) -> Fence:
    """Give where a visit must happen: the site with its group's buffer, the incident with its error."""
    if visit.subject_kind is SubjectKind.SITE:
        site = work.sites.get(visit.subject_id)
        if site is not None:
            reach_m = max(params.least_fence_m, work.handbook.current().groups.of(site).buffer_m)
            return Fence(site.footprint, reach_m) if site.footprint else Fence.around(site.point, reach_m)
    if visit.subject_kind is SubjectKind.INCIDENT:
        for incident in work.incidents.many([visit.subject_id]):
            error_m = incident.fix.error_m if incident.fix else 0.0
            return Fence.around(visit.point, params.least_fence_m + error_m)
    is_street = visit.subject_kind == "corner"
    return Fence.around(visit.point, CORNER_REACH_M if is_street else params.least_fence_m)


class VisitEffects:
    """`flow` moves work orders by the rules of their table, and by no others."""

    def __init__(self, flow: WorkOrderFlow) -> None:
        self._flow = flow

    def at_once(self, work: UnitOfWork, kept: KeptRecord, plan: PatrolPlan, stop: Stop) -> None:
        """Write arrival or end to the stop, at the phone's time as far as that is possible."""
        record = kept.record
        if plan.state is not PlanState.READY or record.kind not in (RecordKind.ARRIVE, RecordKind.RESULT):
            return
        at = possible_time(kept, plan)
        is_done = record.kind is RecordKind.RESULT
        changed = stop.done(at, kept.actor) if is_done else stop.started(at, kept.actor)
        if changed == stop:
            return
        work.patrols.put_stop(changed)
        after = {
            "state": changed.state,
            "at": at.isoformat(),
            "subject": stop.visit.key,
            "plan": stop.plan_id,
        }
        work.note("stop_checked_in", "patrol_stop", stop.stop_id, kept.actor, after=after)
        if is_done and stop.visit.subject_kind is SubjectKind.INCIDENT:
            work.note(
                "incident_visited",
                "incident",
                stop.visit.subject_id,
                kept.actor,
                record.note,
                after={"at": at.isoformat(), "outcome": record.outcome, "visit": record.record_id},
            )

    def complete(
        self, work: UnitOfWork, kept: KeptRecord, photos: Sequence[FieldPhoto], who: WorkActor
    ) -> None:
        """Do what counts only with its pictures: the inspection of a site, the end of a piece of work."""
        record = kept.record
        kind, _, subject_id = kept.subject.partition(":")
        if record.kind is not RecordKind.RESULT or record.outcome is None or not kept.counts:
            return
        pictures = tuple(one.kept_sha256 for one in photos if one.kept_sha256)
        if kind == SubjectKind.SITE:
            site = work.sites.get(subject_id)
            if site is not None and site.is_registered:
                record_inspection(work, site, _inspection(kept, site, record.outcome, pictures))
        elif kind == SubjectKind.INCIDENT and record.outcome in _ENDED:
            for incident in work.incidents.many([subject_id]):
                self._end(work, incident, kept, pictures, who)

    def _end(
        self,
        work: UnitOfWork,
        incident: Incident,
        kept: KeptRecord,
        pictures: tuple[str, ...],
        who: WorkActor,
    ) -> None:
        """Hand the result to the work order where one lives, else resolve the incident."""
        order = work.work_orders.living_on(f"incident:{incident.incident_id}")
        if order is not None:
            if kept.record.outcome is Outcome.DEALT_WITH:
                self._handle(work, order, kept, pictures, who)
            return
        if incident.state is not IncidentState.CONFIRMED:
            return
        after = replace(resolved(incident), version=incident.version + 1, updated_at=kept.received_at)
        work.incidents.put([after])
        work.note(
            "incident_resolved",
            "incident",
            incident.incident_id,
            kept.actor,
            kept.record.note,
            facts_of(incident),
            facts_of(after),
        )

    def _handle(
        self,
        work: UnitOfWork,
        order: WorkOrder,
        kept: KeptRecord,
        pictures: tuple[str, ...],
        who: WorkActor,
    ) -> None:
        """Take the order as far towards `handled` as this person may; the table of rules decides."""
        note = (kept.record.note.strip() or str(kept.record.outcome))[:500]
        for action in (Action.ACCEPT, Action.START, Action.HANDLE):
            if action not in allowed_actions(order, who):
                continue
            command = Command(action=action, note=note, photos=pictures if action is Action.HANDLE else ())
            try:
                order = self._flow.act(work, order, command, who, kept.received_at)
            except DomainError as refused:  # something is still missing; people see to it on the order's page
                work.note(
                    "work_order_not_handled", "work_order", order.work_order_id, who.name, refused.message
                )
                return


def possible_time(kept: KeptRecord, plan: PatrolPlan) -> datetime:
    """Give the phone's time, held between the plan's beginning and the arrival of the record."""
    return max(plan.requested_at, min(kept.record.time.made_at, kept.received_at))


def _inspection(kept: KeptRecord, site: Site, outcome: Outcome, pictures: tuple[str, ...]) -> Inspection:
    record = kept.record
    answers = "; ".join(f"{key}={answer}" for key, answer in sorted(record.answers.items()))
    return Inspection(
        inspection_id=record.record_id,
        site_id=site.site_id,
        inspector=kept.actor,
        inspected_at=min(record.time.made_at, kept.received_at),
        recorded_at=kept.received_at,
        result=RESULT_OF[outcome],
        note=" ".join(part for part in (record.note.strip(), f"[{answers}]" if answers else "") if part),
        photos=pictures,
        stop_id=record.stop_id,
    )
