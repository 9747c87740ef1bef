"""What the audit desk needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.audit_sample import Stratum
from map_server.domain.reach import WHOLE_WARD, Reach
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
class Watcher:
    """Whose progress is counted, and in which areas."""

    account_id: str
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which undecided incidents an auditor wants to see, of those in his areas."""

    kinds: tuple[EventKind, ...] = ()
    second_opinion_only: bool = False
    reach: Reach = WHOLE_WARD

    @property
    def is_narrow(self) -> bool:
        """Whether only some are wanted."""
        return bool(self.kinds) or self.second_opinion_only or not self.reach.is_whole_ward


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One undecided incident. `unsure_by` are the display names of those who could not decide.

    `known_incident_id`: a known item, shown under the name `incident_id`; the incident that it really is.
    """

    incident_id: str
    unsure_by: tuple[str, ...] = ()
    known_incident_id: str | None = None


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

    def queue(
        self, account_id: str, wanted: QueueFilter, limit: int, passed: Sequence[Stratum]
    ) -> list[QueueEntry]:
        """Give undecided incidents: urgent first, then those still there, then the sample, then the oldest.

        What this person was unsure about or has answered is left to others. Detections of strata that have
        `passed` the gate come only where they are in the sample or uncertain.
        """

    def tally(self, who: Watcher, since: datetime, hour_ago: datetime, passed: Sequence[Stratum]) -> Tally:
        """Count."""

    def of_incident(self, incident_id: str) -> list[VerdictLine]:
        """Give all verdicts on an incident, newest first."""
