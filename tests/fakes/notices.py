"""A receiver of notices that remembers, and that fails on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from map_server.domain.audit_log import AuditEntry
from map_server.domain.notice import Subscription
from map_server.services.notice_ports import NotDelivered


@dataclass
class FakeChannel:
    """A `Channel`. `effects` counts each delivery id once, as a receiver that knows ids does."""

    joins: bool = False
    is_down: bool = False
    received: list[str] = field(default_factory=list)
    messages: list[list[str]] = field(default_factory=list)

    @property
    def effects(self) -> list[str]:
        return list(dict.fromkeys(self.received))

    def checked_target(self, target: str) -> str:
        return target

    def new_secret(self) -> str | None:
        return "shown once"

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        if self.is_down:
            raise NotDelivered("answered 500")
        self.received += [delivery_id for delivery_id, _ in notices]
        self.messages.append([entry.action for _, entry in notices])
        return "taken"
