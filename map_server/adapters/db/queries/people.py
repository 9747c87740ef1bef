"""Reads about people that take no write lock."""

from sqlalchemy import Engine, select

from map_server.adapters.db.repositories.accounts import account_from_row, link_from_row
from map_server.adapters.db.tables.accounts import accounts, login_brakes, one_time_links, sessions
from map_server.domain.account import Account, LoginBrake, OneTimeLink, Session


class SqlPeopleReads:
    """See services.account_ports.PeopleReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def session(self, token_hash: str) -> tuple[Account, Session] | None:
        """Give the session behind a cookie, with its account."""
        statement = (
            select(accounts, sessions)
            .join_from(sessions, accounts)
            .where(sessions.c.token_hash == token_hash)
        )
        with self._engine.connect() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        return account_from_row(row), Session(**{column.name: row[column] for column in sessions.c})

    def account_by_login_name(self, login_name: str) -> Account | None:
        """Give an account by its login name."""
        with self._engine.connect() as connection:
            statement = select(accounts).where(accounts.c.login_name == login_name)
            row = connection.execute(statement).mappings().first()
        return account_from_row(row) if row else None

    def brakes(self, keys: tuple[str, ...]) -> list[LoginBrake]:
        """Give the brakes of these keys, as far as there are any."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(login_brakes).where(login_brakes.c.key.in_(keys))).mappings()
            return [LoginBrake(**row) for row in rows]

    def accounts(self) -> list[Account]:
        """Give all accounts, open ones first, by name."""
        statement = select(accounts).order_by(accounts.c.disabled_at.is_not(None), accounts.c.login_name)
        with self._engine.connect() as connection:
            return [account_from_row(row) for row in connection.execute(statement).mappings()]

    def unused_links(self) -> list[OneTimeLink]:
        """Give the links that were not used, newest first."""
        statement = select(one_time_links).where(one_time_links.c.used_at.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(one_time_links.c.created_at.desc())).mappings()
            return [link_from_row(row) for row in rows]

    def link(self, token_hash: str) -> OneTimeLink | None:
        """Give a link by its hash."""
        statement = select(one_time_links).where(one_time_links.c.token_hash == token_hash)
        with self._engine.connect() as connection:
            row = connection.execute(statement).mappings().first()
        return link_from_row(row) if row else None
