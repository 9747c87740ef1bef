"""Errors sorted by what the caller can do. HTTP statuses live in one table in entrypoints/http/errors.py.

DomainError
├── InvalidInput        mend what was sent; `fields` says where
├── NotFound            ask for something that exists
├── Unauthenticated     say who you are
├── Forbidden           ask someone who may
├── Conflict            look at the present state, then decide anew
│   └── VersionConflict     someone else was quicker
├── Expired             ask for a new one-time token
├── TooLarge            send less at once
└── Unavailable         try again later; nothing is lost
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: `path` as in JSON Pointer without the leading slash, e.g. `0/fix/lon`."""

    path: str
    message: str


class DomainError(Exception):
    """Base of all errors that the server raises on purpose; the message is one line for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(DomainError):
    """What was sent cannot be accepted as it is."""

    def __init__(self, message: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.fields = fields


class NotFound(DomainError):
    """No such thing."""


class Unauthenticated(DomainError):
    """Nobody, or a wrong secret."""


class Forbidden(DomainError):
    """Known, but not allowed."""


class Conflict(DomainError):
    """The present state does not allow it."""


class VersionConflict(Conflict):
    """The thing was changed by someone else since it was read."""


class Expired(DomainError):
    """A one-time token was used before or is too old."""


class TooLarge(DomainError):
    """More bytes or items than one request may carry."""


class Unavailable(DomainError):
    """The storage is busy or full; the same request may work later."""

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
