"""A pooled SQLite engine for Piccolo: one writer behind a lock and N readers, always WAL and synchronous=FULL.

Piccolo's own engine opens a thread and a connection for every query and leaks one when BEGIN fails.
Connections belong to the event loop that opened them, so the web and the embedded workers each have a pool;
between pools (and processes) SQLite's own lock and `busy_timeout` arbitrate.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType
from piccolo.querystring import QueryString

from server.core.db.constraints import for_sqlite
from server.core.db.errors import WAIT_AT_MOST_S, translate_sqlite
from server.core.db.group_commit import GroupCommit
from server.core.faults import Unavailable

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={WAIT_AT_MOST_S * 1000:.0f}",
    "foreign_keys=1",
    # Deleted keys are overwritten, not only unlinked (vault.scrub clears the log).
    "secure_delete=1",
    "cache_size=-16000",
    "temp_store=MEMORY",
)


class _Pool:
    """The connections of one event loop."""

    def __init__(
        self,
        writer: aiosqlite.Connection,
        looker: aiosqlite.Connection,
        readers: Sequence[aiosqlite.Connection],
        groups: GroupCommit,
    ) -> None:
        self.writer = writer
        self.looker = looker
        """For look-ups on the loop; its thread is never asked."""
        self.writing = asyncio.Lock()
        self.groups = groups
        self.readers = list(readers)
        self.free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self.free.put_nowait(reader)

    async def take_writer(self) -> None:
        """Unavailable when those before take too long: where another process holds the lock, waits would add up."""
        try:
            async with asyncio.timeout(WAIT_AT_MOST_S):
                await self.writing.acquire()
        except TimeoutError as error:
            raise Unavailable("The database was busy for too long.") from error

    async def close(self) -> None:
        for connection in (*self.readers, self.looker, self.writer):
            await connection.close()


class ImmediateTransaction(SQLiteTransaction):
    """A write transaction on the pool's one writer; it joins a surrounding transaction."""

    engine: "PooledSqliteEngine"  # pyright: ignore[reportIncompatibleVariableOverride]

    async def __aenter__(self) -> Self:
        if self._parent is not None:
            return self._parent  # pyright: ignore[reportReturnType]
        self._pool = await self.engine.pool()
        await self._pool.take_writer()
        self.connection = self._pool.writer
        try:
            with translate_sqlite():
                await self._begin()
        except BaseException:
            await asyncio.shield(self._abandon())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def _begin(self) -> None:
        """In the thread only where another pool or process has the lock, which has to be waited for."""
        if not _begin_at_once(self.connection._conn):  # noqa: SLF001  no public name
            await asyncio.shield(self.connection.execute("BEGIN IMMEDIATE"))

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent is not None:
            return exception is None
        self.engine.current_transaction.reset(self.context)
        await asyncio.shield(self._finish(is_failed=exception is not None))
        return exception is None

    async def _finish(self, *, is_failed: bool) -> None:
        try:
            if not is_failed and not self._committed and not self._rolled_back:
                with translate_sqlite():
                    await self.connection.execute("COMMIT")
        finally:
            await self._abandon()

    async def _abandon(self) -> None:
        """Roll back whatever is still open and give the writer back, whichever way the block was left."""
        try:
            if self.connection.in_transaction:
                await self.connection.execute("ROLLBACK")
        finally:
            self._pool.writing.release()


class PooledSqliteEngine(SQLiteEngine):
    """See the module; `path` is created on first use with its folder."""

    def __init__(self, path: Path, readers: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path=str(path))
        self._reader_count = readers
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[_Pool]] = WeakKeyDictionary()

    async def pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        opening = self._pools.get(loop)
        if opening is None:
            opening = self._pools[loop] = loop.create_task(self._open_pool())
        return await asyncio.shield(opening)

    async def _open_pool(self) -> _Pool:
        writer, looker = await self._open(), await self._open(is_reader=True)
        readers = [await self._open(is_reader=True) for _ in range(self._reader_count)]
        return _Pool(writer, looker, readers, GroupCommit(self))

    async def _open(self, *, is_reader: bool = False) -> aiosqlite.Connection:
        options = cast("dict[str, Any]", self.connection_kwargs)
        connection = await aiosqlite.connect(**options, check_same_thread=False)
        connection.row_factory = _as_dict  # pyright: ignore[reportAttributeAccessIssue]  # Piccolo reads rows by name
        for pragma in (*PRAGMAS, *(("query_only=1",) if is_reader else ())):
            async with connection.execute(f"PRAGMA {pragma}"):
                pass
        return connection

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> ImmediateTransaction:
        return ImmediateTransaction(engine=self, transaction_type=transaction_type, allow_nested=allow_nested)

    @asynccontextmanager
    async def grouped_transaction(self) -> AsyncGenerator[None]:
        """See group_commit.py."""
        async with (await self.pool()).groups.transaction():
            yield

    async def look_up(self, querystring: QueryString) -> list[dict[str, Any]]:
        """On the loop, and inside a transaction as every other statement of it."""
        opened = self.current_transaction.get()
        connection = opened.connection if opened else (await self.pool()).looker
        sql, values = querystring.compile_string(self.engine_type)
        return await self._run_in_existing_connection(connection, sql, values)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Any:
        for statement in for_sqlite(ddl):
            await super().run_ddl(statement, in_pool)
        return []

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> Any:
        lease = self._reader if query.lstrip()[:6].upper() == "SELECT" else self._writer
        async with lease() as connection:
            return await _fetch(connection, query, args)

    async def _run_in_existing_connection(
        self, connection: Any, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> Any:
        # An open transaction has the lock, so its statements wait for nobody, and neither does a look-up; their trip to
        # the thread and back would take longer than they do. COMMIT waits for the disk: that keeps the thread.
        with translate_sqlite():
            return connection._conn.execute(query, args or []).fetchall()  # noqa: SLF001  no public name

    @asynccontextmanager
    async def _reader(self) -> AsyncGenerator[aiosqlite.Connection]:
        pool = await self.pool()
        reader = await pool.free.get()
        try:
            yield reader
        finally:
            pool.free.put_nowait(reader)

    @asynccontextmanager
    async def _writer(self) -> AsyncGenerator[aiosqlite.Connection]:
        pool = await self.pool()
        await pool.take_writer()
        try:
            yield pool.writer
        finally:
            pool.writing.release()

    async def start_connection_pool(self) -> None:
        await self.pool()

    async def close_connection_pool(self) -> None:
        """Close the running loop's connections."""
        opening = self._pools.pop(asyncio.get_running_loop(), None)
        if opening is not None:
            with suppress(asyncio.CancelledError):
                await (await opening).close()


def _begin_at_once(connection: sqlite3.Connection) -> bool:
    """False where somebody else writes."""
    connection.execute("PRAGMA busy_timeout=0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode or 0) & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={WAIT_AT_MOST_S * 1000:.0f}")
    return True


def _as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


async def _fetch(connection: aiosqlite.Connection, query: str, args: list[Any] | None) -> Any:
    with translate_sqlite():
        # One hop to the connection's thread and back, where a cursor would take three.
        return await connection.execute_fetchall(query, args or [])
