"""The record of every change: each entry holds the hash of the one before, so that none is altered unseen.

The log is also the feed of the live map: `seq` is its cursor.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as _text
from typing import TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
JsonObject: TypeAlias = Mapping[str, JsonValue]

GENESIS_HASH = "0" * 64
"""The `previous_hash` of the first entry."""


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: JsonValue) -> str:
    """Write JSON in the one form that is hashed: keys sorted, no spaces, no NaN, UTF-8 as it is."""
    return _CANONICAL.encode(value)


@dataclass(frozen=True, slots=True)
class AuditNote:
    """A change as its use case tells it. `actor` is `person:ID`, `device:ID`, `system`; `action` in past."""

    action: str
    subject_kind: str
    subject_id: str
    actor: str
    reason: str = ""
    before: JsonObject | None = None
    after: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain, as stored. `at` is RFC 3339 UTC text, `before` and `after` are canonical JSON:
    text, because the hash covers the very bytes.
    """

    seq: int
    at: str
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    reason: str
    before: str | None
    after: str | None
    previous_hash: str
    hash: str

    def computed_hash(self) -> str:
        """Give the hash that the content asks for."""
        told = (self.actor, self.action, self.subject_kind, self.subject_id, self.reason)
        return _hash(self.previous_hash, self.seq, self.at, told, self.before, self.after)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest link; kept apart from the log, so that a log cut off at its end is noticed."""

    seq: int = 0
    hash: str = GENESIS_HASH


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first entry that does not fit, and why."""

    seq: int
    reason: str


def _fits(entry: AuditEntry) -> bool:
    try:
        return entry.computed_hash() == entry.hash
    except (TypeError, ValueError):  # no text any more: someone wrote bytes into it
        return False


def instant(moment: datetime) -> str:
    """Write a time in the one form of the log: RFC 3339, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def chained(head: AuditHead, at: datetime, notes: Iterable[AuditNote]) -> list[AuditEntry]:
    """Turn notes into the entries that follow `head`."""
    written_at = instant(at)
    entries = []
    for note in notes:
        entry = _linked(head, written_at, note)
        head = AuditHead(entry.seq, entry.hash)
        entries.append(entry)
    return entries


def _linked(head: AuditHead, at: str, note: AuditNote) -> AuditEntry:
    before = None if note.before is None else canonical_json(note.before)
    after = None if note.after is None else canonical_json(note.after)
    told = (note.actor, note.action, note.subject_kind, note.subject_id, note.reason)
    digest = _hash(head.hash, head.seq + 1, at, told, before, after)
    return AuditEntry(head.seq + 1, at, *told, before, after, previous_hash=head.hash, hash=digest)


def _hash(
    previous_hash: str,
    seq: int,
    at: str,
    told: tuple[str, str, str, str, str],
    before: str | None,
    after: str | None,
) -> str:
    """Give sha256(previous_hash || canonical JSON of all other fields), hex.

    Written out field by field in the order of the keys: the check of a long log lives on this. What is no
    text any more raises TypeError, a `seq` that is no whole number ValueError.
    """
    actor, action, kind, subject_id, reason = map(_text, told)
    content = (
        f'{{"action":{action},"actor":{actor},"after":{_text_or_null(after)},"at":{_text(at)},'
        f'"before":{_text_or_null(before)},"reason":{reason},"seq":{seq:d},'
        f'"subject_id":{subject_id},"subject_kind":{kind}}}'
    )
    return hashlib.sha256(f"{previous_hash}{content}".encode()).hexdigest()


def _text_or_null(value: str | None) -> str:
    return "null" if value is None else _text(value)


def first_break(entries: Iterable[AuditEntry], head: AuditHead) -> ChainBreak | None:
    """Walk the log in order of `seq` and give the first entry that was changed, removed, added or moved."""
    reached = AuditHead()
    for entry in entries:
        if entry.seq != reached.seq + 1:
            return ChainBreak(
                reached.seq + 1, f"entry {reached.seq + 1} is missing; the log goes on with {entry.seq}"
            )
        if entry.previous_hash != reached.hash:
            return ChainBreak(
                entry.seq, f"entry {entry.seq} does not follow entry {reached.seq}: previous_hash differs"
            )
        if not _fits(entry):
            return ChainBreak(entry.seq, f"entry {entry.seq} was altered: its content does not give its hash")
        reached = AuditHead(entry.seq, entry.hash)
    if reached.seq < head.seq:
        return ChainBreak(
            reached.seq + 1, f"entry {reached.seq + 1} is missing; the log should reach {head.seq}"
        )
    if reached != head:
        return ChainBreak(
            max(reached.seq, 1), f"the log ends at entry {reached.seq}, its recorded head at {head.seq}"
        )
    return None
