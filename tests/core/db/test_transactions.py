"""A transaction is kept whole or not at all, whichever way it is left, and the next one goes on."""

import asyncio
from uuid import uuid4

import pytest

from server.core.db import transaction
from server.core.vault.tables import Vault
from tests.core.db.test_constraints import AT, REFUSED

pytestmark = pytest.mark.usefixtures("platform")


async def insert(state: str = "open") -> None:
    await Vault.insert(Vault(recorded_at=AT, organisation_id=uuid4(), state=state))


async def insert_all(*states: str, then_fail: bool = False) -> None:
    async with transaction():
        for state in states:
            await insert(state)
            await asyncio.sleep(0)
        if then_fail:
            raise ZeroDivisionError


async def test_an_error_undoes_what_was_written() -> None:
    with pytest.raises(ZeroDivisionError):
        await insert_all("open", "open", then_fail=True)
    assert await Vault.count() == 0


async def test_a_statement_that_fails_takes_the_others_with_it() -> None:
    with pytest.raises(REFUSED):
        await insert_all("open", "lost")
    assert await Vault.count() == 0
    await insert_all("open")
    assert await Vault.count() == 1


async def test_who_is_cancelled_keeps_nothing_and_holds_nobody_up() -> None:
    inserted = asyncio.Event()

    async def write_and_wait() -> None:
        async with transaction():
            await insert()
            inserted.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write_and_wait())
    await inserted.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await insert()
    assert await Vault.count() == 1


async def test_transactions_of_many_tasks_do_not_meet() -> None:
    writing = (insert_all("open", "open", then_fail=bool(number % 2)) for number in range(10))
    await asyncio.gather(*writing, return_exceptions=True)
    assert await Vault.count() == 10
