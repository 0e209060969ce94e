"""Opens the engine that the settings name."""

from pathlib import Path

from server.core.db.binding import AnyEngine
from server.core.db.postgres import PooledPostgresEngine
from server.core.db.sqlite import PooledSqliteEngine
from server.settings import Database


def open_engine(database: Database) -> AnyEngine:
    """The engine for `database.url`; nothing is connected until its first query."""
    if database.url.startswith("sqlite:///"):
        return PooledSqliteEngine(Path(database.url.removeprefix("sqlite:///")), database.readers)
    return PooledPostgresEngine(database.url)
