"""Whom a clinic's patients can visit: the readers of the pools that its cases go to."""

from uuid import UUID

from msgspec import Struct

from server.cases import queries
from server.cases.service.routing import member_ids
from server.cases.service.steps import write_event
from server.cases.tables import Pool, PoolRoute
from server.core.access import Actor, system_actor
from server.core.db import working_for


class PoolReader(Struct, frozen=True, kw_only=True):
    person_id: UUID
    pool_id: UUID
    organisation_id: UUID
    """Where they read."""


async def readers_for(organisation_id: UUID) -> list[PoolReader]:
    """Everyone who reads for the organisation, once, by the rank of its routes; closed pools have nobody."""
    routes = await (
        PoolRoute.select(PoolRoute.pool_id)
        .where(PoolRoute.organisation_id == organisation_id)
        .order_by(PoolRoute.rank, PoolRoute.id)
    )
    found: dict[UUID, PoolReader] = {}
    for pool_id in dict.fromkeys(route["pool_id"] for route in routes):
        pool = await Pool.objects().where(Pool.id == pool_id, Pool.is_open.eq(True)).first()
        if pool is None:
            continue
        for person_id in await member_ids(pool_id):
            reader = PoolReader(person_id=person_id, pool_id=pool_id, organisation_id=pool.organisation_id)
            found.setdefault(person_id, reader)
    return list(found.values())


async def patient_of_case(actor: Actor, case_id: UUID) -> UUID:
    """NotFound when the case is not the actor's to see."""
    return (await queries.get_case(actor, case_id)).patient_id


async def note_visit(actor: Actor, organisation_id: UUID, case_id: UUID, event: str) -> None:
    """A line of the case's timeline about a visit that came from it; the case itself does not move.

    The owner of the case writes it: whoever gives the visit need not be among the case's readers.
    """
    owner = system_actor(organisation_id)
    with working_for(owner):
        await write_event(actor, await queries.get_case(owner, case_id), event)
