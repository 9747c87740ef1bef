"""Brings a database to the present shape, in process, at start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from map_server.adapters.db.engine import WRITES
from map_server.adapters.sealing import SecretBox

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, box: SecretBox | None = None) -> None:
    """Apply the migrations that are missing. Two processes that start together do it one after the other.

    `box` seals secrets that an older database holds in the open.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        config.attributes["box"] = box
        command.upgrade(config, "head")
