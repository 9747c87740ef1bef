"""What notices need from outside: their tables, channels that carry them, and the places of things."""

from collections.abc import Sequence
from typing import Protocol

from map_server.domain.audit_log import AuditEntry
from map_server.domain.notice import Delivery, Subscription
from map_server.domain.reach import Reach


class NotDelivered(Exception):
    """The receiver did not take it; the message is one line for people."""


class Channel(Protocol):
    """Carries notices in one published form. It is called outside of any transaction."""

    @property
    def joins(self) -> bool:
        """Whether several notices go in one message."""

    def checked_target(self, target: str) -> str:
        """Give the address in its one spelling. Raises InvalidInput when it is none of this channel."""

    def new_secret(self) -> str | None:
        """Make the secret by which receivers know our messages; None where the channel has none."""

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        """Hand over notices, each with its lasting delivery id; give the receiver's answer in one line.

        Raises NotDelivered.
        """


class NoticeRepository(Protocol):
    """Subscriptions and deliveries inside one unit of work."""

    def subscription(self, subscription_id: str) -> Subscription:
        """Give a subscription. Raises NotFound."""

    def subscriptions(self) -> list[Subscription]:
        """Give those that were not removed, oldest first."""

    def put(self, subscription: Subscription) -> None:
        """Store a subscription, new or changed."""

    def move_cursor(self, subscription_id: str, cursor: int) -> None:
        """Remember how far the log was looked at."""

    def put_deliveries(self, changed: Sequence[Delivery]) -> None:
        """Store deliveries, new or changed."""

    def waiting(self, subscription_id: str, limit: int) -> list[Delivery]:
        """Give the deliveries that wait, oldest first."""

    def newest(self, subscription_id: str, limit: int) -> list[Delivery]:
        """Give the newest deliveries, whatever became of them."""

    def entries_after(self, seq: int, limit: int) -> list[AuditEntry]:
        """Give entries of the audit log in order."""

    def entries(self, seqs: Sequence[int]) -> dict[int, AuditEntry]:
        """Give entries of the audit log by `seq`."""


class SpotReads(Protocol):
    """Knows where things lie."""

    def covers(self, reach: Reach, subject_kind: str, subject_id: str) -> bool:
        """Whether a thing lies within reach."""
