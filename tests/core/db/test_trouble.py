"""A database that is locked, busy or away: the request fails within its time and keeps nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from server.core.db import postgres, sqlite, transaction
from server.core.faults import Unavailable
from server.core.platform import Platform
from server.identity.tables import Organisation
from tests.support.people import make_organisation
from tests.support.platforms import OWNER_URL, Templates, platform_on
from tests.support.requirements import require_server

WITHIN_S = 30


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "WAIT_AT_MOST_S", 0.2)
    quick = [pragma for pragma in sqlite.PRAGMAS if not pragma.startswith("busy_timeout")]
    monkeypatch.setattr(sqlite, "PRAGMAS", (*quick, "busy_timeout=200"))
    monkeypatch.setattr(postgres, "SESSION", {"lock_timeout": "200ms"})


@pytest.fixture
async def on_sqlite(impatient: None, tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    async with platform_on("sqlite", tmp_path, templates) as platform:
        yield platform


@pytest.fixture
async def on_postgres(impatient: None, tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    require_server("postgresql")
    async with platform_on("postgresql", tmp_path, templates) as platform:
        yield platform


async def add_organisation() -> None:
    async with transaction():
        await make_organisation("Kept or not")


@asynccontextmanager
async def held(transactions: int) -> AsyncGenerator[None]:
    """So many transactions are open within the block."""
    begun, leave = asyncio.Barrier(transactions + 1), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await begun.wait()
            await leave.wait()

    holding = [asyncio.create_task(hold()) for _ in range(transactions)]
    await begun.wait()
    yield
    leave.set()
    await asyncio.gather(*holding)


async def kept() -> int:
    return int(await cast("Any", Organisation).count())


async def test_a_lock_that_another_process_holds_fails_every_request_that_waits(
    on_sqlite: Platform, tmp_path: Path
) -> None:
    before = await kept()
    other = sqlite3.connect(tmp_path / "careferry.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = [add_organisation() for _ in range(12)]
    outcomes = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), WITHIN_S)
    other.execute("ROLLBACK")
    other.close()
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert await kept() == before
    await add_organisation()
    assert await kept() == before + 1


async def test_a_lock_that_another_process_holds_is_waited_for_off_the_loop(sqlite_platform: Platform) -> None:
    before = await kept()
    other = sqlite3.connect(sqlite_platform.settings.database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(add_organisation())
    async with asyncio.timeout(sqlite.WAIT_AT_MOST_S / 2):
        for _ in range(100):
            await asyncio.sleep(0)
    other.execute("ROLLBACK")
    other.close()
    await asyncio.wait_for(waiting, WITHIN_S)
    assert await kept() == before + 1


async def test_who_waits_behind_a_long_transaction_is_turned_away(on_sqlite: Platform) -> None:
    async with held(1):
        with pytest.raises(Unavailable):
            await asyncio.wait_for(add_organisation(), WITHIN_S)
    await add_organisation()


async def test_a_locked_table_fails_the_request(on_postgres: Platform) -> None:
    before = await kept()
    other = await _beside(on_postgres)
    async with other.transaction():
        await other.execute("LOCK TABLE organisation IN EXCLUSIVE MODE")
        with pytest.raises(Unavailable):
            await asyncio.wait_for(add_organisation(), WITHIN_S)
    await other.close()
    assert await kept() == before
    await add_organisation()


async def test_connections_that_are_lost_are_replaced(on_postgres: Platform) -> None:
    """More often than the pool has connections: one that was kept each time would leave none."""
    before = await kept()
    for _ in range(postgres.POOL_SIZE + 1):
        with pytest.raises(Unavailable):
            await _lose_the_connection()
    assert await asyncio.wait_for(kept(), WITHIN_S) == before
    await add_organisation()


async def test_who_finds_no_connection_free_is_turned_away(on_postgres: Platform) -> None:
    async with held(postgres.POOL_SIZE):
        for ask in (kept, add_organisation):
            with pytest.raises(Unavailable):
                await asyncio.wait_for(ask(), WITHIN_S)
    await add_organisation()


def test_it_says_when_to_come_again() -> None:
    assert int(Unavailable().headers["Retry-After"]) > 0
    assert Unavailable(headers={"Retry-After": "2"}).headers == {"Retry-After": "2"}


async def _beside(platform: Platform) -> asyncpg.Connection:
    name = platform.settings.database.url.rpartition("/")[2]
    return await asyncpg.connect(f"{OWNER_URL}/{name}")


async def _lose_the_connection() -> None:
    async with transaction():
        (row,) = await cast("Any", Organisation).raw("SELECT pg_backend_pid() AS pid")
        await make_organisation("Lost")
        killer = await asyncpg.connect(f"{OWNER_URL}/postgres")
        await killer.execute("SELECT pg_terminate_backend($1, 5000)", row["pid"])
        await killer.close()
