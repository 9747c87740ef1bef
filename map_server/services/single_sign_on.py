"""Single sign-on as an option: an identity of a provider (OpenID Connect) becomes a session of an account.

Who may come in, and as what, is an administrator's choice: an account or an open invitation must name the
person's e-mail address, which the provider has verified. The role is taken from the provider only where the
server was told so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from map_server.domain.account import (
    LINK_LIFETIME,
    Account,
    OneTimeLink,
    Role,
    checked_display_name,
    checked_email,
)
from map_server.domain.errors import Forbidden
from map_server.services.account_ports import PasswordHasher
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork
from map_server.services.sign_in import SignedIn, SignIn


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says of a person. `email` None: it has none that it verified. `role` only where the
    provider is asked for roles.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    role: Role | None = None

    @property
    def key(self) -> str:
        """Name the identity; a subject is unique at its issuer alone."""
        return f"{self.issuer} {self.subject}"


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-on under way: where the browser goes, and what must come back."""

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """A provider of OpenID Connect."""

    @property
    def name(self) -> str:
        """What the button on the log-in page says."""

    def start(self, redirect_uri: str) -> Started:
        """Begin a sign-on. Raises Unavailable when the provider does not answer."""

    def finish(self, redirect_uri: str, code: str, started: Started) -> Identity:
        """Exchange the code. Raises Forbidden when the answer cannot be trusted, Unavailable as above."""


class SingleSignOn:
    """Opens sessions for identities."""

    def __init__(
        self,
        begin: Begin,
        clock: Clock,
        new_id: IdFactory,
        new_token: Callable[[], str],
        hasher: PasswordHasher,
        sign_in: SignIn,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._new_token = new_token
        self._hasher = hasher
        self._sign_in = sign_in

    def enter(self, identity: Identity) -> SignedIn:
        """Open a session for the account that an identity belongs to, or that an invitation allows.

        Raises Forbidden when there is none, or it is closed.
        """
        with self._begin() as work:
            account = self._account(work, identity)
            if not account.is_active:
                raise Forbidden("This account is closed.")
            if identity.role is not None and identity.role is not account.role:
                changed = account.with_role(identity.role)
                work.accounts.update(changed, expected_version=account.version)
                before, after = {"role": account.role.value}, {"role": changed.role.value}
                work.note(
                    "account_role_changed", "account", account.account_id, "system", "sign-on", before, after
                )
                account = changed
            work.commit()
        return self._sign_in.begin_session(account)

    def _account(self, work: UnitOfWork, identity: Identity) -> Account:
        known = work.accounts.by_oidc_subject(identity.key)
        if known is not None:
            return known
        if identity.email is None:
            raise Forbidden("The sign-on provider gives no verified e-mail address for you.")
        account = work.accounts.by_email(identity.email)
        if account is not None:
            linked = account.linked(identity.key)
            work.accounts.update(linked, expected_version=account.version)
            work.note("account_linked", "account", linked.account_id, f"person:{linked.account_id}")
            return linked
        now = self._clock.now()
        invitation = work.one_time_links.invitation_for(identity.email, now - LINK_LIFETIME)
        if invitation is None or not invitation.is_usable(now):
            raise Forbidden("Nobody has invited you yet; ask an administrator.")
        return self._invited(work, identity, invitation)

    def _invited(self, work: UnitOfWork, identity: Identity, invitation: OneTimeLink) -> Account:
        now = self._clock.now()
        account = Account(
            account_id=self._new_id(),
            login_name=_free_login_name(work, identity.email or ""),
            display_name=checked_display_name(identity.name[:60] or invitation.note),
            role=invitation.role,
            password_hash=self._hasher.hash(self._new_token()),  # known to nobody: comes in by sign-on alone
            created_at=now,
            unit_id=invitation.unit_id,
            reach=invitation.reach,
            email=identity.email,
            oidc_subject=identity.key,
        )
        work.accounts.add(account)
        work.one_time_links.update(invitation.used(now))
        facts = {"login_name": account.login_name, "role": account.role.value, "by": "sign-on"}
        work.note(
            "account_created", "account", account.account_id, f"person:{account.account_id}", after=facts
        )
        return account


def verified_email(email: object, is_verified: object) -> str | None:
    """Give an address that the provider vouches for, in its one spelling."""
    return checked_email(email) if isinstance(email, str) and is_verified is True else None


def _free_login_name(work: UnitOfWork, email: str) -> str:
    wish = re.sub(r"[^a-z0-9._-]", "", email.partition("@")[0]).lstrip("._-")[:32] or "person"
    wish = wish if len(wish) >= 2 else f"{wish}-person"
    name, number = wish, 2
    while work.accounts.by_login_name(name) is not None:
        name, number = f"{wish}-{number}", number + 1
    return name
