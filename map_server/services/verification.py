"""Checks the whole record offline: the chain of the log, the signed heads, the rows that the log vouches for,
and every piece of evidence against its hash. The first thing that does not fit is named.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from map_server.domain.audit_log import AuditEntry, first_break
from map_server.domain.evidence_ledger import EVIDENCE, VOUCHED, EvidenceLedger, RecordTable, Row
from map_server.domain.signed_head import SignatureCheck, SignedHead
from map_server.services.ports import Begin, UnitOfWork

Progress = Callable[[int], None]


class HashedFiles(Protocol):
    """Files named by the hash of their bytes."""

    def is_intact(self, sha256: str) -> bool:
        """Tell whether a whole piece is there and still has its hash."""

    def names(self) -> Iterator[str]:
        """Give the names of all whole pieces, in order."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked; `fault` names the first thing that does not fit, None when all does.

    `head_hash` stands for the whole log: written down elsewhere, it proves later that nothing was rewritten.
    """

    entries: int
    evidence: int
    head_hash: str
    signed_heads: int = 0
    erased: int = 0
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """What is known of the log from outside: heads exported before, and the server's public key.

    Without a key the heads are held against the log, but their signatures prove nothing.
    """

    check: SignatureCheck
    public_key: str | None = None
    heads: Sequence[SignedHead] = ()


class _Fault(Exception):
    """Ends the check at the first thing that does not fit."""


def verify(read: Begin, files: HashedFiles, witness: Witness, progress: Progress) -> Verification:
    """Check everything. `progress` is told after each thing how many were checked."""
    with read() as work:
        check = _Check(work, files, witness, progress)
        try:
            check.run()
        except _Fault as fault:
            return check.result(str(fault))
    return check.result(None)


class _Check:
    """One run over the record."""

    def __init__(self, work: UnitOfWork, files: HashedFiles, witness: Witness, progress: Progress) -> None:
        self._work = work
        self._files = files
        self._witness = witness
        self._progress = progress
        self._ledger = EvidenceLedger()
        self._head = work.audit_log.head()
        self._heads = sorted({*work.signed_heads.all(), *witness.heads})
        self._wanted = {head.seq for head in self._heads}
        self._hashes: dict[int, str] = {}
        self._entries = self._checked = self._pieces = self._erased = 0

    def result(self, fault: str | None) -> Verification:
        """Tell how far it came."""
        counts = (self._entries, self._pieces, self._head.hash, len(self._heads), self._erased)
        return Verification(*counts, fault)

    def run(self) -> None:
        """Raise _Fault at the first thing that does not fit."""
        broken = first_break(self._read_log(), self._head)
        if broken is not None:
            raise _Fault(f"audit log: {broken.reason}")
        for head in self._heads:
            self._check_head(head)
        for table in VOUCHED:
            self._check_rows(table, self._work.record_rows.rows(table))
        self._check_files()

    def _read_log(self) -> Iterator[AuditEntry]:
        for entry in self._work.audit_log.entries():
            yield entry  # goes on only when the entry fits
            self._ledger.read(entry)
            if entry.seq in self._wanted:
                self._hashes[entry.seq] = entry.hash
            self._entries += 1
            self._step()

    def _check_head(self, head: SignedHead) -> None:
        known = self._witness.public_key
        if known is not None and head.public_key != known:
            raise _Fault(f"signed head of {head.day}: made with another key than the server's")
        if not self._witness.check(head.public_key, head.statement, head.signature):
            raise _Fault(f"signed head of {head.day}: its signature does not fit")
        if self._hashes.get(head.seq) != head.hash:
            raise _Fault(
                f"audit log: entry {head.seq} is not the one that was signed on {head.day}: "
                "the log was rewritten"
            )

    def _check_rows(self, table: RecordTable, rows: Iterator[Row]) -> None:
        keys = []

        def noted() -> Iterator[Row]:
            for row in rows:
                keys.append(tuple(str(row[column]) for column in table.key))
                yield row
                self._step()

        problem = self._ledger.first_difference(table, noted()) or self._ledger.first_missing(table, keys)
        if problem is not None:
            raise _Fault(problem)

    def _check_files(self) -> None:
        known = self._ledger.rows[EVIDENCE.name]
        for (sha256,) in sorted(known):
            is_there = self._files.is_intact(sha256)
            if self._ledger.is_erased(sha256):
                self._erased += 1
                if is_there:
                    raise _Fault(f"evidence {sha256} is recorded as erased, but its file is there")
            elif not is_there:
                raise _Fault(f"evidence {sha256} is missing or altered")
            self._pieces += 1
            self._step()
        for name in self._files.names():
            if (name,) not in known and not self._files.is_intact(name):
                raise _Fault(f"file {name} in the evidence folder is not on record")

    def _step(self) -> None:
        self._checked += 1
        self._progress(self._checked)
