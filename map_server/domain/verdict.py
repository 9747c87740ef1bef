"""An auditor's decision on an incident. A verdict is never altered; taking it back is a further fact.

Source of the reasons: what the negative examples of a training set need to be told apart.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from map_server.domain.errors import Conflict, FieldError, InvalidInput
from map_server.domain.incident import (
    Incident,
    IncidentState,
    Judgement,
    confirmed,
    rejected,
    relabelled,
    with_decision_undone,
)
from wire_contract.vocabulary import EventKind

MAX_NOTE_CHARACTERS = 500
MAX_LABEL_CHARACTERS = 64


class Decision(StrEnum):
    """What the auditor says."""

    CONFIRM = "confirm"
    REJECT = "reject"
    RELABEL = "relabel"
    UNSURE = "unsure"


class RejectReason(StrEnum):
    """Why a detection is false; keys 1 to 9 of the desk, in this order."""

    NOTHING_THERE = "nothing_there"
    OTHER_OBJECT = "other_object"
    PERSON_IN_CHARGE = "person_in_charge"
    ALLOWED_HERE = "allowed_here"
    LIGHT_OR_SHADOW = "light_or_shadow"
    WEATHER = "weather"
    PASSING = "passing"
    WRONG_PLACE = "wrong_place"
    PICTURE_UNUSABLE = "picture_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A decision with what belongs to it: a reason to a rejection, another kind or label to a relabelling."""

    decision: Decision
    reason: RejectReason | None = None
    kind: EventKind | None = None
    label: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if (self.decision is Decision.REJECT) != (self.reason is not None):
            raise _wrong("reason", "give a reason exactly when you reject")
        has_other = self.kind is not None or self.label is not None
        if (self.decision is Decision.RELABEL) != has_other:
            raise _wrong("kind", "give another kind or label exactly when you relabel")
        if self.label is not None and not 1 <= len(self.label.strip()) <= MAX_LABEL_CHARACTERS:
            raise _wrong("label", f"use 1 to {MAX_LABEL_CHARACTERS} characters")
        if len(self.note) > MAX_NOTE_CHARACTERS:
            raise _wrong("note", f"use at most {MAX_NOTE_CHARACTERS} characters")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident stood before a decision; what an undo restores."""

    state: IncidentState
    judgement: Judgement | None
    kind: EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One decision on one incident. `decided_by` is an account, `incident_version` the version after it."""

    verdict_id: str
    incident_id: str
    opinion: Opinion
    decided_by: str
    decided_at: datetime
    incident_version: int
    before: Standing
    undone_at: datetime | None = None
    undone_by: str | None = None

    def undone(self, at: datetime, by: str) -> Self:
        """Take the verdict back."""
        if self.undone_at is not None:
            raise Conflict("This decision was taken back already.")
        return replace(self, undone_at=at, undone_by=by)


def standing_of(incident: Incident) -> Standing:
    """What an undo will restore."""
    return Standing(incident.state, incident.judgement, incident.kind)


def is_undecided(incident: Incident) -> bool:
    """Whether the incident waits for an auditor: open, or gone before anyone looked."""
    is_waiting = incident.state in (IncidentState.OPEN, IncidentState.CLEARED)
    return is_waiting and incident.judgement is None


def decided(incident: Incident, opinion: Opinion) -> Incident:
    """The incident after an opinion.

    Raises:
        Conflict: the incident's state does not allow the decision.
    """
    match opinion.decision:
        case Decision.CONFIRM:
            return confirmed(incident)
        case Decision.REJECT:
            return rejected(incident)
        case Decision.RELABEL:
            return relabelled(incident, opinion.kind or incident.kind)
        case Decision.UNSURE:
            return incident


def taken_back(incident: Incident, verdict: Verdict) -> Incident:
    """The incident as if the verdict had not been given.

    Raises:
        Conflict: somebody has acted on it meanwhile (dealt with it, merged it).
    """
    if verdict.opinion.decision is Decision.UNSURE:
        return incident
    if incident.state in (IncidentState.RESOLVED, IncidentState.MERGED):
        raise Conflict("Somebody has acted on this decision already; it cannot be taken back.")
    before = verdict.before
    return with_decision_undone(incident, before.state, before.judgement, before.kind)


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"{field}: {message}", (FieldError(field, message),))
