"""Puts the channels of notices together."""

import secrets

from map_server.adapters.notices.mail import Mail, connector
from map_server.adapters.notices.outgoing import Outgoing
from map_server.adapters.notices.robots import DingTalk, WeCom
from map_server.adapters.notices.webhook import Webhook
from map_server.config import Settings
from map_server.presentation.notice_text import notice_lines
from map_server.services.notice_ports import Channel
from map_server.services.ports import Clock


def notice_channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """Give the channels of notices by name; mail only where a mail server is set."""
    outgoing = Outgoing(settings.notices_to_private)
    source = f"{settings.public_url or 'urn:lilong:map-server'}/audit-log"
    channels: dict[str, Channel] = {
        "webhook": Webhook(outgoing, clock, source, secrets.token_bytes),
        "wecom": WeCom(outgoing, notice_lines),
        "dingtalk": DingTalk(outgoing, notice_lines, clock),
    }
    if settings.smtp_url is not None:
        channels["mail"] = Mail(connector(settings.smtp_url), settings.mail_from, notice_lines, clock)
    return channels
