"""Group commit on SQLite: small transactions that come while the disk is busy share the next commit.

SQLite has one writer, and with synchronous=FULL each commit waits for the disk. Whoever comes while a commit is under
way is let into the next group: one after another, each within a savepoint of its own, so that one that fails takes
nobody along. Each goes on only after the commit that holds it. Nobody waits for company, so there is no delay to set:
groups are as large as the disk is slow (the term is of DeWitt et al., SIGMOD 1984).
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction

from server.core.db.errors import WAIT_AT_MOST_S, translate_sqlite
from server.core.faults import Unavailable

MOST_IN_A_GROUP = 64
"""Bounds how long the first waits for the last: a heartbeat takes a third of a millisecond."""


class _Member:
    """One transaction of a group. Each future is awaited by one side and set by the other."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.turn: asyncio.Future[SQLiteTransaction] = loop.create_future()
        self.left: asyncio.Future[None] = loop.create_future()
        self.committed: asyncio.Future[None] = loop.create_future()

    async def wait_for_turn(self) -> SQLiteTransaction:
        """The group's transaction; Unavailable when those before take too long."""
        try:
            async with asyncio.timeout(WAIT_AT_MOST_S):
                return await self.turn
        except TimeoutError as error:
            raise Unavailable("The database was busy for too long.") from error

    async def run(self, group: SQLiteTransaction) -> None:
        """Until it has left, which whoever gave up before its turn has done already."""
        if not self.turn.done():
            self.turn.set_result(group)
            await self.left
        if not group.connection.in_transaction:
            # A full disk undoes all of it (sqlite.org/lang_transaction.html): of those before nothing is kept either.
            raise Unavailable("The database could not keep what it was given.")

    def tell(self, failure: Exception | None) -> None:
        """That all is on the disk, or why not. Whoever failed or gave up is not told."""
        awaited = self.committed if self.turn.done() else self.turn
        if awaited.done():
            return
        if failure is not None:
            awaited.set_exception(failure)
            awaited.exception()  # seen: who is cancelled in this very moment does not ask for it
        else:
            self.committed.set_result(None)


class GroupCommit:
    """The groups of one event loop's writer, one after another."""

    def __init__(self, engine: SQLiteEngine) -> None:
        self._engine = engine
        self._waiting: deque[_Member] = deque()
        self._committing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        """A member of a group; inside a transaction, a part of that. For what the block awaits, the group waits."""
        if self._engine.transaction_exists():
            yield
            return
        member = self._join()
        try:
            with self._working_in(await member.wait_for_turn()):
                yield
        except BaseException:
            member.committed.cancel()
            raise
        finally:
            member.left.set_result(None)
        await member.committed

    def _join(self) -> _Member:
        """Behind those who came before."""
        member = _Member()
        self._waiting.append(member)
        if self._committing is None:
            # A task of its own: whoever came first may be cancelled, and the others are committed still.
            self._committing = asyncio.create_task(self._commit_all())
        return member

    @contextmanager
    def _working_in(self, group: SQLiteTransaction) -> Generator[None]:
        context = self._engine.current_transaction.set(group)
        try:
            with _savepoint(group):
                yield
        finally:
            self._engine.current_transaction.reset(context)

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                await self._commit_next()
        finally:
            self._committing = None

    async def _commit_next(self) -> None:
        members: list[_Member] = []
        failure: Exception | None = None
        try:
            async with self._engine.transaction() as group:
                while self._waiting and len(members) < MOST_IN_A_GROUP:
                    members.append(self._waiting.popleft())
                    await members[-1].run(group)
        except Exception as error:  # noqa: BLE001  it is raised at everyone whose commit it was
            failure = error
            if not members:
                members = [*self._waiting]
                self._waiting.clear()
        for member in members:
            member.tell(failure)


@contextmanager
def _savepoint(group: SQLiteTransaction) -> Generator[None]:
    connection = group.connection._conn  # noqa: SLF001  no public name
    with translate_sqlite():
        connection.execute("SAVEPOINT member")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            with translate_sqlite():
                connection.execute("ROLLBACK TO member")
                connection.execute("RELEASE member")
        raise
    with translate_sqlite():
        connection.execute("RELEASE member")
