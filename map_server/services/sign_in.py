"""Coming in and going out: passwords, sessions and the brake on guessing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from map_server.domain.account import (
    SESSION_LIFETIME,
    Account,
    LoginBrake,
    Session,
    TooManyTries,
    checked_password,
    refused,
    spelled_login_name,
    spelled_password,
)
from map_server.domain.errors import NotFound, Unauthenticated
from map_server.services.account_ports import PasswordHasher, PeopleReads
from map_server.services.accounts import token_hash
from map_server.services.ports import Begin, Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a living session. `token` (the cookie) is known only when the session begins."""

    account: Account
    session: Session
    token: str = ""


class SignIn:
    """Sessions of people. A wrong password counts against the login name and against the network address."""

    def __init__(
        self,
        begin: Begin,
        reads: PeopleReads,
        clock: Clock,
        new_token: Callable[[], str],
        hasher: PasswordHasher,
    ) -> None:
        self._begin = begin
        self._reads = reads
        self._clock = clock
        self._new_token = new_token
        self._hasher = hasher
        self._nobody_hash = hasher.hash(new_token())

    def log_in(self, login_name: str, password: str, address: str) -> SignedIn:
        """Open a session.

        Raises:
            Unauthenticated: wrong name or password; not said which.
            TooManyTries: wait first; the password was not looked at.
        """
        name = spelled_login_name(login_name)[:64]
        keys = (f"name:{name}", f"{LoginBrake.ADDRESS}{address}")
        self._refuse_while_braked(keys)
        account = self._reads.account_by_login_name(name)
        # The hash takes a tenth of a second: outside the transaction, and as long for an unknown name.
        known_hash = account.password_hash if account is not None else self._nobody_hash
        is_right = self._hasher.verify(spelled_password(password), known_hash)
        if account is None or not is_right or not account.is_active:
            self._count_failure(keys)
            raise Unauthenticated("Login name or password is wrong.")
        return self._open_session(account, password, keys[0])

    def begin_session(self, account: Account) -> SignedIn:
        """Open a session for somebody who has just proved himself by a one-time link."""
        with self._begin() as work:
            signed_in = self._add_session(work, account)
            work.note("signed_in", "account", account.account_id, f"person:{account.account_id}")
            work.commit()
            return signed_in

    def session_of(self, token: str) -> SignedIn | None:
        """Who stands behind a cookie, or None."""
        now = self._clock.now()
        found = self._reads.session(token_hash(token))
        if found is None:
            return None
        account, session = found
        if not session.is_alive(now) or not account.is_active:
            return None
        if session.needs_touch(now):
            session = replace(session, last_seen_at=now)
            with self._begin() as work:
                work.sessions.touch(session)
                work.commit()
        return SignedIn(account, session)

    def log_out(self, signed_in: SignedIn) -> None:
        """End one session."""
        with self._begin() as work:
            work.sessions.remove(signed_in.session.token_hash)
            work.commit()

    def change_password(self, signed_in: SignedIn, old: str, new: str) -> SignedIn:
        """Set another password; every other session of the account ends, this one is replaced."""
        keys = (f"name:{signed_in.account.login_name}",)
        self._refuse_while_braked(keys)
        if not self._hasher.verify(spelled_password(old), signed_in.account.password_hash):
            self._count_failure(keys)
            raise refused("old_password", "The present password is wrong.")
        password = checked_password(new, signed_in.account.login_name)
        changed = signed_in.account.with_password(self._hasher.hash(password))
        actor = f"person:{changed.account_id}"
        with self._begin() as work:
            work.accounts.update(changed, expected_version=signed_in.account.version)
            work.sessions.remove_of(changed.account_id)
            fresh = self._add_session(work, changed)
            work.note("password_changed", "account", changed.account_id, actor)
            work.commit()
            return fresh

    def _open_session(self, account: Account, password: str, key: str) -> SignedIn:
        with self._begin() as work:
            present = work.accounts.get(account.account_id)
            if present is None or present.version != account.version:
                raise NotFound("This account was changed just now; try again.")
            if self._hasher.needs_rehash(present.password_hash):
                present = present.with_password(self._hasher.hash(spelled_password(password)))
                work.accounts.update(present, expected_version=account.version)
            work.login_brakes.remove(key)
            work.sessions.remove_begun_before(self._clock.now() - SESSION_LIFETIME)
            signed_in = self._add_session(work, present)
            work.note("signed_in", "account", present.account_id, f"person:{present.account_id}")
            work.commit()
            return signed_in

    def _add_session(self, work: UnitOfWork, account: Account) -> SignedIn:
        token = self._new_token()
        now = self._clock.now()
        session = Session(
            token_hash=token_hash(token),
            account_id=account.account_id,
            csrf_token=self._new_token(),
            created_at=now,
            last_seen_at=now,
        )
        work.sessions.add(session)
        return SignedIn(account, session, token)

    def _refuse_while_braked(self, keys: tuple[str, ...]) -> None:
        now = self._clock.now()
        waits = [brake.wait(now).total_seconds() for brake in self._reads.brakes(keys)]
        if (longest := max(waits, default=0.0)) > 0:
            raise TooManyTries(ceil(longest))

    def _count_failure(self, keys: tuple[str, ...]) -> None:
        now = self._clock.now()
        with self._begin() as work:
            work.login_brakes.remove_older_than(now - LoginBrake.FORGOTTEN_AFTER)
            for key in keys:
                brake = work.login_brakes.get(key) or LoginBrake(key=key, failures=0, last_failed_at=now)
                work.login_brakes.put(brake.after_failure(now))
            work.commit()
