"""Which detections people look at: a stratified random sample, and beside it those the model is unsure of.

Every incident is drawn once, in the order of its number, and keeps how it was drawn. Whether it is in the
sample depends on a secret seed, its id and its place in its stratum, never on what it shows or on any answer,
so that estimates from the sample are unbiased. Items that are looked at for other reasons have no probability
and count in no estimate.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from map_server.domain.incident import Severity
from wire_contract.vocabulary import EventKind

_MODEL_HASH_CHARACTERS = 12


@dataclass(frozen=True, slots=True, order=True)
class Stratum:
    """One kind, seen by one camera with one version of a model; empty model texts when none was named."""

    kind: EventKind
    device_id: str
    camera_id: str
    model_id: str = ""
    model_sha256: str = ""

    @property
    def model_name(self) -> str:
        """Name the model version for people."""
        if not self.model_id:
            return ""
        return f"{self.model_id}@{self.model_sha256[:_MODEL_HASH_CHARACTERS]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingParams:
    """How much is looked at.

    `first_items`: of each stratum the first so many are all in the sample (enough for a half-width of 5
    points at a precision of 0.9); after them each with probability `rate`. `second_share`: share of the
    sample that a second auditor judges blind. `gold_share`: share of an auditor's items whose answer is
    known. `uncertain_score` +- `uncertain_margin`: scores of the second stream. `seal_s`, `urgent_seal_s`:
    how long a first answer waits for the second before it counts alone.
    """

    first_items: int = 150
    rate: float = 0.1
    second_share: float = 0.1
    gold_share: float = 0.05
    uncertain_score: float = 0.6
    uncertain_margin: float = 0.1
    seal_s: float = 24 * 3600.0
    urgent_seal_s: float = 1800.0

    def __post_init__(self) -> None:
        if not 0 <= self.first_items <= 100_000:
            raise ValueError(f"first_items: {self.first_items} is outside 0 to 100000")
        if not 0 < self.rate <= 1:
            raise ValueError(f"rate: {self.rate} is outside 0 (excluded) to 1")
        for name in ("second_share", "gold_share", "uncertain_score", "uncertain_margin"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)} is outside 0 to 1")
        for name in ("seal_s", "urgent_seal_s"):
            if not 0 <= getattr(self, name) <= 30 * 86400:
                raise ValueError(f"{name}: {getattr(self, name)} is outside 0 to 30 days, in seconds")

    def seal_of(self, severity: Severity) -> timedelta:
        """Give how long a first answer may wait; what is urgent waits less."""
        seconds = self.urgent_seal_s if severity is Severity.URGENT else self.seal_s
        return timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident that was not drawn yet, with the event that opened it."""

    incident_id: str
    number: int
    stratum: Stratum
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """How one incident was drawn. `ordinal` counts in its stratum from 1; `probability` is that of being in
    the random sample, whether it is or not; `is_opened` tells that no answer on it is held back any more.
    """

    incident_id: str
    number: int
    stratum: Stratum
    score: float
    ordinal: int
    probability: float
    is_sampled: bool
    is_uncertain: bool
    needs_second: bool
    drawn_at: datetime
    is_opened: bool = False

    @property
    def weight(self) -> float:
        """Give how many detections of the stratum the item stands for (Horvitz and Thompson, 1952)."""
        return 1.0 / self.probability


def chance(seed: str, purpose: str, key: str) -> float:
    """Give a number in [0, 1) that is the same each time and looks random to whoever lacks the seed."""
    digest = hashlib.sha256(f"{seed}|{purpose}|{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def probability_of(ordinal: int, params: SamplingParams) -> float:
    """Give the chance of the `ordinal`-th detection of a stratum to be in the sample."""
    return 1.0 if ordinal <= params.first_items else params.rate


def drawn(
    candidate: Candidate, ordinal: int, seed: str, params: SamplingParams, drawn_at: datetime
) -> AuditItem:
    """Draw one incident."""
    probability = probability_of(ordinal, params)
    is_sampled = chance(seed, "sample", candidate.incident_id) < probability
    is_second = chance(seed, "second", candidate.incident_id) < params.second_share
    distance = abs(candidate.score - params.uncertain_score)
    return AuditItem(
        incident_id=candidate.incident_id,
        number=candidate.number,
        stratum=candidate.stratum,
        score=candidate.score,
        ordinal=ordinal,
        probability=probability,
        is_sampled=is_sampled,
        is_uncertain=distance <= params.uncertain_margin,
        needs_second=is_sampled and is_second,
        drawn_at=drawn_at,
    )
