"""Notices: who is told of which changes. The audit log is the outbox; a subscription is a cursor in it.

A change becomes a delivery in the transaction that moves the cursor, so that none is lost; a delivery keeps
its id however often it is tried, so that a receiver counts it once.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from map_server.domain.audit_log import AuditEntry
from map_server.domain.errors import Conflict, FieldError, InvalidInput
from map_server.domain.reach import WHOLE_WARD, Reach

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)
"""Over a weekend a receiver may stand still."""
LEASE = timedelta(minutes=2)
"""How long one sender keeps a delivery to itself; after a crash it is tried again then."""
MAX_ACTIONS = 50
MAX_DIGEST_MINUTES = 24 * 60

_ACTION = re.compile(r"[a-z][a-z_]{1,60}\*?")


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


TOPICS: dict[str, tuple[str, ...]] = {
    "incidents": ("incident_opened", "incident_reopened", "incident_cleared"),
    "decisions": ("incident_confirmed", "incident_rejected", "incident_relabelled"),
    "work_orders": ("work_order_*",),
    "escalations": ("work_order_escalated", "work_order_returned"),
    "devices": ("device_went_offline", "device_came_online"),
    "sites": ("site_*",),
    "people": ("account_*", "password_reset*"),
    "reports": ("report_*", "appeal_*"),
}
"""What people choose on the page: words for groups of actions of the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who is told of what. `actions` are names of the audit log, or their beginnings with a `*`.

    `target` is an address of `channel`; `secret` signs what is sent there. `cursor` is the last entry that
    was looked at. With `digest_minutes` notices are collected for so long and sent in one message.
    An empty `target` was sealed with a key that is lost: the subscription can only be removed.
    """

    subscription_id: str
    name: str
    channel: str
    target: str
    actions: tuple[str, ...]
    cursor: int
    created_at: datetime
    created_by: str
    secret: str | None = None
    reach: Reach = WHOLE_WARD
    language: str = "zh"
    digest_minutes: int = 0
    paused_at: datetime | None = None
    removed_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 60:
            raise _refused("name", "Use 1 to 60 characters.")
        if not 1 <= len(self.actions) <= MAX_ACTIONS:
            raise _refused("actions", "Choose at least one kind of notice.")
        if wrong := [action for action in self.actions if not _ACTION.fullmatch(action)]:
            raise _refused("actions", f"{wrong[0][:60]!r} is no action of the log")
        if not 0 <= self.digest_minutes <= MAX_DIGEST_MINUTES:
            raise _refused("digest_minutes", "Give 0 to 1440 minutes.")

    @property
    def is_active(self) -> bool:
        """Whether notices are sent."""
        return self.paused_at is None and self.removed_at is None and self.is_readable

    @property
    def is_readable(self) -> bool:
        """Whether the server can still read where it sends to."""
        return bool(self.target)

    @property
    def shown_target(self) -> str:
        """The address for lists: what follows the host's path may be a key."""
        return self.target.partition("?")[0] + ("?…" if "?" in self.target else "")

    def wants(self, entry: AuditEntry) -> bool:
        """Whether an entry is of a wanted kind; its area is judged apart."""
        return any(
            entry.action.startswith(action[:-1]) if action.endswith("*") else entry.action == action
            for action in self.actions
        )

    def paused(self, at: datetime) -> Self:
        """Send nothing for now; what happens meanwhile is sent when it goes on."""
        if self.paused_at is not None:
            raise Conflict("This subscription is paused already.")
        return replace(self, paused_at=at, version=self.version + 1)

    def resumed(self) -> Self:
        """Go on where it stopped."""
        if self.paused_at is None:
            raise Conflict("This subscription is not paused.")
        return replace(self, paused_at=None, version=self.version + 1)

    def removed(self, at: datetime) -> Self:
        """End it; its history stays."""
        return replace(self, removed_at=at, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice on its way to one subscriber. `answer` says in one line what came of the last try."""

    subscription_id: str
    seq: int
    due_at: datetime
    created_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    ended_at: datetime | None = None
    answer: str = ""

    @property
    def delivery_id(self) -> str:
        """The same at every try."""
        return f"{self.subscription_id}.{self.seq}"

    def claimed(self, now: datetime) -> Self:
        """Keep it to one sender for a while; counts the try."""
        return replace(self, attempts=self.attempts + 1, due_at=now + LEASE)

    def sent(self, now: datetime, answer: str) -> Self:
        """The receiver has it."""
        return replace(self, state=DeliveryState.SENT, ended_at=now, answer=answer)

    def failed(self, now: datetime, answer: str) -> Self:
        """Try again later, each time twice as long, or give up after days."""
        if now - self.created_at >= GIVEN_UP_AFTER:
            return replace(self, state=DeliveryState.GIVEN_UP, ended_at=now, answer=answer)
        wait = min(FIRST_WAIT * (1 << min(self.attempts - 1, 20)), LONGEST_WAIT)
        return replace(self, due_at=now + wait, answer=answer)


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, (FieldError(field, message),))
