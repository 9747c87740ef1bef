"""What the audit desk needs from outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.verdict import Verdict
from wire_contract.vocabulary import EventKind


class VerdictRepository(Protocol):
    """Verdicts, inside one unit of work."""

    def add(self, verdict: Verdict) -> None:
        """Store a new verdict."""

    def get(self, verdict_id: str) -> Verdict | None:
        """Give a verdict by its id."""

    def latest_of(self, incident_id: str) -> Verdict | None:
        """Give the newest verdict on an incident that was not taken back."""

    def mark_undone(self, verdict: Verdict) -> None:
        """Remember that a verdict was taken back."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which undecided incidents an auditor wants to see."""

    kinds: tuple[EventKind, ...] = ()
    second_opinion_only: bool = False


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One undecided incident. `unsure_by` are the display names of those who could not decide."""

    incident_id: str
    unsure_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts behind the progress bar; `since` bounds everything but `waiting` and `second_opinion`."""

    waiting: int
    second_opinion: int
    decided: int
    decided_by_me: int
    by_me_last_hour: int
    first_by_me_last_hour_at: datetime | None


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """A verdict as people read it."""

    verdict: Verdict
    decided_by_name: str


class VerdictReads(Protocol):
    """Reads of the desk outside a writing transaction."""

    def queue(self, account_id: str, wanted: QueueFilter, limit: int) -> list[QueueEntry]:
        """Give undecided incidents: urgent first, then those still there, then the oldest.

        What this person was unsure about is left to others.
        """

    def tally(self, account_id: str, since: datetime, hour_ago: datetime) -> Tally:
        """Count."""

    def of_incident(self, incident_id: str) -> list[VerdictLine]:
        """Give all verdicts on an incident, newest first."""
