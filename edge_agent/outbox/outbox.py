"""The outbox: between the loop that finds events and the loop that delivers them, on one durable file.

What one step of a camera found and what its rules remember are committed together. A power cut leaves both
or neither, so no event is raised twice or lost.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from edge_agent.outbox.backoff import Backoff
from edge_agent.outbox.database import Database, open_database
from edge_agent.outbox.evidence_ledger import EvidenceLedger
from edge_agent.outbox.message_queue import MessageQueue
from edge_agent.outbox.params import OutboxParams
from edge_agent.outbox.records import OutgoingMessage, Recovery

log = structlog.get_logger(__name__)


class Outbox:
    """One file, shared by all cameras of an agent; safe to use from several threads."""

    def __init__(self, database: Database, params: OutboxParams, random: Callable[[], float]) -> None:
        backoff = Backoff(params.retry_first_s, params.retry_max_s, random)
        self._database = database
        self.messages = MessageQueue(database, params, backoff)
        self.evidence = EvidenceLedger(database, params, backoff)

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        """Make messages, their evidence and the rules' state durable in one transaction.

        `state` maps names to texts (`edge_agent.state`). Raises TransientError when the disk is full:
        nothing of the step is written then, and the caller commits it again together with the next one. A
        message that was committed before is passed over.
        """
        with self._database.transaction() as connection:
            self.messages.put(connection, messages, now)
            self.evidence.put(connection, messages)
            connection.executemany(
                "INSERT INTO rule_state VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
                [(name, body, now.timestamp()) for name, body in state.items()],
            )

    def load_state(self, name: str) -> str | None:
        """Give the text last committed under a name, None when there is none."""
        rows = self._database.rows("SELECT body FROM rule_state WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def prune(self, now: datetime) -> None:
        """Forget what was delivered long ago."""
        self.messages.prune(now)
        self.evidence.prune()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def open_outbox(
    path: Path, params: OutboxParams, *, now: datetime, random: Callable[[], float]
) -> tuple[Outbox, Recovery | None]:
    """Open or make the outbox at `path`; a damaged file is moved away and rebuilt from what is readable.

    `random` gives numbers in [0, 1) for the jitter of retries. Raises ConfigError when the file cannot be
    used.
    """
    database, recovery = open_database(path, params.max_bytes, now)
    if recovery is not None:
        log.error(
            "outbox was damaged and has been rebuilt; the old file is kept",
            damage=recovery.damage,
            old_file=recovery.damaged_file,
            messages_saved=recovery.messages_saved,
            evidence_saved=recovery.evidence_saved,
            states_saved=recovery.states_saved,
        )
    return Outbox(database, params, random), recovery
