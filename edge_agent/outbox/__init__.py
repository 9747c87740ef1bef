"""Store and forward: what was found stays on this box until the server has it."""

from edge_agent.outbox.backoff import Backoff
from edge_agent.outbox.outbox import Outbox, open_outbox
from edge_agent.outbox.params import OutboxParams
from edge_agent.outbox.records import (
    ClaimedMessage,
    DueEvidence,
    MessageKey,
    OutboxCounts,
    OutgoingMessage,
    Recovery,
    SetAsideMessage,
    StoredEvidence,
)

__all__ = [
    "Backoff",
    "ClaimedMessage",
    "DueEvidence",
    "MessageKey",
    "Outbox",
    "OutboxCounts",
    "OutboxParams",
    "OutgoingMessage",
    "Recovery",
    "SetAsideMessage",
    "StoredEvidence",
    "open_outbox",
]
