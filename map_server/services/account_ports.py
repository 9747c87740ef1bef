"""What the use cases of people need from outside: their tables, quick reads, and password hashing."""

from datetime import datetime
from typing import Protocol

from map_server.domain.account import Account, LinkPurpose, LoginBrake, OneTimeLink, Session


class PasswordHasher(Protocol):
    """Slow, salted hashes."""

    def hash(self, password: str) -> str:
        """Give the PHC string of a new password."""

    def verify(self, password: str, password_hash: str) -> bool:
        """Tell whether the password belongs to the hash."""

    def needs_rehash(self, password_hash: str) -> bool:
        """Tell whether the hash was made with weaker settings than today's."""


class AccountRepository(Protocol):
    """Accounts inside one unit of work."""

    def add(self, account: Account) -> None:
        """Store a new account."""

    def update(self, account: Account, expected_version: int) -> None:
        """Store the changed account. Raises VersionConflict when it was changed meanwhile."""

    def get(self, account_id: str) -> Account | None:
        """Give an account by its id."""

    def by_login_name(self, login_name: str) -> Account | None:
        """Give an account by its login name."""

    def by_email(self, email: str) -> Account | None:
        """Give an account by its e-mail address."""

    def by_oidc_subject(self, oidc_subject: str) -> Account | None:
        """Give the account that is tied to an identity at a sign-on provider."""

    def active_admin_count(self) -> int:
        """Count the people who can let others in."""


class SessionRepository(Protocol):
    """Signed-in browsers inside one unit of work."""

    def add(self, session: Session) -> None:
        """Store a new session."""

    def touch(self, session: Session) -> None:
        """Write `last_seen_at`."""

    def remove(self, token_hash: str) -> None:
        """End one session."""

    def remove_of(self, account_id: str) -> None:
        """End all sessions of an account."""

    def remove_begun_before(self, moment: datetime) -> None:
        """Forget sessions that began before `moment`."""


class OneTimeLinkRepository(Protocol):
    """One-time links inside one unit of work."""

    def add(self, link: OneTimeLink) -> None:
        """Store a new link."""

    def update(self, link: OneTimeLink) -> None:
        """Store a spent link."""

    def get(self, token_hash: str) -> OneTimeLink | None:
        """Give a link by its hash."""

    def invitation_for(self, email: str, made_after: datetime) -> OneTimeLink | None:
        """Give the newest unused invitation that names this e-mail address."""

    def remove_unused(self, purpose: LinkPurpose, account_id: str | None = None) -> None:
        """Make all unused links of a purpose (and account) worthless."""

    def remove(self, token_hash: str) -> bool:
        """Make one unused link worthless; False when there is none."""


class LoginBrakeRepository(Protocol):
    """Failed log-ins inside one unit of work."""

    def get(self, key: str) -> LoginBrake | None:
        """Give the brake of a key."""

    def put(self, brake: LoginBrake) -> None:
        """Store a brake, new or changed."""

    def remove(self, key: str) -> None:
        """Forget the failures of a key."""

    def remove_older_than(self, moment: datetime) -> None:
        """Forget failures before `moment`."""


class PeopleReads(Protocol):
    """Reads outside a writing transaction; every request of a person makes one."""

    def session(self, token_hash: str) -> tuple[Account, Session] | None:
        """Give the session behind a cookie, with its account."""

    def account_by_login_name(self, login_name: str) -> Account | None:
        """Give an account by its login name."""

    def brakes(self, keys: tuple[str, ...]) -> list[LoginBrake]:
        """Give the brakes of these keys, as far as there are any."""

    def accounts(self) -> list[Account]:
        """Give all accounts, open ones first, by name."""

    def unused_links(self) -> list[OneTimeLink]:
        """Give the links that were not used, newest first."""

    def link(self, token_hash: str) -> OneTimeLink | None:
        """Give a link by its hash."""
