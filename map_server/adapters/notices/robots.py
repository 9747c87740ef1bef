"""Group robots of WeCom and DingTalk: one markdown message for what has gathered.

Sources: WeCom "群机器人配置说明" (cgi-bin/webhook/send, msgtype markdown); DingTalk "自定义机器人接入"
(robot/send, msgtype markdown; sign = base64(HMAC-SHA256(secret, "timestamp\\nsecret"))).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from map_server.adapters.notices.outgoing import Outgoing, checked_url
from map_server.domain.audit_log import AuditEntry
from map_server.domain.notice import Subscription
from map_server.services.notice_ports import NotDelivered
from map_server.services.ports import Clock

Lines = Callable[[Sequence[AuditEntry], str], tuple[str, list[str]]]
"""Writes entries for people in a language: a title, and one line each."""

_MAX_WECOM_BYTES = 4096
_MAX_DINGTALK_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class WeCom:
    """See services.notice_ports.Channel. The address holds the robot's key; there is no signature."""

    outgoing: Outgoing
    lines: Lines
    joins: bool = True

    def checked_target(self, target: str) -> str:
        """Take the address that WeCom shows."""
        return checked_url(target)

    def new_secret(self) -> None:
        """Have none."""

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        """Post one markdown message."""
        title, lines = self.lines([entry for _, entry in notices], subscription.language)
        content = _fitting(f"**{title}**", lines, _MAX_WECOM_BYTES)
        message = {"msgtype": "markdown", "markdown": {"content": content}}
        return _posted(self.outgoing, subscription.target, message)


@dataclass(frozen=True, slots=True)
class DingTalk:
    """See services.notice_ports.Channel. The secret is the robot's own (加签); without one the robot must be
    set to a keyword.
    """

    outgoing: Outgoing
    lines: Lines
    clock: Clock
    joins: bool = True

    def checked_target(self, target: str) -> str:
        """Take the address that DingTalk shows."""
        return checked_url(target)

    def new_secret(self) -> None:
        """Have none: DingTalk makes it."""

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        """Post one markdown message."""
        title, lines = self.lines([entry for _, entry in notices], subscription.language)
        text = _fitting(f"### {title}", [f"- {line}" for line in lines], _MAX_DINGTALK_BYTES)
        message = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
        return _posted(self.outgoing, self._signed(subscription), message)

    def _signed(self, subscription: Subscription) -> str:
        if not subscription.secret:
            return subscription.target
        timestamp_ms = int(self.clock.now().timestamp() * 1000)
        signed = f"{timestamp_ms}\n{subscription.secret}".encode()
        sign = base64.b64encode(hmac.digest(subscription.secret.encode(), signed, hashlib.sha256)).decode()
        joint = "&" if "?" in subscription.target else "?"
        return f"{subscription.target}{joint}timestamp={timestamp_ms}&sign={quote_plus(sign)}"


def _fitting(head: str, lines: Sequence[str], limit_bytes: int) -> str:
    """Join lines until the platform's limit; the last one says how many are left out."""
    text, left = head, len(lines)
    for line in lines:
        more = f"{text}\n{line}"
        if len(more.encode()) > limit_bytes - 40:
            return f"{text}\n… +{left}"
        text, left = more, left - 1
    return text


def _posted(outgoing: Outgoing, url: str, message: object) -> str:
    body = json.dumps(message, ensure_ascii=False).encode()
    status, text = outgoing.post(url, body, {"Content-Type": "application/json"})
    try:
        answer = json.loads(text)
        code, why = answer["errcode"], str(answer.get("errmsg", ""))[:120]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotDelivered(f"answered {status}, but not as a robot does") from error
    if code != 0:
        raise NotDelivered(f"refused: {code} {why}")
    return "taken"
