"""Auditors decide on incidents, one after the other, and can take each decision back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from map_server.domain.errors import Conflict, Forbidden, NotFound, VersionConflict
from map_server.domain.incident import Incident
from map_server.domain.verdict import (
    Decision,
    Opinion,
    Verdict,
    decided,
    is_undecided,
    standing_of,
    taken_back,
)
from map_server.domain.ward_time import day_start
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.verdict_ports import QueueEntry, QueueFilter, VerdictLine, VerdictReads
from map_server.services.work_orders_of_incidents import IncidentFollower, NoFollower

RATE_WINDOW = timedelta(hours=1)
MIN_RATE_SPAN = timedelta(minutes=5)
"""A rate over less time than this would jump with every key."""

_ACTIONS = {
    Decision.CONFIRM: "incident_confirmed",
    Decision.REJECT: "incident_rejected",
    Decision.RELABEL: "incident_relabelled",
    Decision.UNSURE: "incident_left_undecided",
}


@dataclass(frozen=True, slots=True)
class Auditor:
    """Who decides. `may_undo_others` for supervisors."""

    account_id: str
    may_undo_others: bool

    @property
    def audit_name(self) -> str:
        """How the audit log names the auditor."""
        return f"person:{self.account_id}"


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict with the incident after it."""

    verdict: Verdict
    incident: Incident


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the desk stands. `rate_per_hour` None while there is too little to tell."""

    waiting: int
    second_opinion: int
    decided_today: int
    decided_today_by_me: int
    rate_per_hour: float | None


class AuditDesk:
    """Use cases of the audit desk. `on_decided` is told of each decision after its commit, `follower` keeps
    work orders in step in the same transaction.
    """

    def __init__(
        self,
        begin: Begin,
        reads: VerdictReads,
        clock: Clock,
        new_id: IdFactory,
        on_decided: Callable[[Incident, Opinion], None] = lambda incident, opinion: None,
        follower: IncidentFollower | None = None,
    ) -> None:
        self._follower = follower or NoFollower()
        self._begin = begin
        self._reads = reads
        self._clock = clock
        self._new_id = new_id
        self._on_decided = on_decided

    def decide(self, incident_id: str, opinion: Opinion, auditor: Auditor, version: int | None) -> Decided:
        """Give a verdict on what the auditor saw at `version`.

        Further reports of devices meanwhile do not matter; a decision of somebody else does. What is decided
        is decided anew only after its verdict was taken back, so that one verdict stands at a time.

        Raises:
            NotFound: no such incident.
            VersionConflict: somebody has decided since; nothing was stored.
            Conflict: it was decided when the auditor saw it.
        """
        now = self._clock.now()
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            if not is_undecided(incident):
                raise _decided_already(incident, version)
            changed = self._store(work, incident, decided(incident, opinion), now, auditor)
            verdict = Verdict(
                verdict_id=self._new_id(),
                incident_id=incident_id,
                opinion=opinion,
                decided_by=auditor.account_id,
                decided_at=now,
                incident_version=changed.version,
                before=standing_of(incident),
            )
            work.verdicts.add(verdict)
            self._note(work, _ACTIONS[opinion.decision], verdict, incident, changed, auditor)
            work.commit()
        self._on_decided(changed, opinion)
        return Decided(verdict, changed)

    def undo(self, verdict_id: str, auditor: Auditor) -> Decided:
        """Take a verdict back: one's own, or as a supervisor anybody's.

        Raises:
            NotFound: no such verdict.
            Forbidden: somebody else's verdict.
            Conflict: taken back already, decided again since, or acted upon.
        """
        now = self._clock.now()
        with self._begin() as work:
            verdict = work.verdicts.get(verdict_id)
            if verdict is None:
                raise NotFound("There is no such decision.")
            if verdict.decided_by != auditor.account_id and not auditor.may_undo_others:
                raise Forbidden("Only a supervisor may take back somebody else's decision.")
            undone = verdict.undone(now, auditor.account_id)
            latest = work.verdicts.latest_of(verdict.incident_id)
            if latest is None or latest.verdict_id != verdict_id:
                raise Conflict("There is a newer decision on this incident; take that one back first.")
            incident = work.incidents.get(verdict.incident_id)
            changed = self._store(work, incident, taken_back(incident, verdict), now, auditor)
            work.verdicts.mark_undone(undone)
            self._note(work, "verdict_taken_back", undone, incident, changed, auditor)
            work.commit()
        return Decided(undone, changed)

    def queue(self, account_id: str, wanted: QueueFilter, limit: int) -> list[QueueEntry]:
        """The next incidents for this auditor."""
        return self._reads.queue(account_id, wanted, limit)

    def progress(self, account_id: str) -> Progress:
        """How much is done today and how fast it goes."""
        now = self._clock.now()
        tally = self._reads.tally(account_id, day_start(now), now - RATE_WINDOW)
        return Progress(
            waiting=tally.waiting,
            second_opinion=tally.second_opinion,
            decided_today=tally.decided,
            decided_today_by_me=tally.decided_by_me,
            rate_per_hour=_rate(tally.by_me_last_hour, tally.first_by_me_last_hour_at, now),
        )

    def verdicts_on(self, incident_id: str) -> list[VerdictLine]:
        """All verdicts on an incident, newest first."""
        return self._reads.of_incident(incident_id)

    def _store(
        self, work: UnitOfWork, before: Incident, after: Incident, now: datetime, auditor: Auditor
    ) -> Incident:
        if after is before:
            return before
        changed = replace(after, version=before.version + 1, updated_at=now)
        work.incidents.put([changed])
        self._follower.changed(work, before, changed, auditor.audit_name)
        return changed

    def _note(
        self,
        work: UnitOfWork,
        action: str,
        verdict: Verdict,
        before: Incident,
        after: Incident,
        auditor: Auditor,
    ) -> None:
        opinion = verdict.opinion
        work.note(
            action,
            "incident",
            verdict.incident_id,
            auditor.audit_name,
            reason=opinion.reason or opinion.note,
            before=_facts(before),
            after=_facts(after)
            | {"verdict_id": verdict.verdict_id, "label": opinion.label, "note": opinion.note},
        )


def _decided_already(incident: Incident, seen_version: int | None) -> Conflict:
    if seen_version is not None and seen_version != incident.version:
        return VersionConflict("Somebody else has decided meanwhile; your decision was not saved.")
    return Conflict("This one is decided already; take that decision back first.")


def _facts(incident: Incident) -> dict[str, str | int | None]:
    return {
        "state": incident.state,
        "judgement": incident.judgement,
        "kind": incident.kind,
        "version": incident.version,
    }


def _rate(count: int, first_at: datetime | None, now: datetime) -> float | None:
    if first_at is None or count < 2 or now - first_at < MIN_RATE_SPAN:
        return None
    return count / ((now - first_at) / timedelta(hours=1))
