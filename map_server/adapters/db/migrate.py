"""Brings a database to the present shape, in process, at start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from map_server.adapters.db.engine import WRITES

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing. Two processes that start together do it one after the other."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
