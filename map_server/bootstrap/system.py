"""What the server gets from the machine: clock, ids, tokens, its log."""

import logging
import secrets
import sys
from datetime import UTC, datetime

import structlog
import uuid_utils


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Give the time, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the real clock is read


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error from `level` on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def new_id() -> str:
    """Give a new UUID version 7 as text."""
    return str(uuid_utils.uuid7())


def new_token() -> str:
    """Give 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)
