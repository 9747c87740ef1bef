"""The thing in the world that people deal with: what one or more events say about one place.

Its place, times, score and counts follow from its events alone (`summarised`); its state follows from
people's decisions and from whether devices still see it. Transitions give a new Incident or raise Conflict.

open ──> confirmed ──> resolved          open, confirmed ──> cleared (all devices say it has gone)
└────────┴──> rejected                 cleared, resolved ──> open or confirmed (seen again soon after) any of
them ──> merged (into another; undone by a split)

An incident that cleared before anyone looked has state `cleared` and no verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from map_server.domain.errors import Conflict, VersionConflict
from map_server.domain.event import Event, GroundFix, View, surer_fix
from wire_contract.vocabulary import EventKind


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    CLEARED = "cleared"
    REJECTED = "rejected"
    MERGED = "merged"


class Judgement(StrEnum):
    """What an auditor found, kept when the incident clears."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Severity(StrEnum):
    """How soon someone must go."""

    NORMAL = "normal"
    URGENT = "urgent"


OPEN_STATES = frozenset({IncidentState.OPEN, IncidentState.CONFIRMED})
ENDED_STATES = frozenset({IncidentState.CLEARED, IncidentState.RESOLVED})
"""Over, but taken up again when the same place shows the same kind soon after."""


def severity_of(kind: EventKind) -> Severity:
    """A blocked fire lane cannot wait."""
    return Severity.URGENT if kind is EventKind.BLOCKED_FIRE_LANE else Severity.NORMAL


