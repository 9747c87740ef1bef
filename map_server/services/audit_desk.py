"""Auditors decide on incidents, one after the other, and can take each decision back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from map_server.domain.errors import Conflict, Forbidden, NotFound, VersionConflict
from map_server.domain.incident import Incident
from map_server.domain.reach import WHOLE_WARD, Reach
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
from map_server.services.audit_streams import AuditStreams
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.verdict_ports import QueueEntry, QueueFilter, VerdictLine, VerdictReads, Watcher
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
    """A verdict with the incident after it. `was_right` for a known item, None for all others.

    While an answer is sealed, the verdict is that answer alone, and the incident is as it was.
    """

    verdict: Verdict
    incident: Incident
    was_right: bool | None = None


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
    work orders in step in the same transaction. Without `streams` each verdict counts at once.
    """

    def __init__(
        self,
        begin: Begin,
        reads: VerdictReads,
        clock: Clock,
        new_id: IdFactory,
        on_decided: Callable[[Incident, Opinion], None] = lambda incident, opinion: None,
        follower: IncidentFollower | None = None,
        streams: AuditStreams | None = None,
    ) -> None:
        self._follower = follower or NoFollower()
        self._begin = begin
        self._reads = reads
        self._clock = clock
        self._new_id = new_id
        self._on_decided = on_decided
        self._streams = streams

    def decide(self, incident_id: str, opinion: Opinion, auditor: Auditor, version: int | None) -> Decided:
        """Give a verdict on what the auditor saw at `version`.

        Further reports of devices meanwhile do not matter; a decision of somebody else does. What is decided
        is decided anew only after its verdict was taken back, so that one verdict stands at a time. Where a
        colleague must look too, the answer is kept sealed until then.

        Raises:
            NotFound: no such incident.
            VersionConflict: somebody has decided since; nothing was stored.
            Conflict: it was decided when the auditor saw it.
        """
        known_as = self.known_behind(incident_id, auditor.account_id)
        if known_as is not None:
            return self._decide_known(incident_id, known_as, opinion, auditor)
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            if not is_undecided(incident):
                raise _decided_already(incident, version)
            if self._streams and self._streams.looks.is_due(work, incident_id, auditor.account_id):
                result, settled = self._decide_blind(work, incident, opinion, auditor)
            else:
                result = settled = self._apply(work, incident, opinion, auditor)
            work.commit()
        if settled is not None:
            self._on_decided(settled.incident, settled.verdict.opinion)
        return result

    def release_waiting(self) -> int:
        """Let sealed answers count that have waited long enough for a second one; give how many."""
        if self._streams is None:
            return 0
        with self._begin() as work:
            waiting = work.sealed_answers.waiting(self._clock.now())
        return sum(self._release(incident_id) for incident_id in waiting)

    def _release(self, incident_id: str) -> bool:
        assert self._streams is not None
        done: Decided | None = None
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            settled = self._streams.looks.release(work, incident)
            if settled is None:
                return False
            if is_undecided(incident):
                decider = Auditor(settled.account_id, may_undo_others=False)
                done = self._apply(work, incident, settled.opinion, decider)
            work.commit()
        if done is not None:
            self._on_decided(done.incident, done.verdict.opinion)
        return True

    def _apply(self, work: UnitOfWork, incident: Incident, opinion: Opinion, auditor: Auditor) -> Decided:
        now = self._clock.now()
        changed = self._store(work, incident, decided(incident, opinion), now, auditor)
        verdict = self._verdict(self._new_id(), incident, changed, opinion, auditor.account_id)
        work.verdicts.add(verdict)
        self._note(work, _ACTIONS[opinion.decision], verdict, incident, changed, auditor)
        return Decided(verdict, changed)

    def _decide_blind(
        self, work: UnitOfWork, incident: Incident, opinion: Opinion, auditor: Auditor
    ) -> tuple[Decided, Decided | None]:
        """Keep the answer sealed; where it settles the item, give the verdict that counts too."""
        assert self._streams is not None
        decided(incident, opinion)  # raises what an open answer would raise
        answer, settled = self._streams.looks.take(work, incident.incident_id, opinion, auditor.account_id)
        if settled is not None:
            result = self._apply(
                work, incident, settled.opinion, replace(auditor, account_id=settled.account_id)
            )
            return result, result
        told = self._verdict(answer.answer_id, incident, incident, opinion, auditor.account_id)
        return Decided(told, incident), None

    def _decide_known(self, alias: str, incident_id: str, opinion: Opinion, auditor: Auditor) -> Decided:
        assert self._streams is not None
        answer = self._streams.known.answer(alias, opinion, auditor.account_id)
        with self._begin() as work:
            shown = replace(work.incidents.get(incident_id), incident_id=alias)
        told = self._verdict(alias, shown, shown, opinion, auditor.account_id)
        return Decided(told, shown, answer.is_right)

    def _verdict(
        self, verdict_id: str, before: Incident, after: Incident, opinion: Opinion, account_id: str
    ) -> Verdict:
        return Verdict(
            verdict_id=verdict_id,
            incident_id=before.incident_id,
            opinion=opinion,
            decided_by=account_id,
            decided_at=self._clock.now(),
            incident_version=after.version,
            before=standing_of(before),
        )

    def undo(self, verdict_id: str, auditor: Auditor) -> Decided:
        """Take a verdict back: one's own, or as a supervisor anybody's.

        Raises:
            NotFound: no such verdict.
            Forbidden: somebody else's verdict.
            Conflict: taken back already, decided again since, acted upon, or an answer on a known item.
        """
        now = self._clock.now()
        with self._begin() as work:
            verdict = work.verdicts.get(verdict_id)
            if verdict is None:
                return self._withdraw(work, verdict_id, auditor)
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

    def _withdraw(self, work: UnitOfWork, answer_id: str, auditor: Auditor) -> Decided:
        """Take back an answer that is no verdict yet."""
        answer = work.sealed_answers.get(answer_id)
        if answer is None or self._streams is None:
            if work.gold.answer(answer_id) is not None:
                raise Conflict("The answer to this one was known; what you said of it stays.")
            raise NotFound("There is no such decision.")
        withdrawn = self._streams.looks.withdraw(work, answer, auditor.account_id)
        incident = work.incidents.get(answer.incident_id)
        told = self._verdict(answer_id, incident, incident, answer.opinion, answer.account_id)
        work.commit()
        return Decided(
            replace(told, undone_at=withdrawn.withdrawn_at, undone_by=auditor.account_id), incident
        )

    def queue(self, account_id: str, wanted: QueueFilter, limit: int) -> list[QueueEntry]:
        """The next incidents for this auditor, known ones mixed in."""
        if self._streams is None:
            return self._reads.queue(account_id, wanted, limit, ())
        self._streams.sampling.draw()
        entries = self._reads.queue(account_id, wanted, limit, self._streams.gate.passed())
        if wanted.is_narrow:
            return entries
        for turn in self._streams.known.turns(account_id, len(entries)):
            entries.insert(turn.place, QueueEntry(turn.alias, known_incident_id=turn.incident_id))
        return entries[:limit]

    def known_behind(self, name: str, account_id: str) -> str | None:
        """Give the incident shown to this person under another name, None where a name is none of these."""
        return self._streams.known.behind(name, account_id) if self._streams else None

    def progress(self, account_id: str, reach: Reach = WHOLE_WARD) -> Progress:
        """How much is done today and how fast it goes."""
        now = self._clock.now()
        passed = self._streams.gate.passed() if self._streams else ()
        tally = self._reads.tally(Watcher(account_id, reach), day_start(now), now - RATE_WINDOW, passed)
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
    return (count - 1) / (
        (now - first_at) / timedelta(hours=1)
    )  # the first one began the time, the others filled it
