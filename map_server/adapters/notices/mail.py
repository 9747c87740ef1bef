"""E-mail by SMTP. The message id follows from what is sent, so that mailboxes know a second copy."""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from map_server.adapters.notices.robots import Lines
from map_server.domain.account import EMAIL
from map_server.domain.audit_log import AuditEntry
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.notice import Subscription
from map_server.services.notice_ports import NotDelivered
from map_server.services.ports import Clock

TIMEOUT_S = 20.0
_MAX_RECIPIENTS = 20

Connect = Callable[[], smtplib.SMTP]


def connector(url: str) -> Connect:
    """Read `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS where it is offered.

    Raises ValueError when it is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("LILONG_SMTP_URL: give smtp://host:587 or smtps://user:password@host:465")
    host, port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 587)

    def connect() -> smtplib.SMTP:
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif parts.username:
                server.close()
                raise smtplib.SMTPException("the server offers no encryption; no password is sent without")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server

    return connect


@dataclass(frozen=True, slots=True)
class Mail:
    """See services.notice_ports.Channel. Targets are addresses with commas between."""

    connect: Connect
    sender: str
    lines: Lines
    clock: Clock
    joins: bool = True

    def checked_target(self, target: str) -> str:
        """Take 1 to 20 e-mail addresses."""
        addresses = [address.strip().lower() for address in target.split(",") if address.strip()]
        if not 1 <= len(addresses) <= _MAX_RECIPIENTS or not all(map(EMAIL.fullmatch, addresses)):
            message = "Give 1 to 20 e-mail addresses with commas between."
            raise InvalidInput(message, (FieldError("target", message),))
        return ", ".join(addresses)

    def new_secret(self) -> None:
        """Have none."""

    def send(self, subscription: Subscription, notices: Sequence[tuple[str, AuditEntry]]) -> str:
        """Send one message with a line for each notice."""
        title, lines = self.lines([entry for _, entry in notices], subscription.language)
        message = EmailMessage()
        message["Subject"] = title
        message["From"] = self.sender
        message["To"] = subscription.target
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{notices[0][0]}@lilong>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
        message.set_content("\n".join(lines))
        try:
            with self.connect() as server:
                refused = server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"the mail server did not take it: {type(error).__name__}") from error
        return "taken" if not refused else f"taken, but not for {', '.join(refused)}"
