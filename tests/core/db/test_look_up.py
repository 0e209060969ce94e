"""A look-up finds what is committed, inside a transaction also what that wrote, and writes nothing."""

import asyncio
from contextvars import Context
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.core.db import look_up, platform_wide, transaction
from server.core.ids import new_id
from server.core.vault.tables import Vault
from tests.core.db.test_constraints import AT

FIND = 'SELECT "id", "recorded_at", "state" FROM "vault" WHERE "id" = {}'
pytestmark = pytest.mark.usefixtures("platform")


async def insert() -> UUID:
    vault_id = new_id()
    await Vault.insert(Vault(id=vault_id, recorded_at=AT, organisation_id=uuid4(), state="open"))
    return vault_id


async def test_it_finds_rows_with_their_types() -> None:
    assert await look_up(FIND, new_id()) == []
    vault_id = await insert()
    assert await look_up(FIND, vault_id) == [{"id": vault_id, "recorded_at": AT, "state": "open"}]


async def test_each_sees_what_was_committed_before_it() -> None:
    """Nothing is kept open between two, which would keep on showing the first one's state."""
    vault_id = await insert()
    for state in ("shredded", "open", "shredded"):
        await Vault.update({Vault.state: state}).where(Vault.id == vault_id)
        assert (await look_up(FIND, vault_id))[0]["state"] == state


async def test_inside_a_transaction_it_sees_what_that_wrote_and_outside_not_yet() -> None:
    async def look_from_outside() -> list[dict[str, Any]]:
        with platform_wide():
            return await look_up(FIND, vault_id)

    async with transaction():
        vault_id = await insert()
        assert await look_up(FIND, vault_id) != []
        assert await asyncio.create_task(look_from_outside(), context=Context()) == []
    assert await look_from_outside() != []
