"""Jobs for the workers' tests, and the tables in which what they did can be counted from any process."""

from typing import ClassVar

from piccolo.columns import Integer
from piccolo.table import Table

from server.core.db import engine, open_engine, transaction
from server.core.db.roles import admit
from server.core.outbox import Job, enqueue
from server.core.outbox.job import PLATFORM_WIDE
from server.core.outbox.tables import OutboxJob
from server.core.platform import platform
from server.settings import Database
from tests.support.platforms import OWNER_URL, POSTGRES_URL


class Chore(Job, kw_only=True, frozen=True):
    name: ClassVar[str] = "tests.chore"
    queue: ClassVar[str] = "chores"

    number: int = 0


class ChoreBegun(Table, tablename="tests_chore_begun"):
    """One row for each time a chore began."""

    number = Integer()
    process = Integer()


class ChoreEffect(Table, tablename="tests_chore_effect"):
    """The idempotent effect: one row for each chore, however often it ran."""

    number = Integer(unique=True)


async def make_chore_tables() -> None:
    url = platform().settings.database.url
    owner = (
        open_engine(Database(url=url.replace(POSTGRES_URL, OWNER_URL))) if url.startswith(POSTGRES_URL) else engine()
    )
    for table in (ChoreBegun, ChoreEffect):
        table._meta.db = owner
        await table.create_table(if_not_exists=True)
    if owner is not engine():
        await admit(owner, url)
        await owner.close_connection_pool()
    bind_chore_tables()


def bind_chore_tables() -> None:
    """No Piccolo app names them, so `bind` does not know them."""
    for table in (ChoreBegun, ChoreEffect):
        table._meta.db = engine()


async def enqueue_chores(count: int, first: int = 0) -> None:
    async with transaction():
        for number in range(first, first + count):
            await enqueue(Chore(organisation_id=PLATFORM_WIDE, number=number))


async def do_chore(number: int, process: int) -> None:
    await ChoreBegun(number=number, process=process).save()
    effect = ChoreEffect(number=number)
    await ChoreEffect.insert(effect).on_conflict(target=ChoreEffect.number, action="DO NOTHING")


async def begun() -> int:
    return len(await ChoreBegun.objects())


async def effects() -> int:
    return len(await ChoreEffect.objects())


async def unfinished() -> int:
    return len(await OutboxJob.objects())


async def is_all_done() -> bool:
    return await unfinished() == 0
