"""A grouped transaction is as whole and as lasting as any other, whatever becomes of those it shares a commit with."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiosqlite
import pytest

from server.core.db import after_commit, engine, group_commit, transaction
from server.core.db.sqlite import PooledSqliteEngine
from server.core.faults import StorageFull, Unavailable
from server.core.ids import new_id
from server.core.vault.tables import Vault
from tests.core.db.test_constraints import AT, REFUSED
from tests.support.platforms import Templates, platform_on

on_both = pytest.mark.usefixtures("platform")


async def insert(state: str = "open") -> UUID:
    vault_id = new_id()
    await Vault.insert(Vault(id=vault_id, recorded_at=AT, organisation_id=uuid4(), state=state))
    return vault_id


async def insert_grouped(state: str = "open", *, then: Callable[[], Any] = lambda: None) -> UUID:
    async with transaction(is_grouped=True):
        vault_id = await insert(state)
        then()
    return vault_id


def fail() -> None:
    raise ZeroDivisionError


async def kept() -> set[UUID]:
    return {row["id"] for row in await Vault.select(Vault.id)}


@on_both
async def test_who_fails_takes_nobody_along() -> None:
    """By an error of its own, and by a statement that the database refuses."""
    members = [insert_grouped("lost" if n % 5 == 1 else "open", then=fail if n % 5 == 2 else int) for n in range(20)]
    results = await asyncio.gather(*members, return_exceptions=True)
    for number, result in enumerate(results):
        expected = {1: REFUSED, 2: ZeroDivisionError}.get(number % 5, UUID)
        assert isinstance(result, expected)
    assert await kept() == {result for result in results if isinstance(result, UUID)}


@on_both
async def test_a_failure_undoes_all_of_its_own() -> None:
    async def write_twice() -> None:
        async with transaction(is_grouped=True):
            await insert()
            async with transaction():
                await insert()
            await insert("lost")

    results = await asyncio.gather(insert_grouped(), write_twice(), insert_grouped(), return_exceptions=True)
    assert await kept() == {results[0], results[2]}


@on_both
@pytest.mark.parametrize("is_bare", [False, True], ids=["transaction", "the engine's own"])
async def test_inside_another_transaction_it_is_a_part_of_that(*, is_bare: bool) -> None:
    async def write_around() -> None:
        async with engine().transaction() if is_bare else transaction():
            await insert_grouped()
            fail()

    with pytest.raises(ZeroDivisionError):
        await write_around()
    assert await kept() == set()


@on_both
async def test_who_is_cancelled_keeps_nothing_and_holds_nobody_up() -> None:
    inside = asyncio.Event()

    async def write_and_wait() -> None:
        async with transaction(is_grouped=True):
            await insert()
            inside.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(insert_grouped())
    stuck = asyncio.create_task(write_and_wait())
    await inside.wait()
    behind = [asyncio.create_task(insert_grouped()) for _ in range(3)]
    await asyncio.sleep(0)
    behind[0].cancel()  # before its turn
    stuck.cancel()
    writing: list[asyncio.Task[Any]] = [first, stuck, *behind]
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert [type(result) for result in results[1:3]] == [asyncio.CancelledError] * 2
    assert await kept() == {results[0], *results[3:]}


@on_both
async def test_what_is_to_follow_the_commit_follows_it() -> None:
    told: list[str] = []

    async def write(name: str, *, fails: bool = False) -> None:
        async with transaction(is_grouped=True):
            await insert()
            after_commit(lambda: told.append(name))
            if fails:
                fail()

    await asyncio.gather(write("a"), write("b", fails=True), write("c"), return_exceptions=True)
    assert sorted(told) == ["a", "c"]


class Gate:
    """Stands in the way of COMMIT on the pool's writer; the thread and the file behind it are the real ones."""

    def __init__(self, engine: PooledSqliteEngine, writer: aiosqlite.Connection) -> None:
        self.engine = engine
        self.commits: list[set[UUID]] = []
        self.is_open, self.reached = asyncio.Event(), asyncio.Event()
        self.failure: Exception | None = None
        self._writer, self._execute = writer, writer.execute

    async def execute(self, sql: str, *parameters: Any) -> Any:
        if sql == "COMMIT":
            self.reached.set()
            await self.is_open.wait()
            if self.failure is not None:
                raise self.failure
            rows = self._writer._conn.execute("SELECT id FROM vault").fetchall()
            self.commits.append({row["id"] for row in rows})
        return await self._execute(sql, *parameters)


