"""Who may come in: the first administrator, invitations, roles and closed accounts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from map_server.domain.account import (
    Account,
    LinkPurpose,
    OneTimeLink,
    Post,
    Role,
    checked_display_name,
    checked_login_name,
    checked_password,
    refused,
)
from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import Conflict, Expired, NotFound, VersionConflict
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.services.account_ports import PasswordHasher, PeopleReads
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork

SYSTEM = "system"


def token_hash(token: str) -> str:
    """What is stored of a token. Tokens are 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def welcome_path(token: str) -> str:
    """Where the holder of a one-time token goes; the server's address stands before it."""
    return f"/welcome/{token}"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the holder of an invitation chooses."""

    login_name: str
    display_name: str
    password: str


class Accounts:
    """Administration of people. `new_token` gives 256 random bits as URL-safe text."""

    def __init__(
        self,
        begin: Begin,
        reads: PeopleReads,
        clock: Clock,
        new_id: IdFactory,
        new_token: Callable[[], str],
        hasher: PasswordHasher,
    ) -> None:
        self._begin = begin
        self._reads = reads
        self._clock = clock
        self._new_id = new_id
        self._new_token = new_token
        self._hasher = hasher

    def renew_first_start_token(self) -> str | None:
        """A fresh token for the first administrator, or None when there is one. Earlier ones stop working."""
        with self._begin() as work:
            if work.accounts.active_admin_count() > 0:
                return None
            work.one_time_links.remove_unused(LinkPurpose.FIRST_ADMIN)
            token = self._add_link(work, LinkPurpose.FIRST_ADMIN, Post(Role.ADMIN), SYSTEM)
            work.commit()
            return token

    def usable_link(self, token: str) -> OneTimeLink:
        """The link behind a token.

        Raises:
            Expired: unknown, used or too old; the answer is the same, so that nothing is learned by guessing.
        """
        return self._usable(self._reads.link(token_hash(token)))

    def accept_invitation(self, token: str, new: NewAccount) -> Account:
        """Make the account that a link of kind FIRST_ADMIN or INVITATION allows.

        Raises:
            Expired: the link no longer works.
            InvalidInput: a field breaks its rule, or the login name is taken.
        """
        login_name = checked_login_name(new.login_name)
        display_name = checked_display_name(new.display_name)
        password_hash = self._hasher.hash(checked_password(new.password, login_name))
        now = self._clock.now()
        with self._begin() as work:
            link = self._usable_link(work, token)
            if link.purpose is LinkPurpose.PASSWORD_RESET:
                raise Expired("This link sets a new password; it makes no account.")
            if work.accounts.by_login_name(login_name) is not None:
                raise refused("login_name", "This login name is taken.")
            account = Account(
                account_id=self._new_id(),
                login_name=login_name,
                display_name=display_name,
                role=link.role,
                password_hash=password_hash,
                created_at=now,
                unit_id=link.unit_id,
                reach=link.reach,
                email=link.email,
            )
            work.accounts.add(account)
            work.one_time_links.update(link.used(now))
            work.note(
                "account_created", "account", account.account_id, _person(account), after=_facts(account)
            )
            work.commit()
            return account

    def accept_reset(self, token: str, password: str) -> Account:
        """Set a new password by a reset link and end every session of the account."""
        now = self._clock.now()
        with self._begin() as work:
            link = self._usable_link(work, token)
            if link.purpose is not LinkPurpose.PASSWORD_RESET or link.account_id is None:
                raise Expired("This link makes an account; it sets no password.")
            account = self._account(work, link.account_id)
            changed = account.with_password(self._hasher.hash(checked_password(password, account.login_name)))
            work.accounts.update(changed, expected_version=account.version)
            work.one_time_links.update(link.used(now))
            work.sessions.remove_of(account.account_id)
            work.note("password_reset", "account", account.account_id, _person(account))
            work.commit()
            return changed

    def invite(self, role: Role, note: str, actor: str, reach: Reach = WHOLE_WARD) -> str:
        """A token that lets one person make an account with `role`; `note` says whom it is for."""
        return self.invite_to(Post(role, reach), note, actor)

    def invite_to(self, post: Post, note: str, actor: str) -> str:
        """A token that lets one person make an account for a post."""
        name = checked_display_name(note)
        with self._begin() as work:
            _refuse_taken_email(work, post.email)
            token = self._add_link(work, LinkPurpose.INVITATION, post, actor, note=name)
            facts: JsonObject = {"role": post.role, "note": name, "reach": post.reach.facts()}
            work.note("account_invited", "one_time_link", token_hash(token), actor, after=facts)
            work.commit()
            return token

    def withdraw_invitation(self, link_hash: str, actor: str) -> None:
        """Make an unused link worthless."""
        with self._begin() as work:
            if not work.one_time_links.remove(link_hash):
                raise NotFound("This invitation was used or withdrawn already.")
            work.note("invitation_withdrawn", "one_time_link", link_hash, actor)
            work.commit()

    def offer_reset(self, account_id: str, actor: str) -> tuple[Account, str]:
        """A token by which the account's owner sets a new password, with the account."""
        with self._begin() as work:
            account = self._account(work, account_id)
            post = Post(account.role)
            token = self._add_link(work, LinkPurpose.PASSWORD_RESET, post, actor, account_id=account_id)
            work.note("password_reset_offered", "account", account_id, actor)
            work.commit()
            return account, token

    def change_role(self, account_id: str, role: Role, version: int, actor: str) -> Account:
        """Give a person another role. The last administrator stays one."""
        with self._begin() as work:
            account = self._account(work, account_id, version)
            return self._store(work, account, account.with_role(role), "account_role_changed", actor)

    def change_post(self, account_id: str, post: Post, version: int, actor: str) -> Account:
        """Give a person another role, other areas, another unit; the last administrator stays one."""
        with self._begin() as work:
            account = self._account(work, account_id, version)
            _refuse_taken_email(work, post.email, account_id)
            changed = account.at_post(post)
            return self._store(work, account, changed, "account_changed", actor)

    def close(self, account_id: str, version: int, actor: str) -> Account:
        """Close an account at once: its sessions end, its history stays."""
        with self._begin() as work:
            account = self._account(work, account_id, version)
            work.sessions.remove_of(account_id)
            return self._store(work, account, account.disabled(self._clock.now()), "account_closed", actor)

    def reopen(self, account_id: str, version: int, actor: str) -> Account:
        """Open a closed account again."""
        with self._begin() as work:
            account = self._account(work, account_id, version)
            return self._store(work, account, account.enabled(), "account_reopened", actor)

    def people(self) -> list[Account]:
        """All accounts, open ones first, by name."""
        return self._reads.accounts()

    def open_invitations(self) -> list[OneTimeLink]:
        """The links that somebody may still use."""
        now = self._clock.now()
        return [link for link in self._reads.unused_links() if link.is_usable(now)]

    def _store(self, work: UnitOfWork, before: Account, after: Account, action: str, actor: str) -> Account:
        work.accounts.update(after, expected_version=before.version)
        if work.accounts.active_admin_count() == 0:
            raise Conflict("This is the last administrator; give somebody else the role first.")
        work.note(action, "account", after.account_id, actor, before=_facts(before), after=_facts(after))
        work.commit()
        return after

    def _add_link(
        self,
        work: UnitOfWork,
        purpose: LinkPurpose,
        post: Post,
        actor: str,
        account_id: str | None = None,
        note: str = "",
    ) -> str:
        token = self._new_token()
        work.one_time_links.add(
            OneTimeLink(
                token_hash=token_hash(token),
                purpose=purpose,
                role=post.role,
                created_at=self._clock.now(),
                created_by=actor,
                account_id=account_id,
                note=note,
                reach=post.reach,
                email=post.email,
                unit_id=post.unit_id,
            )
        )
        return token

    def _usable_link(self, work: UnitOfWork, token: str) -> OneTimeLink:
        return self._usable(work.one_time_links.get(token_hash(token)))

    def _usable(self, link: OneTimeLink | None) -> OneTimeLink:
        if link is None or not link.is_usable(self._clock.now()):
            raise Expired("This link was used before or is too old; ask for a new one.")
        return link

    def _account(self, work: UnitOfWork, account_id: str, version: int | None = None) -> Account:
        account = work.accounts.get(account_id)
        if account is None:
            raise NotFound("There is no such account.")
        if version is not None and version != account.version:
            raise VersionConflict("Somebody changed this account meanwhile; look at it again.")
        return account


def _refuse_taken_email(work: UnitOfWork, email: str | None, account_id: str | None = None) -> None:
    holder = None if email is None else work.accounts.by_email(email)
    if holder is not None and holder.account_id != account_id:
        raise refused("email", "Another account has this e-mail address.")


def _person(account: Account) -> str:
    return f"person:{account.account_id}"


def _facts(account: Account) -> dict[str, str | bool | None]:
    return {
        "login_name": account.login_name,
        "display_name": account.display_name,
        "role": account.role.value,
        "is_active": account.is_active,
        "unit_id": account.unit_id,
    }
