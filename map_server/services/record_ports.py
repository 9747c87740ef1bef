"""What keeping the record needs from outside: holds, signed heads, erasure, and the rows to be checked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from map_server.domain.evidence import HoldSubject, LegalHold, RetentionParams
from map_server.domain.evidence_ledger import RecordTable, Row
from map_server.domain.signed_head import SignedHead


class SignedHeadRepository(Protocol):
    """Signed heads, inside one unit of work."""

    def newest(self) -> SignedHead | None:
        """Give the one signed last."""

    def all(self) -> list[SignedHead]:
        """Give all, oldest first."""

    def add(self, head: SignedHead) -> None:
        """Store one."""


class LegalHoldRepository(Protocol):
    """Legal holds, inside one unit of work."""

    def put(self, hold: LegalHold) -> None:
        """Store a hold, new or changed."""

    def get(self, hold_id: str) -> LegalHold | None:
        """Give a hold."""

    def on(self, kind: HoldSubject, subject_id: str) -> list[LegalHold]:
        """Give the holds on a subject that were not lifted."""

    def active(self) -> list[LegalHold]:
        """Give all that were not lifted, newest first."""

    def holding(self, sha256: str) -> list[LegalHold]:
        """Give the holds that protect a piece, by itself or through an incident that it belongs to."""


class RecordRows(Protocol):
    """The tables that the log vouches for, as they lie; and which evidence is past its time."""

    def rows(self, table: RecordTable) -> Iterator[Row]:
        """Read a table in order of its key, in pieces."""

    def due_for_erasure(self, now: datetime, params: RetentionParams, limit: int) -> list[str]:
        """Give pieces past their time: nothing open, no living order and no hold needs them."""

    def erased(self) -> list[str]:
        """Give the pieces whose bytes were erased."""
