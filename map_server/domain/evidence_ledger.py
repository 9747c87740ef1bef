"""What the tables of evidence must hold, told by the audit log alone, and where they differ.

The log is chained, so it cannot be altered unseen; each row of evidence is bound to it by the facts that its
entry keeps, and each message of a device by its hash.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from map_server.domain.audit_log import AuditEntry

Row: TypeAlias = Mapping[str, str | int | float | None]
"""A row as plain values; times as RFC 3339 text with microseconds, `Z` at the end."""
Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One table that the log vouches for: its name, the columns of its key, and how people call a row."""

    name: str
    key: tuple[str, ...]
    called: str


EVIDENCE = RecordTable("evidence", ("sha256",), "evidence")
HOLDS = RecordTable("legal_holds", ("hold_id",), "legal hold")
HEADS = RecordTable("signed_heads", ("day",), "signed head of")
MESSAGES = RecordTable("event_messages", ("event_id", "digest"), "message")
NAMED = RecordTable("event_evidence", ("event_id", "sha256", "role"), "evidence named by event")
VOUCHED = (EVIDENCE, HOLDS, HEADS, MESSAGES, NAMED)
"""In the order of checking: which evidence is named is told by the messages before it."""


@dataclass(slots=True)
class EvidenceLedger:
    """Grows with each entry of the log; afterwards tells which rows do not fit."""

    rows: dict[str, dict[Key, dict[str, str | int | float | None]]] = field(
        default_factory=lambda: {table.name: {} for table in VOUCHED}
    )
    events_without_digest: set[str] = field(default_factory=set)
    """Their entries are from before messages were bound to the log."""

    def read(self, entry: AuditEntry) -> None:
        """Take one entry in, in the order of the log."""
        if entry.after is None:
            return
        if entry.subject_kind == "incident":
            if entry.actor.startswith("device:"):
                self._message(json.loads(entry.after))
        elif entry.subject_kind in _READERS:
            _READERS[entry.subject_kind](self, entry, json.loads(entry.after))

    def is_erased(self, sha256: str) -> bool:
        """Tell whether the log records that the bytes were erased."""
        return self.rows[EVIDENCE.name].get((sha256,), {}).get("erased_at") is not None

    def _message(self, facts: Mapping[str, str]) -> None:
        event_id, digest = facts.get("event_id"), facts.get("digest")
        if event_id is None:
            return
        if digest is None:
            self.events_without_digest.add(event_id)
        else:
            self.rows[MESSAGES.name][event_id, digest] = {"received_at": facts["received_at"]}

    def _evidence(self, entry: AuditEntry, facts: Mapping[str, str]) -> None:
        known = self.rows[EVIDENCE.name]
        key = (entry.subject_id,)
        if entry.action == "evidence_received" and key not in known:
            source, _, name = entry.actor.partition(":")
            by_device = source == "device"
            known[key] = {
                "device_id": name if by_device else None,
                "uploaded_by": None if by_device else entry.actor,
                "erased_at": None,
                "erased_by": None,
                "erased_reason": None,
                **{name: facts[name] for name in _TOLD_OF_EVIDENCE if name in facts},
            }
        elif entry.action == "evidence_erased":
            known.setdefault(key, {}).update(
                erased_at=facts["erased_at"], erased_by=entry.actor, erased_reason=entry.reason
            )

    def _hold(self, entry: AuditEntry, facts: Mapping[str, str]) -> None:
        self.rows[HOLDS.name][entry.subject_id,] = dict(facts)

    def _head(self, entry: AuditEntry, facts: Mapping[str, str]) -> None:
        self.rows[HEADS.name][entry.subject_id,] = dict(facts)

    def _own_fault(self, row: Row) -> str | None:
        """Tell what is wrong inside a message; take in what evidence it names when nothing is."""
        content = str(row["content"])
        if hashlib.sha256(content.encode()).hexdigest() != row["digest"]:
            return "its content does not give its digest"
        told = json.loads(content)
        if (told.get("sequence", 0), told["phase"]) != (row["sequence"], row["phase"]):
            return "sequence or phase is not what its content says"
        named = self.rows[NAMED.name]
        for piece in told.get("evidence", ()):
            named[str(row["event_id"]), piece["sha256"], piece["role"]] = {
                "media_type": piece["media_type"],
                "redaction": piece["redaction"],
                "captured_at": _with_microseconds(piece["captured_at"]),
            }
        return None

    def first_difference(self, table: RecordTable, found: Iterable[Row]) -> str | None:
        """Name the first row of a table that was added or altered; `found` in order of the key."""
        expected = self.rows[table.name]
        for row in found:
            key = tuple(str(row[column]) for column in table.key)
            wanted = expected.get(key)
            if wanted is None:
                if self._is_excused(table, key):
                    continue
                return f"{table.called} {' '.join(key)} is not in the log: its row was added or renamed"
            for column, value in wanted.items():
                if row[column] != value:
                    return f"{table.called} {' '.join(key)} was altered: {column} is not what the log says"
            if table is MESSAGES and (problem := self._own_fault(row)):
                return f"{table.called} {' '.join(key)} was altered: {problem}"
        return None

    def first_missing(self, table: RecordTable, keys: Iterable[Key]) -> str | None:
        """Name the first row that the log vouches for and the table does not hold."""
        missing = self.rows[table.name].keys() - set(keys)
        return f"{table.called} {' '.join(min(missing))} is missing from its table" if missing else None

    def _is_excused(self, table: RecordTable, key: Key) -> bool:
        return table in (MESSAGES, NAMED) and key[0] in self.events_without_digest


_TOLD_OF_EVIDENCE = ("media_type", "size_bytes", "received_at")
_READERS = {
    "evidence": EvidenceLedger._evidence,
    "legal_hold": EvidenceLedger._hold,
    "signed_head": EvidenceLedger._head,
}


def _with_microseconds(moment: str) -> str:
    """Write an RFC 3339 UTC time in the one form that rows are compared in."""
    date, _, fraction = moment.removesuffix("Z").partition(".")
    return f"{date}.{fraction.ljust(6, '0')}Z"
