"""Piccolo's PostgreSQL engine with one connection pool per event loop (asyncpg pools belong to their loop)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self, cast
from uuid import UUID
from weakref import WeakKeyDictionary

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from server.core.clock import now
from server.core.db.acting import NOBODY, Reach, current_reach
from server.core.db.errors import WAIT_AT_MOST_S, translate_postgres

POOL_SIZE = 8
SESSION = {"lock_timeout": f"{WAIT_AT_MOST_S:.0f}s"}


class PooledTransaction(PostgresTransaction):
    """A transaction that always takes its connection from the loop's pool, and tells it for whom it works.

    Its connection goes back however it ends: Piccolo's own keeps one that was lost before the commit, until the pool
    has none.
    """

    _told: Reach = NOBODY
    engine: "PooledPostgresEngine"  # pyright: ignore[reportIncompatibleVariableOverride]

    async def __aenter__(self) -> Self:
        if self._parent is not None:
            return self._parent  # pyright: ignore[reportReturnType]
        with translate_postgres():
            self.connection = await self.engine.take_connection()
        try:
            with translate_postgres():
                self.transaction = self.connection.transaction()
                await self.begin()
        except BaseException:
            await asyncio.shield(self._give_back())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent is not None:
            return exception is None
        self.engine.current_transaction.reset(self.context)
        try:
            await self._finish(is_failed=exception is not None)
        finally:
            await asyncio.shield(self._give_back())
        return exception is None

    async def _finish(self, *, is_failed: bool) -> None:
        if self._committed or self._rolled_back:
            return
        if not is_failed:
            with translate_postgres():
                await self.commit()
            return
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # what failed before is what counts
            await self.rollback()

    async def _give_back(self) -> None:
        await cast("asyncpg.Pool", self.engine.pool).release(self.connection)

    async def tell_reach(self) -> None:
        """Before its first statement, and again where `working_for` another began or ended inside it."""
        reach = current_reach()
        if reach != self._told:
            await _tell(self.connection, reach, until_commit=True)
            self._told = reach


class PooledPostgresEngine(PostgresEngine):
    def __init__(self, dsn: str) -> None:
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncpg.Pool] = WeakKeyDictionary()
        self._opening: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
        super().__init__(config={"dsn": dsn})

    @property
    def pool(self) -> asyncpg.Pool | None:
        try:
            return self._pools.get(asyncio.get_running_loop())
        except RuntimeError:
            return None

    @pool.setter
    def pool(self, value: asyncpg.Pool | None) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        if value is not None:
            self._pools[asyncio.get_running_loop()] = value

    async def start_connection_pool(self, **kwargs: Any) -> None:
        if self.pool is not None:
            return
        # Several tasks may come first at once: a second pool would take back connections that are not its own.
        loop = asyncio.get_running_loop()
        async with self._opening.setdefault(loop, asyncio.Lock()):
            if self.pool is None:
                sizes = {"min_size": 1, "max_size": POOL_SIZE}
                self._pools[loop] = await asyncpg.create_pool(
                    **self.config, **sizes, **kwargs, server_settings=SESSION, init=_use_plain_uuid
                )

    async def close_connection_pool(self) -> None:
        """Close the running loop's pool."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()

    async def run_querystring(self, querystring: Any, in_pool: bool = True) -> Any:
        with translate_postgres():
            await self.start_connection_pool()
            open_transaction = cast("PooledTransaction | None", self.current_transaction.get())
            if open_transaction is not None:
                await open_transaction.tell_reach()
            return await super().run_querystring(querystring, in_pool)

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        """A statement outside of a transaction; the pool resets the connection's settings when it is given back."""
        pool = cast("asyncpg.Pool", self.pool)
        async with pool.acquire(timeout=WAIT_AT_MOST_S) as connection:
            if current_reach() != NOBODY:
                await _tell(connection, current_reach(), until_commit=False)
            return await connection.fetch(query, *(args or ()))

    async def look_up(self, querystring: Any) -> list[dict[str, Any]]:
        """As every other query."""
        return [dict(row) for row in await self.run_querystring(querystring)]

    async def take_connection(self) -> Any:
        await self.start_connection_pool()
        return await cast("asyncpg.Pool", self.pool).acquire(timeout=WAIT_AT_MOST_S)

    def transaction(self, allow_nested: bool = True) -> PooledTransaction:
        return PooledTransaction(engine=self, allow_nested=allow_nested)

    def grouped_transaction(self) -> PooledTransaction:
        """One of its own: PostgreSQL has many writers, and flushes those that commit at once together itself."""
        return self.transaction()


async def _tell(connection: Any, reach: Reach, *, until_commit: bool) -> None:
    await connection.execute(_SET, *reach.settings(), now().isoformat(), until_commit)


_NAMES = (*Reach.__struct_fields__, "at")
_SET = "SELECT " + ", ".join(
    f"set_config('careferry.{name}', ${number}, ${len(_NAMES) + 1})" for number, name in enumerate(_NAMES, start=1)
)


async def _use_plain_uuid(connection: Any) -> None:
    """asyncpg's own UUID class is unknown to msgspec: decode to the standard library's."""
    await connection.set_type_codec("uuid", encoder=str, decoder=UUID, schema="pg_catalog")
