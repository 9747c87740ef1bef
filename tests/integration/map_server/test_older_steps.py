"""Steps of an older database learn from the log which due time ran until them."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from map_server.adapters.db import migrate as migrations
from map_server.adapters.db.engine import WRITES, open_engine, sqlite_url
from tests.integration.map_server.test_older_database import AT, put

DUE = "2026-06-01T05:00:00.000000+00:00"


def test_each_step_gets_the_due_time_of_its_own_entry(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "older.sqlite3"))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007_audit_and_record")
        for number, order in enumerate(("W-1", "W-2"), 1):
            row = {"number": number, "kind": "drop_point", "created_at": AT, "updated_at": AT}
            put(connection, "work_orders", id=order, **row)
        log = [  # two orders taken in turn: drafted, filed, suspended, and back
            ("W-1", None),
            ("W-2", None),
            ("W-1", '{"state":"filed","due_at":"2026-06-01T13:00:00+08:00"}'),
            ("W-2", '{"state":"filed","due_at":null}'),
            ("W-1", '{"state":"suspended","due_at":"2026-07-01T00:00:00+00:00"}'),
        ]
        for seq, (order, before) in enumerate(log, 1):
            entry = {"subject_kind": "work_order", "subject_id": order, "before": before}
            put(connection, "audit_log", seq=seq, **{k: v for k, v in entry.items() if v is not None})
            put(connection, "work_order_steps", seq=seq, work_order_id=order, at=AT)
        command.upgrade(config, "0008_reports")
        steps = connection.exec_driver_sql(
            "SELECT work_order_id, was_due_at FROM work_order_steps ORDER BY seq"
        ).all()
    engine.dispose()
    assert [tuple(step) for step in steps] == [
        ("W-1", None),
        ("W-2", None),
        ("W-1", DUE),
        ("W-2", None),
        ("W-1", None),
    ]
