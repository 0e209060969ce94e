"""Binds the process's one engine to every table; Piccolo tables are process-wide, so the engine is too."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

os.environ.setdefault("PICCOLO_CONF", "server.piccolo_conf")

from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import Finder
from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

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


_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)


@asynccontextmanager
async def transaction(*, is_grouped: bool = False) -> AsyncGenerator[None]:
    """`async with transaction():` one unit of work; nested calls join the outermost.

    One that is grouped may share its commit with others, and is as whole and as lasting. It is for what many send at
    once, and for blocks that await nothing but statements.
    """
    if _after_commit.get() is not None:
        async with engine().transaction():
            yield
        return
    effects: list[Callable[[], None]] = []
    context = _after_commit.set(effects)
    bound: Any = engine()
    try:
        async with bound.grouped_transaction() if is_grouped else bound.transaction():
            yield
    finally:
        _after_commit.reset(context)
    for effect in effects:
        effect()


async def look_up(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The rows of a SELECT that finds a few by a key, as every request has one; `{}` stands for each value.

    SQLite answers it on the loop, where a query that reads many rows would hold everybody up.
    """
    bound: Any = engine()
    return await bound.look_up(QueryString(sql, *values))


def after_commit(effect: Callable[[], None]) -> None:
    """Run `effect` once the open transaction has committed, never if it rolls back.

    Only for what may be lost, such as waking a worker: the process may end between the two. RuntimeError outside one.
    """
    effects = _after_commit.get()
    if effects is None:
        raise RuntimeError("no transaction is open")
    if effect not in effects:
        effects.append(effect)
