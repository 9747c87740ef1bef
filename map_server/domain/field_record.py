"""What a phone in the field says, as append-only records with ids that the phone made.

A record is never changed and never taken back; what it says wrong, a later one says right. So two phones, or
one phone with a thin line, cannot come into conflict: the server keeps each record once, in the order of the
phone's own sequence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from map_server.domain.reach import NOWHERE, Spot
from map_server.domain.result_form import Answer, Outcome
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import Doubt, PhoneTime, TakenPhoto
from wire_contract.vocabulary import EventKind

MOST_PHOTOS = 10
MOST_NOTE_CHARACTERS = 1000


class RecordKind(StrEnum):
    """What a record says."""

    ACCEPT = "accept"
    """This person walks this route today."""
    ARRIVE = "arrive"
    """The team is at a stop."""
    RESULT = "result"
    """The team has finished at a stop; what was found."""
    FIND = "find"
    """Something new, seen on the way."""
    SEEN = "seen"
    """A message of the duty officer was read."""


class Verdict(StrEnum):
    """What a supervisor says of a visit that is doubtful."""

    ACCEPTED = "accepted"
    """It stands, with its doubts."""
    REJECTED = "rejected"
    """It does not count: what it brought about is taken back."""


class PhotoRole(StrEnum):
    """What a picture shows."""

    BEFORE = "before"
    AFTER = "after"
    FIND = "find"


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A picture that a record names; the server gets it later, by its hash."""

    photo: TakenPhoto
    role: PhotoRole
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRecord:
    """One record as the phone sent it. `digest` is the sha256 of its canonical JSON, hex.

    `fix` is where the person stood, `recent` what the phone's position was just before.
    """

    record_id: str
    kind: RecordKind
    time: PhoneTime
    digest: str
    plan_id: str | None = None
    team_id: str | None = None
    stop_id: str | None = None
    message_id: str | None = None
    fix: TrackFix | None = None
    recent: tuple[TrackFix, ...] = ()
    photos: tuple[NamedPhoto, ...] = ()
    outcome: Outcome | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    find_kind: EventKind | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """A record as the server keeps it, with what it is about and what is doubtful about it.

    `subject` names incident or site as `Visit.key` does; a find names the incident that came of it.
    `reviewed_at`: a supervisor looked at the doubts and gave his `verdict`.
    """

    record: FieldRecord
    actor: str
    received_at: datetime
    sent_at: datetime | None = None
    subject: str = ""
    category: str = ""
    spot: Spot = NOWHERE
    doubts: tuple[Doubt, ...] = ()
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    review: str = ""
    verdict: Verdict | None = None

    @property
    def counts(self) -> bool:
        """Whether something may follow from it."""
        return self.verdict is not Verdict.REJECTED


@dataclass(frozen=True, slots=True)
class FieldPhoto:
    """A named picture and whether it has come. `kept_sha256` is its name as evidence."""

    record_id: str
    role: PhotoRole
    photo: TakenPhoto
    size_bytes: int
    kept_sha256: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TeamMessage:
    """Text from the duty officer to a team that walks a plan."""

    message_id: str
    plan_id: str
    team_id: str
    text: str
    sent_by: str
    sent_at: datetime
