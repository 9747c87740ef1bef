"""A database of an earlier release is taken over with all that people have put into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from map_server.adapters.db import migrate as migrations
from map_server.adapters.db.engine import WRITES, open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.sealing import open_secret_box

AT = "2026-11-23T04:00:00.000000+00:00"
OF_ORDER, OF_SITE = "a" * 64, "b" * 64


def put(connection: Connection, table: str, **given: str | int) -> None:
    """Write a row; what must not be null and was not given is empty."""
    needed = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
    empty = {
        row.name: 0 if row.type.startswith(("INT", "BIG", "BOOL", "FLOAT")) else ""
        for row in needed
        if row.notnull
    }
    row = empty | given
    marks = ", ".join("?" * len(row))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
    )


def fill(connection: Connection) -> None:
    """Put in what a server of that release has kept."""
    order = {"number": 1, "id": "W-1", "kind": "drop_point", "created_at": AT, "updated_at": AT}
    put(connection, "work_orders", **order)
    put(connection, "sites", site_id="S-1", kind="structure_point")
    for sha256 in (OF_ORDER, OF_SITE):
        row = {"sha256": sha256, "media_type": "image/jpeg", "received_at": AT, "uploaded_by": "person:1"}
        put(connection, "evidence", **row)
    put(
        connection,
        "work_order_photos",
        work_order_id="W-1",
        sha256=OF_ORDER,
        added_by="person:1",
        added_at=AT,
    )
    noted = {"subject_kind": "evidence", "action": "evidence_received", "actor": "person:1"}
    for seq, (sha256, about) in enumerate([(OF_ORDER, '{"work_order":1}'), (OF_SITE, '{"site":"S-1"}')], 1):
        put(connection, "audit_log", seq=seq, subject_id=sha256, after=about, **noted)
    told = {"target": "https://example.org/h?key=1", "secret": "whsec_open", "created_at": AT}
    put(connection, "subscriptions", subscription_id="N-1", **told)


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(sqlite_url(tmp_path / "older.sqlite3"))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0008_reports")
        fill(connection)
    yield engine
    engine.dispose()


def test_pictures_keep_their_owners(older: Engine, tmp_path: Path) -> None:
    migrate(older, open_secret_box(tmp_path))
    with older.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM photos ORDER BY subject_kind").all()
    assert [tuple(row) for row in rows] == [
        ("site", "S-1", OF_SITE, "illegal_structure", "person:1", AT),
        ("work_order", "W-1", OF_ORDER, "garbage_drop", "person:1", AT),
    ]


def test_secrets_of_subscriptions_are_sealed(older: Engine, tmp_path: Path) -> None:
    box = open_secret_box(tmp_path)
    migrate(older, box)
    with older.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT target, secret FROM subscriptions").all()
    assert "example.org" not in row.target
    assert "whsec_open" not in row.secret
    assert box.open(row.target, "N-1.target") == "https://example.org/h?key=1"
    assert box.open(row.secret, "N-1.secret") == "whsec_open"


def test_without_the_key_nothing_is_changed(older: Engine) -> None:
    with pytest.raises(RuntimeError, match="data folder"):
        migrate(older)
    with older.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM work_order_photos").scalar() == 1
