"""Webhooks: CloudEvents 1.0 in JSON, signed.

Sources: CloudEvents 1.0.2 with its JSON format and HTTP binding (structured mode); Standard Webhooks 1.0 for
the headers webhook-id, webhook-timestamp, webhook-signature (HMAC-SHA256 over `id.timestamp.body`).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from map_server.adapters.notices.outgoing import Outgoing, checked_url, require_success
from map_server.domain.audit_log import AuditEntry
from map_server.domain.notice import Subscription
from map_server.services.ports import Clock

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_SECRET_PREFIX = "whsec_"  # noqa: S105 - says what the text is


def cloud_event(entry: AuditEntry, source: str) -> dict[str, object]:
    """Write an entry of the audit log as a CloudEvent; its id is the entry's number for everybody."""
    return {
        "specversion": "1.0",
        "id": str(entry.seq),
        "source": source,
        "type": f"lilong.{entry.action}",
        "subject": f"{entry.subject_kind}/{entry.subject_id}",
        "time": entry.at,
        "datacontenttype": "application/json",
        "data": {
            "seq": entry.seq,
            "action": entry.action,
            "subject_kind": entry.subject_kind,
            "subject_id": entry.subject_id,
            "actor": entry.actor,
            "reason": entry.reason,
            "before": None if entry.before is None else json.loads(entry.before),
            "after": None if entry.after is None else json.loads(entry.after),
        },
    }


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Sign a message; receivers compute the same and compare."""
    key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX))
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


@dataclass(frozen=True, slots=True)
class Webhook:
    """See services.notice_ports.Channel. `source` names this server in CloudEvents."""

    outgoing: Outgoing
    clock: Clock
    source: str
    new_bytes: Callable[[int], bytes]
    joins: bool = False

    def checked_target(self, target: str) -> str:
        """Take an http or https address."""
        return checked_url(target)

    def new_secret(self) -> str:
        """Make a signing key of 256 bits."""
        return _SECRET_PREFIX + base64.b64encode(self.new_bytes(32)).decode()

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        """Post one CloudEvent."""
        ((delivery_id, entry),) = notices
        event = cloud_event(entry, self.source)
        if not entry.seq:  # a trial stands in no log
            event["id"] = delivery_id
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp_s = int(self.clock.now().timestamp())
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": "lilong",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": signature(subscription.secret or "", delivery_id, timestamp_s, body),
        }
        status, _ = self.outgoing.post(subscription.target, body, headers)
        return require_success(status)
