"""Checks the whole record: every link of the audit chain, and every piece of evidence against its hash."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from map_server.domain.audit_log import AuditEntry, first_break
from map_server.services.ports import Begin


class HashedFiles(Protocol):
    """Files named by the hash of their bytes."""

    def is_intact(self, sha256: str) -> bool:
        """Tell whether a whole piece is there and still has its hash."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked; `fault` names the first thing that does not fit, None when all does.

    `head_hash` stands for the whole log: written down elsewhere, it proves later that nothing was rewritten.
    """

    entries: int
    evidence: int
    head_hash: str
    fault: str | None = None


def verify(read: Begin, files: HashedFiles, progress: Callable[[int], None]) -> Verification:
    """Walk the log, then the evidence. `progress` is told after each thing how many were checked."""
    checked = 0

    def counted(entries: Iterator[AuditEntry]) -> Iterator[AuditEntry]:
        nonlocal checked
        for entry in entries:
            yield entry
            checked += 1
            progress(checked)

    with read() as work:
        head = work.audit_log.head()
        broken = first_break(counted(work.audit_log.entries()), head)
        evidence = work.evidence.all()
    entries = checked
    if broken is not None:
        return Verification(entries, 0, head.hash, f"audit log: {broken.reason}")
    for piece in evidence:
        if not files.is_intact(piece.sha256):
            fault = f"evidence {piece.sha256} is missing or altered"
            return Verification(entries, checked - entries, head.hash, fault)
        checked += 1
        progress(checked)
    return Verification(entries, len(evidence), head.hash)
