"""Binds the process's one engine to every table; Piccolo tables are process-wide, so the engine is too."""

import os
from typing import Any, TypeAlias

os.environ.setdefault("PICCOLO_CONF", "server.piccolo_conf")

from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import Finder
from piccolo.engine.base import Engine


AnyEngine: TypeAlias = Engine[Any]


class _Bound:
    engine: AnyEngine | None = None


def bind(engine: AnyEngine) -> None:
    """Make `engine` the one every table and migration uses; tests bind again for each database."""
    finder = Finder()
    _Bound.engine = engine
    finder.get_piccolo_conf_module().DB = engine  # pyright: ignore[reportOptionalMemberAccess]
    registry = finder.get_app_registry()
    for config in registry.app_configs.values():
        for table in config.table_classes:
            table._meta.db = engine
    Migration._meta.db = engine


def engine() -> AnyEngine:
    """The bound engine; RuntimeError before `bind`."""
    if _Bound.engine is None:
        raise RuntimeError("no database engine is bound: call server.core.db.bind first")
    return _Bound.engine


def transaction() -> Any:
    """`async with transaction():` one unit of work; nested calls join the outermost."""
    return engine().transaction()
