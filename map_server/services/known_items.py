"""Known items ("gold"): incidents whose true answer is known, mixed into the desk under another name.

Which turns of an auditor are known items follows from the secret seed and the number of answers given, so
that it cannot be told from outside, and the queue stays the same however often it is asked for.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from map_server.domain.audit_sample import chance
from map_server.domain.blind_audit import category_of, facts_of
from map_server.domain.errors import Conflict, InvalidInput, NotFound
from map_server.domain.incident import IncidentState
from map_server.domain.verdict import Decision, Opinion
from map_server.services.audit_ports import GoldAnswer, GoldItem
from map_server.services.audit_sampling import AuditSampling
from map_server.services.ports import Begin, Clock


@dataclass(frozen=True, slots=True)
class Turn:
    """A known item at its place in an auditor's queue; `alias` is its name there."""

    place: int
    alias: str
    incident_id: str


class KnownItems:
    """`read` opens a unit of work that only reads."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, sampling: AuditSampling) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._sampling = sampling

    def know(self, incident_id: str, opinion: Opinion, actor: str, reason: str) -> GoldItem:
        """Say what the truth about an incident is, from now on a known item.

        Raises NotFound, InvalidInput for a truth that is no answer, Conflict for one that still waits or
        whose pictures lie with another incident.
        """
        if opinion.decision is Decision.UNSURE:
            raise InvalidInput("decision: a known answer is confirm, reject or relabel")
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            if incident.state is IncidentState.MERGED or incident.judgement is None:
                raise Conflict("Only what is decided can become a known item.")
            item = GoldItem(
                incident_id=incident_id,
                opinion=opinion,
                known_by=actor,
                known_since=self._clock.now(),
                reason=reason,
            )
            work.gold.put(item)
            # The answer stays out of the log's readable part: auditors may read the log's history.
            work.note("audit_gold_known", "audit_gold", incident_id, actor, reason)
            work.commit()
        return item

    def retire(self, incident_id: str, actor: str, reason: str) -> None:
        """Take a known item out of use; what was answered on it stays. Raises NotFound."""
        with self._begin() as work:
            item = work.gold.get(incident_id)
            if item is None:
                raise NotFound("There is no known item of this incident.")
            work.gold.put(replace(item, retired_at=self._clock.now()))
            work.note("audit_gold_retired", "audit_gold", incident_id, actor, reason)
            work.commit()

    def turns(self, account_id: str, length: int) -> list[Turn]:
        """Give the known items among the next `length` turns of a person."""
        version = self._sampling.policy()
        share = version.policy.sampling.gold_share
        if share == 0:
            return []
        with self._read() as work:
            waiting = self._in_order(work.gold.unanswered_by(account_id), account_id, version.seed)
            given = work.gold.answers_given(account_id)
        places = [
            place
            for place in range(length)
            if chance(version.seed, "gold", f"{account_id}|{given + place}") < share
        ]
        return [
            Turn(place, alias_of(version.seed, account_id, item.incident_id), item.incident_id)
            for place, item in zip(places, waiting, strict=False)
        ]

    def behind(self, alias: str, account_id: str) -> str | None:
        """Give the incident that is shown to this person under a name; None for any other name."""
        seed = self._sampling.policy().seed
        with self._read() as work:
            answered = work.gold.answer(alias)
            if answered is not None:
                return answered.incident_id if answered.account_id == account_id else None
            for item in work.gold.unanswered_by(account_id):
                if alias_of(seed, account_id, item.incident_id) == alias:
                    return item.incident_id
        return None

    def answer(self, alias: str, opinion: Opinion, account_id: str) -> GoldAnswer:
        """Keep what a person says of a known item. Raises Conflict when it was answered before."""
        incident_id = self.behind(alias, account_id)
        with self._begin() as work:
            item = None if incident_id is None else work.gold.get(incident_id)
            if item is None or work.gold.answer(alias) is not None:
                raise Conflict("This one is decided already; take that decision back first.")
            answer = GoldAnswer(
                alias=alias,
                incident_id=item.incident_id,
                account_id=account_id,
                opinion=opinion,
                is_right=category_of(opinion) == category_of(item.opinion),
                answered_at=self._clock.now(),
            )
            work.gold.add_answer(answer)
            facts = {**facts_of(opinion), "is_right": answer.is_right}
            work.note(
                "audit_gold_answered", "audit_gold", item.incident_id, f"person:{account_id}", after=facts
            )
            work.commit()
        return answer

    def _in_order(self, items: Sequence[GoldItem], account_id: str, seed: str) -> list[GoldItem]:
        return sorted(items, key=lambda item: alias_of(seed, account_id, item.incident_id))


def alias_of(seed: str, account_id: str, incident_id: str) -> str:
    """Name a known item for one person so that nobody can tell which incident it is."""
    digest = hashlib.sha256(f"{seed}|alias|{account_id}|{incident_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
