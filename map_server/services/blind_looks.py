"""The blind second look: answers wait sealed until another auditor has given his, then both are opened."""

from collections.abc import Callable
from dataclasses import dataclass

from map_server.domain.blind_audit import SealedAnswer, facts_of, settling
from map_server.domain.errors import Conflict, Forbidden
from map_server.domain.incident import Incident
from map_server.domain.verdict import Decision, Opinion
from map_server.services.audit_sampling import AuditSampling
from map_server.services.ports import Clock, IdFactory, UnitOfWork


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer that counts, and whose it is."""

    opinion: Opinion
    account_id: str


class BlindLooks:
    """Works inside the desk's unit of work. `new_salt` gives 256 random bits as text."""

    def __init__(
        self, clock: Clock, new_id: IdFactory, new_salt: Callable[[], str], sampling: AuditSampling
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._new_salt = new_salt
        self._sampling = sampling

    def is_due(self, work: UnitOfWork, incident_id: str, account_id: str) -> bool:
        """Tell whether this person's answer on the incident must be sealed.

        Not where nobody else could look: the answer counts at once then.
        """
        self._sampling.draw_in(work)
        item = work.audit_items.get(incident_id)
        if item is None or not item.needs_second or item.is_opened:
            return False
        given = work.sealed_answers.on(incident_id)
        return bool(given) or work.sealed_answers.others_who_may_audit([account_id]) > 0

    def take(
        self, work: UnitOfWork, incident_id: str, opinion: Opinion, account_id: str
    ) -> tuple[SealedAnswer, Settled | None]:
        """Keep an answer; give what settles the item, when it does.

        Raises Conflict when this person has answered already.
        """
        given = work.sealed_answers.on(incident_id)
        if any(answer.account_id == account_id for answer in given):
            raise Conflict("You have answered already; a colleague's look is waited for.")
        answer = SealedAnswer(
            answer_id=self._new_id(),
            incident_id=incident_id,
            account_id=account_id,
            opinion=opinion,
            answered_at=self._clock.now(),
            salt=self._new_salt(),
        )
        work.sealed_answers.add(answer)
        self._note(work, "audit_answer_sealed", answer)
        all_given = [*given, answer]
        decisive = settling(all_given) or self._last_resort(work, all_given)
        if decisive is None:
            return answer, None
        return answer, self._open(work, all_given, decisive, "settled")

    def withdraw(self, work: UnitOfWork, answer: SealedAnswer, account_id: str) -> SealedAnswer:
        """Take one's own answer back while it is sealed."""
        if answer.account_id != account_id:
            raise Forbidden("Only a supervisor may take back somebody else's decision.")
        item = work.audit_items.get(answer.incident_id)
        if item is not None and item.is_opened:
            raise Conflict(
                "A colleague has looked meanwhile and it is settled; take the decision itself back."
            )
        withdrawn = answer.withdrawn(self._clock.now())
        work.sealed_answers.mark_withdrawn(withdrawn)
        self._note(work, "audit_answer_withdrawn", withdrawn)
        return withdrawn

    def release(self, work: UnitOfWork, incident: Incident) -> Settled | None:
        """Open an item that has waited long enough: the last answer that was sure counts.

        None while its time is not up.
        """
        answers = work.sealed_answers.on(incident.incident_id)
        policy = work.audit_items.policy()
        if not answers or policy is None:
            return None
        seal = policy.policy.sampling.seal_of(incident.severity)
        if self._clock.now() - answers[0].answered_at < seal:
            return None
        sure = [answer for answer in answers if answer.opinion.decision is not Decision.UNSURE]
        return self._open(work, answers, (sure or answers)[-1], "nobody else looked in time")

    def _last_resort(self, work: UnitOfWork, given: list[SealedAnswer]) -> SealedAnswer | None:
        """Where two differ and there is nobody left to ask, the last one counts."""
        asked = [answer.account_id for answer in given]
        nobody_left = len(given) > 1 and work.sealed_answers.others_who_may_audit(asked) == 0
        return given[-1] if nobody_left else None

    def _open(
        self, work: UnitOfWork, answers: list[SealedAnswer], decisive: SealedAnswer, why: str
    ) -> Settled:
        work.audit_items.mark_opened(decisive.incident_id)
        told = [
            {"answer_id": each.answer_id, "by": each.account_id, "salt": each.salt, **facts_of(each.opinion)}
            for each in answers
        ]
        work.note(
            "audit_answers_opened",
            "audit_item",
            decisive.incident_id,
            "system",
            reason=why,
            after={"answers": told, "counts": decisive.answer_id},
        )
        return Settled(decisive.opinion, decisive.account_id)

    def _note(self, work: UnitOfWork, action: str, answer: SealedAnswer) -> None:
        work.note(
            action,
            "audit_item",
            answer.incident_id,
            f"person:{answer.account_id}",
            after={"answer_id": answer.answer_id, "commitment": answer.commitment},
        )
