"""What ingest and incidents need from outside.

Events, incidents, evidence records and the sites of the ward.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.event import Event, GroundFix, Message, NamedEvidence
from map_server.domain.evidence import StoredEvidence
from map_server.domain.fusion import SearchBox
from map_server.domain.incident import Incident, IncidentState, Judgement
from wire_contract.vocabulary import EventKind


class SiteFinder(Protocol):
    """Knows which registered site a place belongs to."""

    def at(self, kind: EventKind, fix: GroundFix | None) -> str | None:
        """Give the id of the site for this kind of event, or None."""


class EventRepository(Protocol):
    """Events and the messages behind them, inside one unit of work."""

    def known(self, event_ids: Collection[str]) -> dict[str, Event]:
        """Give those of these events that exist, by id."""

    def seen(self, event_ids: Collection[str]) -> set[tuple[str, str]]:
        """Give (event id, digest) of all messages of these events that are stored."""

    def of_incident(self, incident_id: str) -> list[Event]:
        """Give the events of an incident, in order of their ids (which is order of time)."""

    def put(self, events: Sequence[Event]) -> None:
        """Store events, new or changed."""

    def add_messages(self, messages: Sequence[Message], received_at: datetime) -> None:
        """Store messages as received, with the evidence that they name.

        Their events must be stored before.
        """


@dataclass(frozen=True, slots=True)
class StateBefore:
    """What a merge must give back when it is undone."""

    state: IncidentState
    judgement: Judgement | None
    cleared_at: datetime | None
    reopened_count: int


@dataclass(frozen=True, slots=True)
class Merge:
    """One incident taken into another, with all that is needed to take it out again."""

    merge_id: str
    survivor_id: str
    absorbed_id: str
    event_ids: tuple[str, ...]
    survivor_before: StateBefore
    survivor_after: StateBefore
    absorbed_before: StateBefore
    merged_at: datetime
    undone_at: datetime | None = None


class IncidentRepository(Protocol):
    """Incidents, inside one unit of work."""

    def get(self, incident_id: str) -> Incident:
        """Give an incident. Raises NotFound."""

    def many(self, incident_ids: Collection[str]) -> list[Incident]:
        """Give those of these incidents that exist."""

    def near(self, boxes: Sequence[SearchBox], ended_after: datetime) -> list[Incident]:
        """Give the incidents in the boxes that are open or ended since `ended_after`."""

    def anchored(self, anchors: Collection[str], ended_after: datetime) -> list[Incident]:
        """Give the incidents first seen at these places that are open or ended since."""

    def put(self, incidents: Sequence[Incident]) -> None:
        """Store incidents, new (number 0) or changed, and give open ones their seat in the unique index.

        The database refuses two open incidents in one seat; the unit of work then raises Conflict.
        """

    def place_anew(self) -> None:
        """Find grid and compound of every incident again, after the ward's areas were loaded."""


class MergeRepository(Protocol):
    """Merges of incidents, inside one unit of work."""

    def add(self, merge: Merge) -> None:
        """Store a merge."""

    def into(self, survivor_id: str) -> list[Merge]:
        """Give the merges into an incident that are not undone, newest first."""

    def mark_undone(self, merge_id: str, at: datetime) -> None:
        """Remember that a merge was taken back."""


class EvidenceRepository(Protocol):
    """Which evidence is named and which is held, inside one unit of work."""

    def held(self, sha256s: Collection[str]) -> set[str]:
        """Give those of these pieces that the server holds."""

    def named_by(self, device_id: str, sha256: str) -> NamedEvidence | None:
        """Give how an event of this device names the piece, or None when none does."""

    def get(self, sha256: str) -> StoredEvidence | None:
        """Give the record of a piece that is held."""

    def all(self) -> list[StoredEvidence]:
        """Give the records of all pieces that are held, by hash."""

    def add(self, evidence: StoredEvidence) -> None:
        """Record a piece that is now held; twice is no fault."""
