"""Errors sorted by what the caller can do.

EdgeError
├── ConfigError      the user mends a file or an argument; the program ends with exit code 2
├── TransientError   try again later; nothing is lost
│   └── ServerFault      the server stumbled, perhaps over this very item
└── PermanentError   never works for this item; set it aside and go on
"""


class EdgeError(Exception):
    """Base of all errors that the edge agent raises on purpose."""


class ConfigError(EdgeError):
    """Something the user wrote is wrong. The message is one line: file, key, what is wrong, how to mend."""


class TransientError(EdgeError):
    """It may work later: no network, server busy, camera away."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ServerFault(TransientError):
    """The server met a fault of its own. Try again, but do not let this item hold up the others."""


class PermanentError(EdgeError):
    """It will never work for this item: the server refuses it for good."""
