"""Jobs that exist for tests only, and what the outbox holds of them."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from server.core.db import transaction
from server.core.outbox import Job, enqueue
from server.core.outbox.tables import OutboxJob


class Errand(Job, kw_only=True, frozen=True):
    name: ClassVar[str] = "tests.errand"

    number: int = 0


class UrgentErrand(Job, kw_only=True, frozen=True):
    name: ClassVar[str] = "tests.urgent_errand"
    priority: ClassVar[int] = -10


async def enqueue_errands(count: int, organisation_id: UUID | None = None) -> None:
    async with transaction():
        for number in range(count):
            await enqueue(Errand(organisation_id=organisation_id or uuid4(), number=number))


async def rows() -> list[dict[str, Any]]:
    return await OutboxJob.select().order_by(OutboxJob.id)


async def only_row() -> dict[str, Any]:
    [row] = await rows()
    return row
