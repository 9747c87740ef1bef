"""What people do with incidents: deal with them, merge two that are one, split one that is two."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import InvalidInput
from map_server.domain.event import Event, Why
from map_server.domain.fusion import anchor_of
from map_server.domain.incident import (
    Incident,
    merged,
    opened,
    resolved,
    summarised,
    unmerged,
    with_state_of,
)
from map_server.services.incident_ports import Merge, StateBefore
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.work_orders_of_incidents import IncidentFollower, NoFollower


@dataclass(frozen=True, slots=True)
class Split:
    """The two incidents after a split."""

    remaining: Incident
    taken_out: Incident


class Incidents:
    """Each method takes the version that the person saw; None acts on whatever is there.

    `follower` keeps work orders in step, in the same transaction.
    """

    def __init__(
        self, begin: Begin, clock: Clock, new_id: IdFactory, follower: IncidentFollower | None = None
    ) -> None:
        self._follower = follower or NoFollower()
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    def resolve(self, incident_id: str, actor: str, reason: str = "", version: int | None = None) -> Incident:
        """Record that someone went and dealt with it."""
        with self._begin() as work:
            before = work.incidents.get(incident_id)
            before.expect_version(version)
            self._follower.expect_free(work, before)
            after = _next(resolved(before), self._clock.now())
            work.incidents.put([after])
            _note(work, "incident_resolved", before, after, actor, reason)
            work.commit()
        return after

    def merge(
        self, survivor_id: str, absorbed_id: str, actor: str, reason: str = "", version: int | None = None
    ) -> Incident:
        """Make two incidents of one kind one. Its split gives both back as they were."""
        now = self._clock.now()
        with self._begin() as work:
            survivor, absorbed = work.incidents.get(survivor_id), work.incidents.get(absorbed_id)
            survivor.expect_version(version)
            gone = _next(merged(absorbed, survivor), now)
            moved = [replace(e, incident_id=survivor_id) for e in work.events.of_incident(absorbed_id)]
            events = [*work.events.of_incident(survivor_id), *moved]
            grown = _next(summarised(with_state_of(survivor, absorbed), events), now)
            work.incidents.put([gone, grown])
            work.events.put(moved)
            event_ids = tuple(event.event_id for event in moved)
            states = _state(survivor), _state(grown), _state(absorbed)
            merge = Merge(self._new_id(), survivor_id, absorbed_id, event_ids, *states, merged_at=now)
            work.merges.add(merge)
            self._follower.merged(work, merge.merge_id, grown, gone, actor)
            _note(work, "incident_merged", absorbed, gone, actor, reason)
            _note(work, "incident_absorbed", survivor, grown, actor, reason)
            work.commit()
        return grown

    def split(
        self,
        incident_id: str,
        event_ids: Collection[str],
        actor: str,
        reason: str = "",
        version: int | None = None,
    ) -> Split:
        """Take events out of an incident. Events that came by a merge, all of them, bring their old incident
        back.

        Raises InvalidInput when the events are not part of the incident, or when none would remain.
        """
        now = self._clock.now()
        chosen = set(event_ids)
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            incident.expect_version(version)
            taken, left = _divided(work.events.of_incident(incident_id), chosen)
            merge = next((m for m in work.merges.into(incident_id) if set(m.event_ids) == chosen), None)
            if merge is None:
                split = self._taken_out(incident, left, taken, now)
                taken = [replace(event, why=Why("split_by_person")) for event in taken]
            else:
                split = _merge_undone(work, merge, incident, left, taken, now)
            taken_out_id = split.taken_out.incident_id
            work.incidents.put([split.remaining, split.taken_out])
            work.events.put([replace(event, incident_id=taken_out_id) for event in taken])
            if merge is not None:
                self._follower.unmerged(work, merge.merge_id, actor)
            _note(work, "incident_split", incident, split.remaining, actor, reason)
            _note(work, "incident_taken_out", None, split.taken_out, actor, reason)
            work.commit()
        return split

    def _taken_out(self, incident: Incident, left: list[Event], taken: list[Event], now: datetime) -> Split:
        first = min(taken, key=lambda event: event.event_id)
        report = first.report
        anchor = anchor_of(report.kind, report.view, report.fix)
        fresh = opened(self._new_id(), first, incident.site_id, anchor)
        judged = replace(
            summarised(fresh, taken), kind=incident.kind, severity=incident.severity, updated_at=now
        )
        return Split(_next(summarised(incident, left), now), judged)


def _divided(events: list[Event], chosen: set[str]) -> tuple[list[Event], list[Event]]:
    taken = [event for event in events if event.event_id in chosen]
    left = [event for event in events if event.event_id not in chosen]
    if not taken or len(taken) != len(chosen):
        raise InvalidInput("event_ids: name one or more events of this incident, and no others")
    if not left:
        raise InvalidInput("event_ids: at least one event must remain in the incident")
    return taken, left


def _merge_undone(
    work: UnitOfWork, merge: Merge, incident: Incident, left: list[Event], taken: list[Event], now: datetime
) -> Split:
    """Give both incidents their state before the merge, unless it was changed since."""
    work.merges.mark_undone(merge.merge_id, now)
    absorbed = work.incidents.get(merge.absorbed_id)
    revived = unmerged(absorbed, merge.absorbed_before.state, merge.absorbed_before.judgement)
    remaining = incident
    if _state(incident) == merge.survivor_after:
        before = merge.survivor_before
        remaining = replace(
            incident,
            state=before.state,
            judgement=before.judgement,
            cleared_at=before.cleared_at,
            reopened_count=before.reopened_count,
        )
    return Split(_next(summarised(remaining, left), now), _next(summarised(revived, taken), now))


def _next(incident: Incident, now: datetime) -> Incident:
    return replace(incident, version=incident.version + 1, updated_at=now)


def _state(incident: Incident) -> StateBefore:
    return StateBefore(incident.state, incident.judgement, incident.cleared_at, incident.reopened_count)


def facts_of(incident: Incident) -> JsonObject:
    """Give what the audit log keeps of an incident."""
    return {
        "kind": incident.kind,
        "state": incident.state,
        "judgement": incident.judgement,
        "events": incident.event_count,
        "merged_into": incident.merged_into,
        "version": incident.version,
    }


def _note(
    work: UnitOfWork, action: str, before: Incident | None, after: Incident, actor: str, reason: str
) -> None:
    earlier = None if before is None else facts_of(before)
    work.note(action, "incident", after.incident_id, actor, reason, before=earlier, after=facts_of(after))
