"""Writes many rows with one prepared statement, the same way on both databases.

A statement of SQLAlchemy is compiled once per table; after that the driver gets plain tuples, converted
column by column by the table's own types. Ingest lives on this.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

Row = Mapping[str, Any]
_Convert = Callable[[Any], Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of the same columns; one whose primary key exists replaces those columns of the old one."""
    _write(connection, table, rows, replaces=True)


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write new rows of the same columns."""
    _write(connection, table, rows, replaces=False)


def _write(connection: Connection, table: Table, rows: Sequence[Row], replaces: bool) -> None:
    if not rows:
        return
    names = tuple(column.name for column in table.columns if column.name in rows[0])
    sql, converters = _prepared(table, connection.dialect.name, names, replaces)
    columns = [
        [row[name] for row in rows] if convert is None else [convert(row[name]) for row in rows]
        for name, convert in zip(names, converters, strict=True)
    ]
    connection.exec_driver_sql(sql, list(zip(*columns, strict=True)))


@cache
def _prepared(
    table: Table, dialect_name: str, names: tuple[str, ...], replaces: bool
) -> tuple[str, tuple[_Convert | None, ...]]:
    is_sqlite = dialect_name == "sqlite"
    dialect: Dialect = sqlite.dialect() if is_sqlite else PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    statement = insert.values({name: bindparam(name) for name in names})
    if replaces:
        key = [column.name for column in table.primary_key]
        others = {name: statement.excluded[name] for name in names if name not in key}
        statement = statement.on_conflict_do_update(index_elements=key, set_=others)
    # The columns of an INSERT stand in the order of the table, and so do its parameters.
    types = {column.name: column.type.dialect_impl(dialect) for column in table.columns}
    return str(statement.compile(dialect=dialect)), tuple(
        types[name].bind_processor(dialect) for name in names
    )
