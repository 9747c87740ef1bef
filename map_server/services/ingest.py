"""Event messages become events and incidents. One message has one effect, however often it is sent.

A batch is one transaction: all that it says is stored when the answer leaves, or nothing is.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import Conflict, Unavailable
from map_server.domain.event import Event, Message, Report, Why, clock_problem
from map_server.domain.fusion import FusionParams, anchor_of, best_match, why_new
from map_server.domain.incident import Incident, IncidentState, joined, opened, reopened
from map_server.services.incident_ports import SiteFinder
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.work_orders_of_incidents import IncidentFollower, NoFollower
from map_server.services.working_set import WorkingSet

_TRIES = 5
"""Another process may take the same seat in the unique index first; the second look then finds its incident.
"""


class Status(StrEnum):
    """What became of a message."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message; `missing_evidence` are the named hashes that the server does not hold."""

    event_id: str
    sequence: int
    status: Status
    problem: str | None = None
    missing_evidence: tuple[str, ...] = ()


class Ingest:
    """`sites` gives the index of registered sites as they are now; it is asked once per batch.

    `follower` does what follows for incidents that clear or come back, in the same transaction.
    """

    def __init__(
        self,
        begin: Begin,
        clock: Clock,
        new_id: IdFactory,
        sites: Callable[[], SiteFinder],
        params: FusionParams,
        follower: IncidentFollower | None = None,
    ) -> None:
        self._follower = follower or NoFollower()
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._sites = sites
        self._params = params

    def receive(self, device_id: str, messages: Sequence[Message]) -> list[Outcome]:
        """Take in messages of one device, in the order sent; one outcome each.

        Raises Unavailable when the database cannot write; then nothing of the batch is stored.
        """
        conflict: Conflict | None = None
        for _ in range(_TRIES):
            try:
                return self._receive_once(device_id, messages)
            except Conflict as error:
                conflict = error
        raise Unavailable(
            "writers wanted the same place at once; nothing was stored, try again"
        ) from conflict

    def _receive_once(self, device_id: str, messages: Sequence[Message]) -> list[Outcome]:
        now = self._clock.now()
        refused = {
            index: problem
            for index, m in enumerate(messages)
            if (problem := _refusal(m.report, device_id, now))
        }
        acceptable = [message for index, message in enumerate(messages) if index not in refused]
        sites = self._sites()
        with self._begin() as work:
            working_set = WorkingSet(work, acceptable, self._params, sites, now)
            missing = _missing_evidence(work, acceptable)
            reception = _Reception(work, working_set, device_id, now, missing, self._params, self._new_id)
            outcomes = [
                _refused(message.report, refused[index]) if index in refused else reception.take(message)
                for index, message in enumerate(messages)
            ]
            working_set.write()
            for before, after in reception.turned:
                self._follower.changed(work, before, after, f"device:{device_id}")
            work.commit()
        return outcomes


class _Reception:
    """One batch on its way into the working set."""

    def __init__(
        self,
        work: UnitOfWork,
        working_set: WorkingSet,
        device_id: str,
        now: datetime,
        missing_evidence: Set[str],
        params: FusionParams,
        new_id: IdFactory,
    ) -> None:
        self._missing_evidence = missing_evidence
        self._work = work
        self._set = working_set
        self._device_id = device_id
        self._now = now
        self._params = params
        self._new_id = new_id
        self.turned: list[tuple[Incident, Incident]] = []
        """Incidents whose state changed, before and after, in the order of the messages."""

    def take(self, message: Message) -> Outcome:
        """Take in one message."""
        report = message.report
        known = self._set.event(report.event_id)
        if known is not None and (problem := _contradiction(report, known)):
            return _refused(report, problem)
        status = Status.DUPLICATE if self._set.has_seen(message) else Status.STORED
        if status is Status.STORED:
            if known is None:
                self._take_first(message)
            else:
                self._take_further(message, known)
        named = dict.fromkeys(evidence.sha256 for evidence in report.evidence)
        missing = tuple(sha256 for sha256 in named if sha256 in self._missing_evidence)
        return Outcome(report.event_id, report.sequence, status, None, missing)

    def _take_first(self, message: Message) -> None:
        report = message.report
        site_id = self._set.site_of(report)
        candidates = self._set.candidates(report)
        match = best_match(report, site_id, candidates, self._params)
        if match is None:
            why = why_new(report, candidates, self._params)
            event = Event(report, report.last_seen_at, self._now, self._new_id(), why)
            incident = opened(
                event.incident_id, event, site_id, anchor_of(report.kind, report.view, report.fix)
            )
            self._keep(message, event, None, incident)
            return
        before, why = match
        event = Event(report, report.last_seen_at, self._now, before.incident_id, why)
        is_new_trouble = before.state is IncidentState.RESOLVED and not report.is_closed
        incident = joined(reopened(before) if is_new_trouble else before, event, None)
        self._keep(message, event, before, incident)

    def _take_further(self, message: Message, known: Event) -> None:
        event = known.after(message.report)
        before = self._set.incident(known.incident_id)
        self._keep(message, event, before, joined(before, event, known))

    def _keep(self, message: Message, event: Event, before: Incident | None, incident: Incident) -> None:
        self._set.take(message, event, incident)
        if before is not None and before.state is not incident.state:
            self.turned.append((before, incident))
        self._work.note(
            _action(before, incident),
            "incident",
            incident.incident_id,
            f"device:{self._device_id}",
            before=None if before is None else {"state": before.state},
            after=_facts(message, event.why, incident, self._now),
        )


def _action(before: Incident | None, after: Incident) -> str:
    if before is None:
        return "incident_opened"
    if before.state is not after.state:
        return "incident_cleared" if after.state is IncidentState.CLEARED else "incident_reopened"
    return "event_joined" if before.event_count != after.event_count else "event_updated"


def _facts(message: Message, why: Why, incident: Incident, received_at: datetime) -> JsonObject:
    """Tell what the entry keeps; the digest binds the stored message to the log."""
    return {
        "event_id": message.report.event_id,
        "phase": message.report.phase,
        "digest": message.digest,
        "received_at": instant(received_at),
        "state": incident.state,
        "events": incident.event_count,
        "rule": why.rule,
        "distance_m": why.distance_m,
        "radius_m": why.radius_m,
    }


def _refused(report: Report, problem: str) -> Outcome:
    return Outcome(report.event_id, report.sequence, Status.REFUSED, problem)


def _refusal(report: Report, device_id: str, now: datetime) -> str | None:
    if report.view.device_id != device_id:
        return f"the message names device {report.view.device_id}, but {device_id} sent it"
    return clock_problem(report, now)


def _contradiction(report: Report, known: Event) -> str | None:
    if known.report.view.device_id != report.view.device_id:
        return "this event_id belongs to an event of another device"
    if known.report.kind is not report.kind:
        return f"this event_id belongs to a {known.report.kind}; a new finding needs a new event_id"
    return None


def _missing_evidence(work: UnitOfWork, messages: Sequence[Message]) -> set[str]:
    named = {evidence.sha256 for message in messages for evidence in message.report.evidence}
    return named - work.evidence.held(named)
