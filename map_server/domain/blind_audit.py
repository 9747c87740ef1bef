"""A second look that does not know the first: answers are sealed until enough auditors have given theirs.

While an answer is sealed nothing of it shows anywhere: the incident stays as it was, and the audit log holds
only a commitment, which proves after opening that the answer was not changed.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from map_server.domain.audit_log import JsonObject, canonical_json
from map_server.domain.errors import Conflict
from map_server.domain.verdict import Decision, Opinion

ANSWERS_TO_SETTLE = 2
"""Two that agree settle an item; where they differ, a third is asked, as blind as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnswer:
    """One auditor's answer on an item that a second one judges. `salt` hides it behind its commitment."""

    answer_id: str
    incident_id: str
    account_id: str
    opinion: Opinion
    answered_at: datetime
    salt: str
    withdrawn_at: datetime | None = None

    @property
    def commitment(self) -> str:
        """Give the hash that the log keeps while the answer is sealed."""
        told = canonical_json({"answer": facts_of(self.opinion), "by": self.account_id, "salt": self.salt})
        return hashlib.sha256(told.encode()).hexdigest()

    def withdrawn(self, at: datetime) -> Self:
        """Take the answer back while it is sealed."""
        if self.withdrawn_at is not None:
            raise Conflict("This decision was taken back already.")
        return replace(self, withdrawn_at=at)


def facts_of(opinion: Opinion) -> JsonObject:
    """Write an opinion as plain facts."""
    return {
        "decision": opinion.decision,
        "reason": opinion.reason,
        "kind": opinion.kind,
        "label": opinion.label,
        "note": opinion.note,
    }


def category_of(opinion: Opinion) -> str:
    """Name what two auditors must share to agree: the decision, and what a relabelled thing is."""
    if opinion.decision is not Decision.RELABEL:
        return str(opinion.decision)
    return f"{opinion.decision}:{opinion.kind or ''}:{opinion.label or ''}"


def settling(answers: Sequence[SealedAnswer]) -> SealedAnswer | None:
    """Give the answer that decides, or None while another auditor must look.

    `answers` in the order given, none withdrawn. The first category that two share decides; three that all
    differ are settled by the last one who was sure, else by the last.
    """
    if len(answers) < ANSWERS_TO_SETTLE:
        return None
    counts = Counter(category_of(answer.opinion) for answer in answers)
    for answer in reversed(answers):
        if counts[category_of(answer.opinion)] >= ANSWERS_TO_SETTLE:
            return answer
    if len(answers) == ANSWERS_TO_SETTLE:
        return None
    sure = [answer for answer in answers if answer.opinion.decision is not Decision.UNSURE]
    return (sure or list(answers))[-1]
