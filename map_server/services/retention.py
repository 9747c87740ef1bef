"""How long evidence is kept: erased after its period or on request, never under a legal hold.

Erasing removes the bytes and keeps the record, with who, when and why. The record is written first: a server
that stops in between finds the left-over bytes at its next sweep. The log keeps hashes only, so its chain
stays valid.
"""

from dataclasses import asdict
from typing import Protocol

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from map_server.domain.evidence import HoldSubject, LegalHold, RetentionParams
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork

PAST_ITS_TIME = "kept for its period"
MAX_PER_SWEEP = 500
_MAX_REASON = 500


class ErasableFiles(Protocol):
    """Files named by the hash of their bytes."""

    def remove(self, sha256: str) -> bool:
        """Remove a file; False when there is none."""


class Retention:
    """`read` opens a unit of work that only reads."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        files: ErasableFiles,
        clock: Clock,
        new_id: IdFactory,
        params: RetentionParams,
    ) -> None:
        self._begin = begin
        self._read = read
        self._files = files
        self._clock = clock
        self._new_id = new_id
        self.params = params

    def sweep(self) -> int:
        """Erase what is past its time, at most MAX_PER_SWEEP pieces; give how many."""
        with self._read() as work:
            leftovers = work.record_rows.erased()
            due = work.record_rows.due_for_erasure(self._clock.now(), self.params, MAX_PER_SWEEP)
        for sha256 in leftovers:
            self._files.remove(sha256)
        return sum(self._erase_alone(sha256) for sha256 in due)

    def erase(self, sha256: str, actor: str, reason: str) -> None:
        """Erase a piece on request. Raises NotFound, InvalidInput without a reason, Conflict under a hold."""
        _need_reason(reason)
        with self._begin() as work:
            self._record_erasure(work, sha256, actor, reason.strip())
            work.commit()
        self._files.remove(sha256)

    def _erase_alone(self, sha256: str) -> bool:
        try:
            self.erase(sha256, "system", PAST_ITS_TIME)
        except (Conflict, NotFound):  # a person was quicker with a hold or an erasure
            return False
        return True

    def _record_erasure(self, work: UnitOfWork, sha256: str, actor: str, reason: str) -> None:
        stored = work.evidence.get(sha256)
        if stored is None:
            raise NotFound(f"the server does not hold evidence {sha256}")
        if holds := work.holds.holding(sha256):
            raise Conflict(f"a legal hold protects this evidence: {holds[0].reason}")
        now = self._clock.now()
        work.evidence.add(stored.erased(now, actor, reason))
        facts: JsonObject = {"erased_at": instant(now), "size_bytes": stored.size_bytes}
        work.note("evidence_erased", "evidence", sha256, actor, reason, after=facts)

    def hold(self, kind: HoldSubject, subject_id: str, actor: str, reason: str) -> LegalHold:
        """Place a legal hold on an incident's evidence or on one piece.

        Raises NotFound for nothing to hold, InvalidInput without a reason, Conflict when it is held already.
        """
        _need_reason(reason)
        with self._begin() as work:
            if kind is HoldSubject.INCIDENT:
                work.incidents.get(subject_id)
            elif work.evidence.get(subject_id) is None:
                raise NotFound(f"the server does not hold evidence {subject_id}")
            if work.holds.on(kind, subject_id):
                raise Conflict("A legal hold protects it already.")
            hold = LegalHold(
                hold_id=self._new_id(),
                subject_kind=kind,
                subject_id=subject_id,
                reason=reason.strip(),
                placed_by=actor,
                placed_at=self._clock.now(),
            )
            self._put(work, "legal_hold_placed", hold, actor, reason.strip())
        return hold

    def lift(self, hold_id: str, actor: str, reason: str) -> LegalHold:
        """Lift a hold. Raises NotFound, InvalidInput without a reason, Conflict when it was lifted before."""
        _need_reason(reason)
        with self._begin() as work:
            hold = work.holds.get(hold_id)
            if hold is None:
                raise NotFound("There is no such hold.")
            lifted = hold.lifted(self._clock.now(), actor, reason.strip())
            self._put(work, "legal_hold_lifted", lifted, actor, reason.strip())
        return lifted

    def holds(self) -> list[LegalHold]:
        """Give the holds that stand, newest first."""
        with self._read() as work:
            return work.holds.active()

    def _put(self, work: UnitOfWork, action: str, hold: LegalHold, actor: str, reason: str) -> None:
        work.holds.put(hold)
        facts = {
            **asdict(hold),
            "placed_at": instant(hold.placed_at),
            "lifted_at": None if hold.lifted_at is None else instant(hold.lifted_at),
        }
        work.note(action, "legal_hold", hold.hold_id, actor, reason, after=facts)
        work.commit()


def _need_reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= _MAX_REASON:
        message = f"say why, in 1 to {_MAX_REASON} characters"
        raise InvalidInput(f"reason: {message}", (FieldError("reason", message),))
