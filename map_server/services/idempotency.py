"""One request, one effect: a request under an Idempotency-Key is recorded in the transaction of its effect.

The claim travels with the request in a context variable; the first unit of work that commits writes it, so a
crash can fall before both or after both. Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from map_server.domain.errors import Conflict, InvalidInput

KEPT_FOR = timedelta(days=3)
"""A phone that was offline over a weekend may still ask what became of its request."""


class AnswerLost(Conflict):
    """The request was carried out, but its answer is not known: it still runs, or the server stopped."""


class KeyReused(InvalidInput):
    """The same key came with another request."""


@dataclass(slots=True)
class Claim:
    """A request on its way. `is_written` once its effect is committed."""

    caller: str
    key: str
    digest: str
    path: str
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to be given again, byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class DoneRequest:
    """A request that had its effect; no answer where that was not kept."""

    digest: str
    answer: Answer | None


class RequestRepository(Protocol):
    """Requests that were carried out, inside one unit of work."""

    def find(self, caller: str, key: str) -> DoneRequest | None:
        """Give a request that was carried out."""

    def claim(self, claim: Claim, at: datetime) -> None:
        """Record a request with its effect. Raises AnswerLost when it was carried out meanwhile."""

    def keep_answer(self, claim: Claim, answer: Answer, at: datetime) -> None:
        """Keep the answer, too; where nothing was committed, the request with it."""

    def forget_before(self, moment: datetime) -> int:
        """Forget requests that were carried out before; give how many."""


_current: ContextVar[Claim | None] = ContextVar("claim", default=None)


def current_claim() -> Claim | None:
    """Give the claim that the next commit has to write, if any."""
    claim = _current.get()
    return None if claim is None or claim.is_written else claim


@contextmanager
def claimed(claim: Claim) -> Iterator[None]:
    """Let the units of work inside the block write the claim."""
    token = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(token)


def answer_to(claim: Claim, done: DoneRequest) -> Answer:
    """Give the kept answer. Raises KeyReused for another request, AnswerLost where there is none."""
    if done.digest != claim.digest:
        raise KeyReused("Idempotency-Key: this key was used for another request; take a new one")
    if done.answer is None:
        raise AnswerLost("this request was carried out before, its answer is lost; read what is there now")
    return done.answer