@dataclass(frozen=True, slots=True)
class Incident:
    """See the module. `number` and `open_key` are given by the database (0 and None before),
    `version` counts changes.

    `anchor` names the place where it was first seen: a cell of about 11 m, or the camera where no place is
    known.
    """

    incident_id: str
    kind: EventKind
    state: IncidentState
    anchor: str
    site_id: str | None
    views: tuple[View, ...]
    fix: GroundFix | None
    label: str
    score: float
    first_seen_at: datetime
    last_seen_at: datetime
    event_count: int
    open_event_count: int
    updated_at: datetime
    severity: Severity = Severity.NORMAL
    judgement: Judgement | None = None
    cleared_at: datetime | None = None
    reopened_count: int = 0
    merged_into: str | None = None
    version: int = 1
    number: int = 0
    open_key: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is believed to be there still; then it holds its place alone."""
        return self.state in OPEN_STATES

    @property
    def place_key(self) -> str:
        """Name kind and place; at most one open incident holds a place key (the database numbers the rare
        others).
        """
        return f"{self.kind}|{self.site_id or '-'}|{self.anchor}"

    def expect_version(self, version: int | None) -> None:
        """Raise VersionConflict when the caller decided on an older state; None decides on whatever is
        there.
        """
        if version is not None and version != self.version:
            raise VersionConflict(
                f"incident {self.number} was changed meanwhile: it has version {self.version}, "
                f"you saw {version}; look again"
            )


def opened(incident_id: str, event: Event, site_id: str | None, anchor: str) -> Incident:
    """Begin an incident with its first event."""
    report = event.report
    incident = Incident(
        incident_id=incident_id,
        kind=report.kind,
        state=IncidentState.OPEN,
        anchor=anchor,
        site_id=site_id,
        views=(report.view,),
        fix=report.fix,
        label=report.label,
        score=report.score,
        first_seen_at=report.started_at,
        last_seen_at=event.last_seen_at,
        event_count=1,
        open_event_count=0 if report.is_closed else 1,
        updated_at=event.received_at,
        severity=severity_of(report.kind),
    )
    return _settled(incident)


def joined(incident: Incident, event: Event, before: Event | None) -> Incident:
    """Take in an event that is new to the incident (`before` None) or has changed. Same result as
    `summarised`.
    """
    report = event.report
    views = incident.views if report.view in incident.views else _ordered((*incident.views, report.view))
    was_open = before is not None and not before.report.is_closed
    better = (report.score, report.label) > (incident.score, incident.label)
    grown = replace(
        incident,
        views=views,
        fix=surer_fix(incident.fix, report.fix),
        label=report.label if better else incident.label,
        score=max(report.score, incident.score),
        first_seen_at=min(incident.first_seen_at, report.started_at),
        last_seen_at=max(incident.last_seen_at, event.last_seen_at),
        event_count=incident.event_count + (before is None),
        open_event_count=incident.open_event_count + (not report.is_closed) - was_open,
    )
    return _settled(grown)


def summarised(incident: Incident, events: Sequence[Event]) -> Incident:
    """Compute afresh from its events all that follows from them; after a merge or a split."""
    fix: GroundFix | None = None
    for event in events:
        fix = surer_fix(fix, event.report.fix)
    best = max(events, key=lambda event: (event.report.score, event.report.label)).report
    fresh = replace(
        incident,
        views=_ordered({event.report.view for event in events}),
        fix=fix,
        label=best.label,
        score=best.score,
        first_seen_at=min(event.report.started_at for event in events),
        last_seen_at=max(event.last_seen_at for event in events),
        event_count=len(events),
        open_event_count=sum(not event.report.is_closed for event in events),
    )
    return _settled(fresh)


def _ordered(views: Sequence[View] | set[View]) -> tuple[View, ...]:
    return tuple(sorted(views, key=lambda view: (view.device_id, view.camera_id, view.zone_id)))


def _settled(incident: Incident) -> Incident:
    """Clear what no device sees any more, reopen what one sees again."""
    if incident.is_open and incident.open_event_count == 0:
        return replace(incident, state=IncidentState.CLEARED, cleared_at=incident.last_seen_at)
    if incident.state is IncidentState.CLEARED and incident.open_event_count > 0:
        return reopened(incident)
    if incident.state is IncidentState.CLEARED:
        return replace(incident, cleared_at=incident.last_seen_at)
    return incident


def reopened(incident: Incident) -> Incident:
    """The same place shows the same kind again soon after it ended."""
    state = IncidentState.CONFIRMED if incident.judgement is Judgement.CONFIRMED else IncidentState.OPEN
    return replace(incident, state=state, cleared_at=None, reopened_count=incident.reopened_count + 1)


def confirmed(incident: Incident) -> Incident:
    """An auditor says that it is (or was) there."""
    if incident.state is IncidentState.OPEN:
        return replace(incident, state=IncidentState.CONFIRMED, judgement=Judgement.CONFIRMED)
    if incident.state is IncidentState.CLEARED and incident.judgement is None:
        return replace(incident, judgement=Judgement.CONFIRMED)
    raise _not_allowed(incident, "confirmed")


def rejected(incident: Incident) -> Incident:
    """An auditor says that it never was."""
    if incident.is_open or (incident.state is IncidentState.CLEARED and incident.judgement is None):
        return replace(incident, state=IncidentState.REJECTED, judgement=Judgement.REJECTED)
    raise _not_allowed(incident, "rejected")


def relabelled(incident: Incident, kind: EventKind) -> Incident:
    """An auditor says that it is there, but of another kind."""
    other = replace(incident, kind=kind, severity=severity_of(kind))
    return confirmed(other)


def resolved(incident: Incident) -> Incident:
    """Someone went and dealt with it."""
    if incident.state is not IncidentState.CONFIRMED:
        raise _not_allowed(incident, "resolved")
    return replace(incident, state=IncidentState.RESOLVED)


def unresolved(incident: Incident) -> Incident:
    """What was said of having dealt with it does not count."""
    if incident.state is not IncidentState.RESOLVED:
        raise _not_allowed(incident, "opened again")
    state = IncidentState.CONFIRMED if incident.judgement is Judgement.CONFIRMED else IncidentState.OPEN
    return replace(incident, state=state)


def closed_out(incident: Incident) -> Incident:
    """Its work order was closed after a check: what was filed without an auditor ends unjudged, too."""
    if not incident.is_open:
        raise _not_allowed(incident, "resolved")
    return replace(incident, state=IncidentState.RESOLVED)


def with_decision_undone(
    incident: Incident, state: IncidentState, judgement: Judgement | None, kind: EventKind
) -> Incident:
    """Take a decision back: the state before it, unless devices have said meanwhile that the thing has
    gone.
    """
    if incident.state is IncidentState.MERGED:
        raise _not_allowed(incident, "changed")
    cleared_at = incident.cleared_at if state is IncidentState.CLEARED else None
    before = replace(
        incident,
        state=state,
        judgement=judgement,
        kind=kind,
        severity=severity_of(kind),
        cleared_at=cleared_at,
    )
    return _settled(before)


def merged(incident: Incident, survivor: Incident) -> Incident:
    """Become part of another incident of the same kind."""
    if incident.incident_id == survivor.incident_id:
        raise Conflict("an incident cannot be merged with itself")
    if incident.kind is not survivor.kind:
        raise Conflict(
            f"a {incident.kind} and a {survivor.kind} are different things; relabel one of them first"
        )
    for one in (incident, survivor):
        if one.state in (IncidentState.MERGED, IncidentState.REJECTED):
            raise _not_allowed(one, "merged")
    return replace(incident, state=IncidentState.MERGED, merged_into=survivor.incident_id)


def with_state_of(survivor: Incident, absorbed: Incident) -> Incident:
    """Take over what people or devices knew of an incident that is merged into this one."""
    if absorbed.judgement is Judgement.CONFIRMED and survivor.judgement is None:
        survivor = replace(survivor, judgement=Judgement.CONFIRMED)
        if survivor.state is IncidentState.OPEN:
            survivor = replace(survivor, state=IncidentState.CONFIRMED)
    if absorbed.is_open and survivor.state is IncidentState.RESOLVED:
        survivor = reopened(survivor)
    return survivor


def unmerged(incident: Incident, state: IncidentState, judgement: Judgement | None) -> Incident:
    """Stand alone again, as before the merge."""
    if incident.state is not IncidentState.MERGED:
        raise _not_allowed(incident, "taken out of a merge")
    return replace(incident, state=state, judgement=judgement, merged_into=None)


def _not_allowed(incident: Incident, participle: str) -> Conflict:
    return Conflict(f"incident {incident.number} is {incident.state} and cannot be {participle}")
