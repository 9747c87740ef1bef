"""Opens the database."""

from sqlalchemy import Engine

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.sealing import open_secret_box
from map_server.config import Settings


def open_database(settings: Settings) -> Engine:
    """Open the database, make the data directory if need be, and bring the tables to the present shape."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url or sqlite_url(settings.database_path))
    migrate(engine, open_secret_box(settings.secrets_path))
    return engine
