"""The messages of the outbox: put once, claimed in order per event, acknowledged, deferred or set aside.

put --> pending --claim, send--> ack --> sent (body gone, name remembered)
           ^                      |
           +-------- defer -------+--> set_aside (refused for good) --put_back--> pending
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import structlog

from edge_agent.outbox.backoff import Backoff
from edge_agent.outbox.database import Database
from edge_agent.outbox.params import OutboxParams
from edge_agent.outbox.records import (
    ClaimedMessage,
    MessageKey,
    OutboxCounts,
    OutgoingMessage,
    SetAsideMessage,
)

log = structlog.get_logger(__name__)

_CLAIMABLE = """
SELECT event_id, sequence, body, attempts FROM message AS this
WHERE state = 'pending' AND (not_before <= :now OR not_before > :latest)
  AND NOT EXISTS (SELECT 1 FROM message AS earlier
                  WHERE earlier.event_id = this.event_id AND earlier.sequence < this.sequence
                    AND earlier.state = 'pending')
ORDER BY position LIMIT :limit
"""
"""`latest` heals waits set while the clock was wrong: none may lie further ahead than the longest wait."""

_IN_ORDER_OF_SACRIFICE = """
SELECT position, event_id, sequence, LENGTH(body) FROM message AS this WHERE state IN ('pending', 'set_aside')
ORDER BY CASE
    WHEN state = 'set_aside' THEN 0
    WHEN EXISTS (SELECT 1 FROM message AS m WHERE m.event_id = this.event_id
                 AND m.state = 'pending' AND m.sequence < this.sequence)
     AND EXISTS (SELECT 1 FROM message AS m WHERE m.event_id = this.event_id
                 AND m.state = 'pending' AND m.sequence > this.sequence) THEN 1
    ELSE 2 END, position
