"""Answers of requests that came with an Idempotency-Key: found again, kept, forgotten in time."""

from map_server.services.idempotency import KEPT_FOR, Answer, Claim, answer_to
from map_server.services.ports import Begin, Clock


class KeptAnswers:
    """`read` opens a unit of work that only reads."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock

    def find(self, claim: Claim) -> Answer | None:
        """Give the answer to a request that was carried out; None for a new one.

        Raises KeyReused when the key came with another request, AnswerLost when the answer is not known.
        """
        with self._read() as work:
            done = work.requests.find(claim.caller, claim.key)
        return None if done is None else answer_to(claim, done)

    def keep(self, claim: Claim, answer: Answer) -> None:
        """Keep an answer for as long as somebody may ask again."""
        with self._begin() as work:
            claim.is_written = True
            work.requests.keep_answer(claim, answer, self._clock.now())
            work.commit()

    def forget_old(self) -> int:
        """Forget what is older than KEPT_FOR; give how many."""
        with self._begin() as work:
            count = work.requests.forget_before(self._clock.now() - KEPT_FOR)
            work.commit()
        return count
