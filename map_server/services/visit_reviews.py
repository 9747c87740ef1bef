"""A supervisor's verdict on a visit: accepted it stands, rejected it counts no more.

Nothing is deleted: the record, its inspection and its pictures stay, marked; each step back has its own entry
in the audit log. Work orders are moved by their own table of rules alone, so one that a visit brought to
`handled` waits for its check, which sends it back.
"""

from dataclasses import replace

from map_server.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from map_server.domain.field_record import KeptRecord, RecordKind, Verdict
from map_server.domain.incident import IncidentState, unresolved
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import StopState
from map_server.services.incidents import facts_of
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.sites import withdraw_inspection
from map_server.services.visits import taken_of


class VisitReviews:
    """Use case of the verdict."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def review(self, record_id: str, verdict: Verdict, actor: str, text: str) -> KeptRecord:
        """Keep a verdict, and take back what a rejected visit brought about.

        Raises NotFound, Conflict when somebody gave one before, InvalidInput where a reason is missing or
        there is nothing to reject.
        """
        text = text.strip()
        with self._begin() as work:
            kept = taken_of(work, record_id).kept
            if kept.reviewed_at is not None:
                raise Conflict("Somebody has looked at this visit already.")
            if verdict is Verdict.REJECTED:
                _expect_rejectable(kept, text)
            now = self._clock.now()
            reviewed = replace(kept, reviewed_at=now, reviewed_by=actor, review=text, verdict=verdict)
            work.field.put(reviewed)
            work.note("visit_reviewed", "visit", record_id, actor, text, after={"verdict": verdict})
            if verdict is Verdict.REJECTED:
                _take_back(work, reviewed, actor, text)
            work.commit()
        return reviewed


def _expect_rejectable(kept: KeptRecord, text: str) -> None:
    if kept.record.kind is not RecordKind.RESULT:
        problem = "only a check-in can be rejected; a find is judged at the audit desk"
        raise InvalidInput(f"verdict: {problem}", (FieldError("verdict", problem),))
    if not text:
        problem = "say why the visit does not count; its team reads it"
        raise InvalidInput(f"text: {problem}", (FieldError("text", problem),))


def _take_back(work: UnitOfWork, kept: KeptRecord, actor: str, reason: str) -> None:
    kind, _, subject_id = kept.subject.partition(":")
    if not work.field.has_other_result(kept):
        _reopen_stop(work, kept, actor, reason)
    if kept.reviewed_at is None:
        return
    if kind == SubjectKind.SITE:
        withdraw_inspection(work, subject_id, kept.record.record_id, actor, reason, kept.reviewed_at)
    elif kind == SubjectKind.INCIDENT:
        _unresolve(work, kept, subject_id, actor, reason)


def _reopen_stop(work: UnitOfWork, kept: KeptRecord, actor: str, reason: str) -> None:
    record = kept.record
    if record.plan_id is None or record.stop_id is None:
        return
    try:
        stop = work.patrols.stop(record.plan_id, record.stop_id)
    except NotFound:  # planned anew since
        return
    if stop.state is not StopState.DONE:
        return
    work.patrols.put_stop(stop.reopened())
    before = {"state": stop.state, "subject": stop.visit.key, "plan": stop.plan_id}
    work.note(
        "stop_reopened", "patrol_stop", stop.stop_id, actor, reason, before, {"state": StopState.PLANNED}
    )


def _unresolve(work: UnitOfWork, kept: KeptRecord, incident_id: str, actor: str, reason: str) -> None:
    """Open an incident again that this visit resolved, if nothing has happened to it since."""
    for incident in work.incidents.many([incident_id]):
        if incident.state is not IncidentState.RESOLVED or incident.updated_at != kept.received_at:
            continue
        after = replace(
            unresolved(incident),
            version=incident.version + 1,
            updated_at=kept.reviewed_at or incident.updated_at,
        )
        work.incidents.put([after])
        work.note(
            "incident_end_withdrawn",
            "incident",
            incident_id,
            actor,
            reason,
            facts_of(incident),
            facts_of(after),
        )