"""
"""First what the server refused, then updates between first and last word on an event, then the oldest."""


class MessageQueue:
    """Part of `Outbox`; one delivery loop works on it, any number of threads put."""

    def __init__(self, database: Database, params: OutboxParams, backoff: Backoff) -> None:
        self._database = database
        self._params = params
        self._backoff = backoff
        self._dropped = 0

    def put(self, connection: sqlite3.Connection, messages: Sequence[OutgoingMessage], now: datetime) -> None:
        """Add messages inside a transaction; one that was put before is passed over."""
        self._make_room(connection, messages, now)
        for message in messages:
            connection.execute(
                "INSERT OR IGNORE INTO message (event_id, sequence, body, changed_at) VALUES (?, ?, ?, ?)",
                (message.event_id, message.sequence, message.body, now.timestamp()),
            )

    def claim(self, now: datetime, limit: int, max_bytes: int) -> list[ClaimedMessage]:
        """Give messages that are due, oldest first, and count the try.

        Of each event only the first message that waits is given, so that its messages arrive in order
        whatever becomes of one of them. There is no lease: the same messages are given again until they are
        acknowledged, deferred or set aside.
        """
        times = {"now": now.timestamp(), "latest": now.timestamp() + self._params.retry_max_s}
        with self._database.transaction() as connection:
            rows = connection.execute(_CLAIMABLE, {**times, "limit": limit}).fetchall()
            claimed = _within_bytes(
                (ClaimedMessage(row[0], row[1], row[2], row[3] + 1) for row in rows), max_bytes
            )
            connection.executemany(
                "UPDATE message SET attempts = attempts + 1 WHERE event_id = ? AND sequence = ?",
                [message.key for message in claimed],
            )
        return claimed

    def ack(self, keys: Iterable[MessageKey], now: datetime) -> None:
        """Mark messages as arrived. Their bodies go, their names stay for `keep_sent_s`."""
        self._change(keys, "state = 'sent', body = x'', reason = '', changed_at = ?", now.timestamp())

    def defer(self, messages: Iterable[ClaimedMessage], now: datetime, reason: str) -> None:
        """Let messages wait, longer after each failure."""
        for message in messages:
            not_before = now.timestamp() + self._backoff.wait_s(message.attempts)
            self._change([message.key], "not_before = ?, reason = ?", not_before, reason)

    def set_aside(self, keys: Iterable[MessageKey], now: datetime, reason: str) -> None:
        """Take messages that the server refuses for good out of the way. They are kept and can be listed."""
        self._change(keys, "state = 'set_aside', reason = ?, changed_at = ?", reason, now.timestamp())

    def list_set_aside(self) -> list[SetAsideMessage]:
        """Give the messages that were set aside, oldest first."""
        rows = self._database.rows(
            "SELECT event_id, sequence, body, reason, changed_at FROM message "
            "WHERE state = 'set_aside' ORDER BY position"
        )
        return [
            SetAsideMessage(str(row[0]), _integer(row[1]), _bytes(row[2]), str(row[3]), _time(row[4]))
            for row in rows
        ]

    def put_back(self, key: MessageKey, now: datetime) -> bool:
        """Try a message that was set aside once more. Gives False when there is none of that name."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE message SET state = 'pending', attempts = 0, not_before = 0, reason = '', "
                "changed_at = ? "
                "WHERE event_id = ? AND sequence = ? AND state = 'set_aside'",
                (now.timestamp(), *key),
            ).rowcount
        return changed > 0

    def counts(self) -> OutboxCounts:
        """Tell how full it is."""
        rows = self._database.rows(
            "SELECT state, COUNT(*), SUM(LENGTH(body)) FROM message "
            "WHERE state IN ('pending', 'set_aside') GROUP BY state"
        )
        held = {str(state): (_integer(count), _integer(size)) for state, count, size in rows}
        return OutboxCounts(
            pending=held.get("pending", (0, 0))[0],
            set_aside=held.get("set_aside", (0, 0))[0],
            body_bytes=sum(size for _, size in held.values()),
            dropped=self._dropped,
        )

    def prune(self, now: datetime) -> None:
        """Forget messages that arrived or were dropped longer than `keep_sent_s` ago."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM message WHERE state IN ('sent', 'dropped') AND changed_at < ? AND NOT EXISTS ("
                "  SELECT 1 FROM message_evidence JOIN evidence USING (sha256) "
                "  WHERE evidence.state = 'waiting' AND message_evidence.event_id = message.event_id"
                "  AND message_evidence.sequence = message.sequence)",
                (now.timestamp() - self._params.keep_sent_s,),
            )

    def _change(self, keys: Iterable[MessageKey], assignment: str, *values: object) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                f"UPDATE message SET {assignment} "  # noqa: S608 - the assignment is a literal of this file
                "WHERE event_id = ? AND sequence = ? AND state = 'pending'",
                [(*values, *key) for key in keys],
            )

    def _make_room(
        self, connection: sqlite3.Connection, messages: Sequence[OutgoingMessage], now: datetime
    ) -> None:
        held, size = connection.execute(
            "SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM message "
            "WHERE state IN ('pending', 'set_aside')"
        ).fetchone()
        surplus = held + len(messages) - self._params.max_messages
        surplus_bytes = size + sum(len(message.body) for message in messages) - self._params.max_bytes
        if surplus <= 0 and surplus_bytes <= 0:
            return
        for position, event_id, sequence, length in connection.execute(_IN_ORDER_OF_SACRIFICE).fetchall():
            if surplus <= 0 and surplus_bytes <= 0:
                break
            connection.execute(
                "UPDATE message SET state = 'dropped', body = x'', reason = 'the outbox was full', "
                "changed_at = ? WHERE position = ?",
                (now.timestamp(), position),
            )
            surplus, surplus_bytes, self._dropped = surplus - 1, surplus_bytes - length, self._dropped + 1
            log.error("outbox full: message given up", event_id=event_id, sequence=sequence, bytes=length)


def _within_bytes(messages: Iterable[ClaimedMessage], max_bytes: int) -> list[ClaimedMessage]:
    """Take messages while they fit, at least one."""
    taken: list[ClaimedMessage] = []
    size = 0
    for message in messages:
        size += len(message.body)
        if taken and size > max_bytes:
            break
        taken.append(message)
    return taken


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _time(value: object) -> datetime:
    return datetime.fromtimestamp(value if isinstance(value, float) else 0.0, UTC)
