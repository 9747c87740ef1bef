"""People who sign in: accounts, roles, sessions, one-time links and the brake on guessed passwords.

Pure rules; hashing and storage lie behind ports. Tokens themselves are never kept, only their SHA-256.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Self

from map_server.domain.errors import Conflict, DomainError, Expired, FieldError, InvalidInput
from map_server.domain.reach import WHOLE_WARD, Reach

SESSION_IDLE = timedelta(hours=16)
"""A session ends after this time without a request: a long shift and the way home."""
SESSION_LIFETIME = timedelta(days=7)
SESSION_TOUCH = timedelta(minutes=5)
"""`last_seen_at` is written at most this often, so that reading a page does not write to the database."""
LINK_LIFETIME = timedelta(days=3)
MIN_PASSWORD_CHARACTERS = 10
MAX_PASSWORD_CHARACTERS = 200
MIN_DISTINCT_CHARACTERS = 5

LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


class TooManyTries(DomainError):
    """Wrong passwords came too fast; wait `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("Too many wrong passwords.")
        self.retry_after_s = retry_after_s


class Role(StrEnum):
    """What a person may do. A ladder: each role may do all that the roles before it may do."""

    PATROL = "patrol"
    """Walks the routes: map, routes, check-ins."""
    AUDITOR = "auditor"
    """Decides on detections."""
    SUPERVISOR = "supervisor"
    """Plans patrols, merges and splits incidents."""
    ADMIN = "admin"
    """People and devices."""

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may do."""
        ladder = tuple(Role)
        return ladder.index(self) >= ladder.index(needed)


@dataclass(frozen=True, slots=True)
class Post:
    """What an administrator decides of a person: role, areas, unit; `email` lets single sign-on find him."""

    role: Role
    reach: Reach = WHOLE_WARD
    unit_id: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if self.role is Role.ADMIN and not self.reach.is_whole_ward:
            raise refused("areas", "An administrator looks after the whole ward.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person's account. `password_hash` is argon2id in PHC string form.

    `unit_id` names the unit for which the person works; None: for the subdistrict itself. `oidc_subject` is
    the identity at a sign-on provider, as `issuer subject`.
    """

    account_id: str
    login_name: str
    display_name: str
    role: Role
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None
    version: int = 1
    unit_id: str | None = None
    reach: Reach = WHOLE_WARD
    email: str | None = None
    oidc_subject: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.disabled_at is None

    @property
    def is_active_admin(self) -> bool:
        """Whether this account can let others in."""
        return self.is_active and self.role is Role.ADMIN

    def with_role(self, role: Role) -> Self:
        """The account with another role; an administrator looks after the whole ward."""
        reach = WHOLE_WARD if role is Role.ADMIN else self.reach
        return replace(self, role=role, reach=reach, version=self.version + 1)

    def at_post(self, post: Post) -> Self:
        """The account as an administrator wants it."""
        return replace(
            self,
            role=post.role,
            reach=post.reach,
            unit_id=post.unit_id,
            email=post.email,
            version=self.version + 1,
        )

    def linked(self, oidc_subject: str) -> Self:
        """The account tied to an identity at a sign-on provider; it is tied once."""
        if self.oidc_subject not in (None, oidc_subject):
            raise Conflict("This account is tied to another identity at the sign-on provider.")
        return replace(self, oidc_subject=oidc_subject, version=self.version + 1)

    def with_password(self, password_hash: str) -> Self:
        """The account with another password."""
        return replace(self, password_hash=password_hash, version=self.version + 1)

    def disabled(self, at: datetime) -> Self:
        """The account closed; its history stays."""
        if not self.is_active:
            raise Conflict("This account is already closed.")
        return replace(self, disabled_at=at, version=self.version + 1)

    def enabled(self) -> Self:
        """The account open again."""
        if self.is_active:
            raise Conflict("This account is already open.")
        return replace(self, disabled_at=None, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. Only the token's hash is stored, so that a copied database lets nobody in."""

    token_hash: str
    account_id: str
    csrf_token: str
    created_at: datetime
    last_seen_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Whether the session still counts at `now`."""
        return now - self.last_seen_at < SESSION_IDLE and now - self.created_at < SESSION_LIFETIME

    def needs_touch(self, now: datetime) -> bool:
        """Whether `last_seen_at` is old enough to be written again."""
        return now - self.last_seen_at >= SESSION_TOUCH


class LinkPurpose(StrEnum):
    """What a one-time link lets its holder do."""

    FIRST_ADMIN = "first_admin"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeLink:
    """A link that works once: to make an account (`role`) or to set a new password (`account_id`)."""

    token_hash: str
    purpose: LinkPurpose
    role: Role
    created_at: datetime
    created_by: str
    account_id: str | None = None
    note: str = ""
    used_at: datetime | None = None
    reach: Reach = WHOLE_WARD
    email: str | None = None
    unit_id: str | None = None

    @property
    def expires_at(self) -> datetime:
        """The first moment at which the link no longer works."""
        return self.created_at + LINK_LIFETIME

    def is_usable(self, now: datetime) -> bool:
        """Whether the link still works at `now`."""
        return self.used_at is None and now < self.expires_at

    def used(self, at: datetime) -> Self:
        """The link spent."""
        if not self.is_usable(at):
            raise Expired("This link was used before or is too old; ask for a new one.")
        return replace(self, used_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginBrake:
    """Failed log-ins under one key (an account name or a network address) and the wait that follows.

    The first few cost nothing; then each doubles the wait, from 5 s up to 15 min. A quiet hour forgets.
    An address has more of them: behind it may stand a whole office.
    """

    key: str
    failures: int
    last_failed_at: datetime

    FREE_FAILURES: ClassVar[int] = 4
    FREE_FAILURES_OF_ADDRESS: ClassVar[int] = 49
    ADDRESS: ClassVar[str] = "address:"
    FIRST_WAIT: ClassVar[timedelta] = timedelta(seconds=5)
    LONGEST_WAIT: ClassVar[timedelta] = timedelta(minutes=15)
    FORGOTTEN_AFTER: ClassVar[timedelta] = timedelta(hours=1)

    def wait(self, now: datetime) -> timedelta:
        """How long from `now` until the next try is looked at; zero when it may be made at once."""
        is_address = self.key.startswith(self.ADDRESS)
        extra = self.failures - (self.FREE_FAILURES_OF_ADDRESS if is_address else self.FREE_FAILURES)
        if extra <= 0:
            return timedelta(0)
        full = min(self.FIRST_WAIT * (1 << min(extra - 1, 20)), self.LONGEST_WAIT)
        return max(self.last_failed_at + full - now, timedelta(0))

    def after_failure(self, now: datetime) -> Self:
        """The brake after one more wrong password."""
        forgotten = now - self.last_failed_at >= self.FORGOTTEN_AFTER
        return replace(self, failures=1 if forgotten else self.failures + 1, last_failed_at=now)


def refused(field: str, message: str) -> InvalidInput:
    """The error for one wrong field of a form; pages translate the message."""
    return InvalidInput(message, (FieldError(field, message),))


def spelled_login_name(raw: str) -> str:
    """The one spelling of a login name: full-width letters and capitals are the same name."""
    return unicodedata.normalize("NFKC", raw).strip().lower()


def spelled_password(raw: str) -> str:
    """The one spelling of a password, whatever keyboard it was typed on. Source: RFC 8265, section 4.2."""
    return unicodedata.normalize("NFKC", raw)


def checked_login_name(raw: str) -> str:
    """The login name in its one spelling.

    Raises:
        InvalidInput: not 2-40 characters of a-z, 0-9, dot, hyphen, underscore.
    """
    name = spelled_login_name(raw)
    if not LOGIN_NAME.fullmatch(name):
        raise refused("login_name", "Use 2 to 40 of a-z, 0-9, . - _ and begin with a letter or digit.")
    return name


def checked_email(raw: str) -> str | None:
    """An e-mail address in small letters; None for nothing. Only its shape is checked."""
    email = raw.strip().lower()
    if email and not EMAIL.fullmatch(email):
        raise refused("email", "This is no e-mail address.")
    return email or None


def checked_display_name(raw: str) -> str:
    """The name shown to others, 1-60 characters without control characters."""
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    if not 1 <= len(name) <= 60 or any(unicodedata.category(character) == "Cc" for character in name):
        raise refused("display_name", "Use 1 to 60 characters.")
    return name


def checked_password(raw: str, login_name: str) -> str:
    """The password in its one spelling.

    Length counts, not composition rules. Source: NIST SP 800-63B-4, section 3.1.1.2.

    Raises:
        InvalidInput: too short, too long, too uniform, or holding the login name.
    """
    password = spelled_password(raw)
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise refused("password", "Use 10 to 200 characters.")
    if len(set(password)) < MIN_DISTINCT_CHARACTERS:
        raise refused("password", "Use at least 5 different characters.")
    if login_name in password.lower():
        raise refused("password", "Leave the login name out of the password.")
    return password