@pytest.fixture
async def gate(tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    async with platform_on("sqlite", tmp_path, templates) as platform:
        assert isinstance(platform.engine, PooledSqliteEngine)
        writer = (await platform.engine.pool()).writer
        gate = Gate(platform.engine, writer)
        monkeypatch.setattr(writer, "execute", gate.execute)
        yield gate


async def test_those_who_come_during_a_commit_share_the_next_in_their_order(gate: Gate) -> None:
    first = asyncio.create_task(insert_grouped())
    await gate.reached.wait()
    others = [asyncio.create_task(insert_grouped()) for _ in range(10)]
    gate.is_open.set()
    ids = await asyncio.gather(first, *others)
    assert gate.commits == [set(ids[:1]), set(ids)]
    assert ids == sorted(ids)  # ids are in the order in which they were made


async def test_nobody_goes_on_before_the_commit(gate: Gate) -> None:
    members = [asyncio.create_task(insert_grouped()) for _ in range(3)]
    await gate.reached.wait()
    assert await kept() == set()
    done, _ = await asyncio.wait(members, timeout=0.05)
    assert not done
    gate.is_open.set()
    assert set(await asyncio.gather(*members)) == await kept()


async def test_who_is_cancelled_during_the_commit_holds_nobody_up(gate: Gate) -> None:
    """Whether it was kept, it does not know; as with any commit whose answer is lost."""
    members = [asyncio.create_task(insert_grouped()) for _ in range(3)]
    await gate.reached.wait()
    members[0].cancel()
    await asyncio.sleep(0)
    gate.is_open.set()
    results = await asyncio.gather(*members, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert set(results[1:]) < await kept()


async def test_a_commit_that_fails_fails_everyone_in_it_and_nobody_after(gate: Gate) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    gate.failure = error
    members = [asyncio.create_task(insert_grouped()) for _ in range(3)]
    await gate.reached.wait()
    gate.is_open.set()
    results = await asyncio.gather(*members, return_exceptions=True)
    assert [type(result) for result in results] == [StorageFull] * 3
    gate.failure = None
    later = await insert_grouped()
    assert await kept() == {later}


async def test_a_transaction_that_sqlite_undid_fails_those_before_too(gate: Gate) -> None:
    """A full disk ends the whole transaction, savepoints and all, not only the statement."""
    gate.is_open.set()
    writer = (await gate.engine.pool()).writer

    def undo() -> None:
        writer._conn.rollback()
        raise StorageFull

    results = await asyncio.gather(
        insert_grouped(), insert_grouped(then=undo), insert_grouped(), return_exceptions=True
    )
    assert [type(result) for result in results] == [Unavailable, StorageFull, UUID]
    assert await kept() == {results[2]}


async def test_a_group_is_bounded(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_IN_A_GROUP", 4)
    gate.is_open.set()
    await asyncio.gather(*(insert_grouped() for _ in range(10)))
    assert [len(held) for held in gate.commits] == [4, 8, 10]


async def test_where_the_writer_is_not_to_be_had_everyone_is_told(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    gate.is_open.set()
    monkeypatch.setattr("server.core.db.sqlite.WAIT_AT_MOST_S", 0.05)
    pool = await gate.engine.pool()
    async with pool.writing:
        results = await asyncio.gather(*(insert_grouped() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 3
    later = await insert_grouped()
    assert await kept() == {later}
