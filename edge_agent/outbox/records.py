"""What goes into the outbox and what comes out of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from edge_agent.types import Evidence

MessageKey: TypeAlias = tuple[str, int]
"""event_id and sequence: the name of one message."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One encoded message with the evidence that it names."""

    event_id: str
    sequence: int
    body: bytes
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One message to be sent now. `attempts` counts this try, too."""

    event_id: str
    sequence: int
    body: bytes
    attempts: int

    @property
    def key(self) -> MessageKey:
        """The name of the message."""
        return (self.event_id, self.sequence)


@dataclass(frozen=True, slots=True)
class SetAsideMessage:
    """One message that the server refuses for good, kept for a person to look at."""

    event_id: str
    sequence: int
    body: bytes
    reason: str
    set_aside_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How full the outbox is. `dropped` counts messages given up since start because it was full."""

    pending: int
    set_aside: int
    body_bytes: int
    dropped: int


@dataclass(frozen=True, slots=True)
class DueEvidence:
    """One file to be sent now; its event has already arrived."""

    sha256: str
    media_type: str
    attempts: int


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """One file that lies on the disk. `is_wanted` tells that the server shall still get it."""

    sha256: str
    size_bytes: int
    captured_at: datetime
    is_sent: bool
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was saved from a damaged outbox file, and where that file is now."""

    damage: str
    damaged_file: str
    messages_saved: int
    evidence_saved: int
    states_saved: int
