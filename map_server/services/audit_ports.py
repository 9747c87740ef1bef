"""What the statistics of the audit need from outside, and the records that they keep."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.audit_policy import PolicyVersion
from map_server.domain.audit_sample import AuditItem, Candidate, Stratum
from map_server.domain.blind_audit import SealedAnswer
from map_server.domain.precision import Outcome
from map_server.domain.verdict import Opinion
from wire_contract.vocabulary import EventKind


class AuditItemRepository(Protocol):
    """How incidents were drawn, and by which policy; inside one unit of work."""

    def policy(self) -> PolicyVersion | None:
        """Give the newest policy."""

    def add_policy(self, version: PolicyVersion) -> None:
        """Store a further policy."""

    def undrawn(self, limit: int) -> list[Candidate]:
        """Give the incidents that were not drawn yet, by number, with the event that opened each."""

    def last_ordinals(self, strata: Collection[Stratum]) -> Mapping[Stratum, int]:
        """Give how many items were drawn of each of these strata."""

    def add(self, items: Sequence[AuditItem]) -> None:
        """Store new items."""

    def get(self, incident_id: str) -> AuditItem | None:
        """Give how an incident was drawn; None when it was not."""

    def mark_opened(self, incident_id: str) -> None:
        """Remember that no answer on the item is held back any more."""


class SealedAnswerRepository(Protocol):
    """Answers that are told to nobody until their item is opened; inside one unit of work."""

    def add(self, answer: SealedAnswer) -> None:
        """Store an answer."""

    def get(self, answer_id: str) -> SealedAnswer | None:
        """Give an answer."""

    def on(self, incident_id: str) -> list[SealedAnswer]:
        """Give the answers on an item that were not taken back, in the order given."""

    def mark_withdrawn(self, answer: SealedAnswer) -> None:
        """Remember that an answer was taken back."""

    def waiting(self, answered_before: datetime) -> list[str]:
        """Give the items whose first sealed answer is older and that were not opened."""

    def others_who_may_audit(self, account_ids: Collection[str]) -> int:
        """Count the active auditors (and above) beside these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldItem:
    """An incident whose true answer is known."""

    incident_id: str
    opinion: Opinion
    known_by: str
    known_since: datetime
    reason: str
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldAnswer:
    """What one auditor said of a known one; `alias` is the name under which it was shown."""

    alias: str
    incident_id: str
    account_id: str
    opinion: Opinion
    is_right: bool
    answered_at: datetime


class GoldRepository(Protocol):
    """Known answers and what auditors made of them, inside one unit of work."""

    def put(self, item: GoldItem) -> None:
        """Store a known answer, new or changed."""

    def get(self, incident_id: str) -> GoldItem | None:
        """Give a known answer."""

    def unanswered_by(self, account_id: str) -> list[GoldItem]:
        """Give what is in use, was not shown to this person, and was not first decided by this person."""

    def answer(self, alias: str) -> GoldAnswer | None:
        """Give an answer by the name under which the item was shown."""

    def add_answer(self, answer: GoldAnswer) -> None:
        """Store an answer."""

    def answers_given(self, account_id: str) -> int:
        """Count all answers of a person at the desk: verdicts, sealed ones, and on known items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolFind:
    """Something that a patrol found by itself. `is_in_view` tells whether a camera should have seen it,
    `incident_id` which incident of a camera it is, None when no camera had it.
    """

    find_id: str
    kind: EventKind
    lon: float
    lat: float
    found_at: datetime
    found_by: str
    recorded_at: datetime
    note: str
    is_in_view: bool
    incident_id: str | None


class PatrolFindRepository(Protocol):
    """Finds of patrols, inside one unit of work."""

    def add(self, find: PatrolFind) -> None:
        """Store a find."""

    def camera_places(self) -> list[tuple[float, float]]:
        """Give lon, lat of all cameras whose place is known."""


@dataclass(frozen=True, slots=True)
class AuditedStratum:
    """What is known of one stratum since a moment. `outcomes` of the random sample alone; `drawn` counts all
    detections, `sampled` those in the sample, `unsure` sampled ones on which nobody could decide.
    """

    stratum: Stratum
    outcomes: tuple[Outcome, ...]
    drawn: int
    sampled: int
    unsure: int


@dataclass(frozen=True, slots=True)
class AuditorRecord:
    """One auditor's figures: all answers, answers on known items, how many of those were right."""

    name: str
    answers: int
    gold: int
    gold_right: int


@dataclass(frozen=True, slots=True)
class PairOfAnswers:
    """Answers of several auditors on one opened item, by name, in the order given."""

    incident_id: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FindCounts:
    """Two looks at one population: confirmed finds of cameras, finds of patrols in view, both."""

    kind: EventKind
    by_cameras: int
    by_patrols: int
    by_both: int


class AuditFigures(Protocol):
    """Flat reads behind the statistics. None of them knows sealed answers of items that are not opened."""

    def strata(self, since: datetime) -> list[AuditedStratum]:
        """Give every stratum with detections since a moment, in order."""

    def second_looks(self, since: datetime) -> list[PairOfAnswers]:
        """Give the opened items that several auditors judged blind."""

    def auditors(self, since: datetime) -> list[AuditorRecord]:
        """Give the figures of each auditor, by name."""

    def finds(self, since: datetime) -> list[FindCounts]:
        """Give the counts of the two looks for each kind that patrols found."""
