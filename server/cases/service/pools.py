"""What a desk asks about pools and lists of cases."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from server.cases import queries
from server.cases.queue import waiting_count
from server.cases.schemas import Completeness
from server.cases.service.arrivals import completeness
from server.cases.service.routing import pools_of
from server.cases.tables import Pool
from server.core.access import Action, Actor, Role, authorize
from server.core.db import scoped


class ReadablePool(Struct, frozen=True, kw_only=True):
    """A pool whose queue the actor reads; `waiting` is counted up to a bound."""

    pool_id: UUID
    name: str
    waiting: int


async def readable_pools(actor: Actor) -> list[ReadablePool]:
    """A specialist's own pools; a coordinator's every pool of the organisation."""
    authorize(actor, Action.QUEUE_READ)
    pools = await scoped(actor, Pool).objects().order_by(Pool.name)
    if not actor.has(Role.COORDINATOR):
        own = set(await pools_of(actor.actor_id))
        pools = [pool for pool in pools if pool.id in own]
    return [ReadablePool(pool_id=pool.id, name=pool.name, waiting=await waiting_count(pool.id)) for pool in pools]


async def completeness_of(actor: Actor, case_ids: Sequence[UUID]) -> dict[UUID, Completeness]:
    """How much of each case has come."""
    parts = await queries.parts_of_cases(actor, case_ids)
    return {case_id: completeness([part for part in parts if part.case_id == case_id]) for case_id in case_ids}
