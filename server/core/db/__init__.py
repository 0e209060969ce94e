"""The database: one set of tables and migrations on pooled SQLite and on PostgreSQL."""

from server.core.db.acting import platform_wide, working_for
from server.core.db.binding import AnyEngine, after_commit, bind, engine, look_up, transaction
from server.core.db.engines import open_engine
from server.core.db.scope import scoped

__all__ = [
    "AnyEngine",
    "after_commit",
    "bind",
    "engine",
    "look_up",
    "open_engine",
    "platform_wide",
    "scoped",
    "transaction",
    "working_for",
]
