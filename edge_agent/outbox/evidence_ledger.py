"""The evidence files that belong to messages: which are still to be sent, which may be dropped first.

The files lie in a folder (`edge_agent.evidence`); this ledger is in the outbox's database, so that a file
is known in the same transaction as the event that names it.
"""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from edge_agent.outbox.backoff import Backoff
from edge_agent.outbox.database import Database
from edge_agent.outbox.params import OutboxParams
from edge_agent.outbox.records import DueEvidence, MessageKey, OutgoingMessage, StoredEvidence
from edge_agent.types import Evidence

_DUE = """
SELECT sha256, media_type, attempts FROM evidence AS this
WHERE state = 'waiting' AND (not_before <= :now OR not_before > :latest)
  AND EXISTS (SELECT 1 FROM message_evidence AS link JOIN message USING (event_id, sequence)
              WHERE link.sha256 = this.sha256 AND message.state = 'sent')
ORDER BY captured_at LIMIT :limit
"""

_STORED = """
SELECT sha256, size_bytes, captured_at, state, CASE
    WHEN state IN ('sent', 'set_aside') THEN 0
    WHEN EXISTS (SELECT 1 FROM message_evidence AS link JOIN message USING (event_id, sequence)
                 WHERE link.sha256 = this.sha256 AND message.state = 'pending') THEN 2
    WHEN EXISTS (SELECT 1 FROM message_evidence AS link JOIN message USING (event_id, sequence)
                 WHERE link.sha256 = this.sha256 AND message.state = 'sent') THEN 1
    ELSE 0 END AS rank
FROM evidence AS this WHERE state != 'dropped' ORDER BY rank, captured_at
"""


class EvidenceLedger:
    """Part of `Outbox`."""

    def __init__(self, database: Database, params: OutboxParams, backoff: Backoff) -> None:
        self._database = database
        self._params = params
        self._backoff = backoff

    def put(self, connection: sqlite3.Connection, messages: Iterable[OutgoingMessage]) -> None:
        """Note the evidence of messages inside a transaction; a dropped file that is back waits again."""
        for message in messages:
            for piece in message.evidence:
                connection.execute(
                    "INSERT INTO evidence (sha256, media_type, size_bytes, captured_at) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (sha256) DO UPDATE SET state = 'waiting' WHERE state = 'dropped'",
                    (
                        piece.sha256,
                        piece.media_type,
                        _size_bytes(piece),
                        piece.captured_at.timestamp(),
                    ),
                )
                connection.execute(
                    "INSERT OR IGNORE INTO message_evidence VALUES (?, ?, ?)",
                    (message.event_id, message.sequence, piece.sha256),
                )

    def due(self, now: datetime, limit: int) -> list[DueEvidence]:
        """Give files to be sent now: those of events that have arrived, oldest first."""
        times = {"now": now.timestamp(), "latest": now.timestamp() + self._params.retry_max_s}
        with self._database.transaction() as connection:
            rows = connection.execute(_DUE, {**times, "limit": limit}).fetchall()
        return [DueEvidence(*row) for row in rows]

    def mark_sent(self, sha256: str) -> None:
        """Note that the server holds a file."""
        self._change(sha256, "state = 'sent', reason = ''")

    def mark_missing(self, key: MessageKey, hashes: Iterable[str]) -> None:
        """Send files again that an event names and that the server says it does not hold."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE evidence SET state = 'waiting' WHERE state = 'sent' AND sha256 IN ("
                "  SELECT sha256 FROM message_evidence WHERE event_id = ? AND sequence = ? AND sha256 = ?)",
                [(*key, sha256) for sha256 in hashes],
            )

    def defer(self, piece: DueEvidence, now: datetime, reason: str) -> None:
        """Let a file wait, longer after each failure."""
        not_before = now.timestamp() + self._backoff.wait_s(piece.attempts + 1)
        self._change(piece.sha256, "attempts = attempts + 1, not_before = ?, reason = ?", not_before, reason)

    def set_aside(self, sha256: str, reason: str) -> None:
        """Give up sending a file that the server refuses for good. It stays until room is needed."""
        self._change(sha256, "state = 'set_aside', reason = ?", reason)

    def stored(self) -> list[StoredEvidence]:
        """Give the files on the disk in the order in which they may be dropped.

        First those that nobody needs any more, then those of delivered events, last those of events that
        still wait; within each the oldest first.
        """
        rows = self._database.rows(_STORED)
        return [
            StoredEvidence(
                sha256=str(sha256),
                size_bytes=int(str(size)),
                captured_at=datetime.fromtimestamp(float(str(at)), UTC),
                is_sent=state == "sent",
                is_wanted=rank != 0,
            )
            for sha256, size, at, state, rank in rows
        ]

    def drop(self, sha256: str, without: Callable[[bytes, str], bytes]) -> None:
        """Note that a file was deleted; `without` takes it out of messages that were never sent."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE evidence SET state = 'dropped' WHERE sha256 = ?", (sha256,))
            unsent = connection.execute(
                "SELECT position, body FROM message JOIN message_evidence USING (event_id, sequence) "
                "WHERE sha256 = ? AND state = 'pending' AND attempts = 0",
                (sha256,),
            ).fetchall()
            for position, body in unsent:
                connection.execute(
                    "UPDATE message SET body = ? WHERE position = ?", (without(body, sha256), position)
                )

    def prune(self) -> None:
        """Forget files that are gone and links whose message is forgotten."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM message_evidence WHERE NOT EXISTS (SELECT 1 FROM message "
                "WHERE message.event_id = message_evidence.event_id "
                "AND message.sequence = message_evidence.sequence)"
            )
            connection.execute(
                "DELETE FROM evidence WHERE state = 'dropped' "
                "AND sha256 NOT IN (SELECT sha256 FROM message_evidence)"
            )

    def _change(self, sha256: str, assignment: str, *values: object) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE evidence SET {assignment} WHERE sha256 = ? AND state != 'dropped'",  # noqa: S608 - literals
                (*values, sha256),
            )


def _size_bytes(piece: Evidence) -> int:
    """A file that is gone already counts nothing here; whoever sends it finds that out and says so."""
    try:
        return piece.path.stat().st_size
    except OSError:
        return 0
