"""Accounts, sessions, one-time links and log-in brakes inside one transaction."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from map_server.adapters.db.tables.accounts import accounts, login_brakes, one_time_links, sessions
from map_server.domain.account import Account, LinkPurpose, LoginBrake, OneTimeLink, Role, Session
from map_server.domain.errors import VersionConflict
from map_server.domain.reach import reach_from


def account_from_row(row: RowMapping) -> Account:
    """Read an account."""
    values = {column.name: row[column] for column in accounts.c}
    return Account(**{**values, "role": Role(values["role"]), "reach": reach_from(values["reach"])})


def link_from_row(row: RowMapping) -> OneTimeLink:
    """Read a one-time link."""
    values = {column.name: row[column] for column in one_time_links.c}
    closed = {
        "role": Role(values["role"]),
        "purpose": LinkPurpose(values["purpose"]),
        "reach": reach_from(values["reach"]),
    }
    return OneTimeLink(**{**values, **closed})


def _row(record: Account | OneTimeLink) -> dict[str, Any]:
    return {**asdict(record), "reach": record.reach.facts()}


class SqlAccounts:
    """See services.account_ports.AccountRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Account) -> None:
        """Store a new account."""
        self._connection.execute(insert(accounts).values(_row(account)))

    def update(self, account: Account, expected_version: int) -> None:
        """Store the changed account unless it was changed meanwhile."""
        statement = update(accounts).where(
            accounts.c.account_id == account.account_id, accounts.c.version == expected_version
        )
        if self._connection.execute(statement.values(_row(account))).rowcount != 1:
            raise VersionConflict("Somebody changed this account meanwhile; look at it again.")

    def get(self, account_id: str) -> Account | None:
        """Give an account by its id."""
        return self._one(accounts.c.account_id == account_id)

    def by_login_name(self, login_name: str) -> Account | None:
        """Give an account by its login name."""
        return self._one(accounts.c.login_name == login_name)

    def by_email(self, email: str) -> Account | None:
        """Give an account by its e-mail address."""
        return self._one(accounts.c.email == email)

    def by_oidc_subject(self, oidc_subject: str) -> Account | None:
        """Give the account that is tied to an identity at a sign-on provider."""
        return self._one(accounts.c.oidc_subject == oidc_subject)

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        row = self._connection.execute(select(accounts).where(condition)).mappings().first()
        return account_from_row(row) if row else None

    def active_admin_count(self) -> int:
        """Count the people who can let others in."""
        statement = select(func.count()).where(
            accounts.c.role == Role.ADMIN, accounts.c.disabled_at.is_(None)
        )
        return self._connection.execute(statement).scalar_one()


class SqlSessions:
    """See services.account_ports.SessionRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        """Store a new session."""
        self._connection.execute(insert(sessions).values(asdict(session)))

    def touch(self, session: Session) -> None:
        """Write `last_seen_at`."""
        statement = update(sessions).where(sessions.c.token_hash == session.token_hash)
        self._connection.execute(statement.values(last_seen_at=session.last_seen_at))

    def remove(self, token_hash: str) -> None:
        """End one session."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def remove_of(self, account_id: str) -> None:
        """End all sessions of an account."""
        self._connection.execute(delete(sessions).where(sessions.c.account_id == account_id))

    def remove_begun_before(self, moment: datetime) -> None:
        """Forget sessions that began before `moment`."""
        self._connection.execute(delete(sessions).where(sessions.c.created_at < moment))


class SqlOneTimeLinks:
    """See services.account_ports.OneTimeLinkRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: OneTimeLink) -> None:
        """Store a new link."""
        self._connection.execute(insert(one_time_links).values(_row(link)))

    def update(self, link: OneTimeLink) -> None:
        """Store a spent link."""
        statement = update(one_time_links).where(one_time_links.c.token_hash == link.token_hash)
        self._connection.execute(statement.values(used_at=link.used_at))

    def get(self, token_hash: str) -> OneTimeLink | None:
        """Give a link by its hash."""
        statement = select(one_time_links).where(one_time_links.c.token_hash == token_hash)
        row = self._connection.execute(statement).mappings().first()
        return link_from_row(row) if row else None

    def invitation_for(self, email: str, made_after: datetime) -> OneTimeLink | None:
        """Give the newest unused invitation that names this e-mail address."""
        statement = (
            select(one_time_links)
            .where(
                one_time_links.c.purpose == LinkPurpose.INVITATION,
                one_time_links.c.email == email,
                one_time_links.c.used_at.is_(None),
                one_time_links.c.created_at > made_after,
            )
            .order_by(one_time_links.c.created_at.desc())
        )
        row = self._connection.execute(statement).mappings().first()
        return link_from_row(row) if row else None

    def remove_unused(self, purpose: LinkPurpose, account_id: str | None = None) -> None:
        """Make all unused links of a purpose (and account) worthless."""
        self._connection.execute(
            delete(one_time_links).where(
                one_time_links.c.purpose == purpose,
                one_time_links.c.used_at.is_(None),
                one_time_links.c.account_id.is_not_distinct_from(account_id),
            )
        )

    def remove(self, token_hash: str) -> bool:
        """Make one unused link worthless; False when there is none."""
        statement = delete(one_time_links).where(
            one_time_links.c.token_hash == token_hash, one_time_links.c.used_at.is_(None)
        )
        return self._connection.execute(statement).rowcount == 1


class SqlLoginBrakes:
    """See services.account_ports.LoginBrakeRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> LoginBrake | None:
        """Give the brake of a key."""
        row = (
            self._connection.execute(select(login_brakes).where(login_brakes.c.key == key)).mappings().first()
        )
        return LoginBrake(**row) if row else None

    def put(self, brake: LoginBrake) -> None:
        """Store a brake, new or changed."""
        self.remove(brake.key)
        self._connection.execute(insert(login_brakes).values(asdict(brake)))

    def remove(self, key: str) -> None:
        """Forget the failures of a key."""
        self._connection.execute(delete(login_brakes).where(login_brakes.c.key == key))

    def remove_older_than(self, moment: datetime) -> None:
        """Forget failures before `moment`."""
        self._connection.execute(delete(login_brakes).where(login_brakes.c.last_failed_at < moment))
