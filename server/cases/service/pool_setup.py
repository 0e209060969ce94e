"""An administrator's verbs on pools: create, open and close, members, routes and deadlines."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from server.cases.service.deadlines import hours_to_answer
from server.cases.service.routing import member_ids
from server.cases.tables import Acuity, DeadlineRule, Pool, PoolMember, PoolRoute
from server.core import audit
from server.core.access import Action, Actor, authorize, system_actor
from server.core.access.grants import in_force
from server.core.db import scoped, transaction
from server.core.faults import BadInput, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.identity import service as identity

MOST_HOURS = 24 * 60


async def create_pool(actor: Actor, name: str, specialty: str) -> UUID:
    """A new pool of readers in the actor's organisation."""
    authorize(actor, Action.POOLS_MANAGE)
    pool_id = new_id()
    async with transaction():
        await Pool(
            id=pool_id, recorded_at=now(), organisation_id=actor.organisation_id, name=name, specialty=specialty
        ).save()
        await audit.record(actor, "pool:made", subject_id=pool_id)
    return pool_id


async def set_pool_open(actor: Actor, pool_id: UUID, *, is_open: bool) -> None:
    """A closed pool gets no new cases; what waits in it stays readable."""
    authorize(actor, Action.POOLS_MANAGE)
    async with transaction():
        await _own_pool(actor, pool_id)
        await Pool.update({Pool.is_open: is_open}).where(Pool.id == pool_id)
        await audit.record(actor, "pool:opened" if is_open else "pool:closed", subject_id=pool_id)


async def join_pool(actor: Actor, pool_id: UUID, person_id: UUID) -> None:
    """The person reads for the pool from now on; joining twice changes nothing."""
    authorize(actor, Action.POOLS_MANAGE)
    async with transaction():
        pool = await _own_pool(actor, pool_id)
        await identity.staff_member(actor, person_id)
        if await PoolMember.exists().where(_membership(pool_id, person_id)).where(in_force(PoolMember)):
            return
        await PoolMember(
            recorded_at=now(),
            organisation_id=pool.organisation_id,
            pool_id=pool_id,
            person_id=person_id,
            starts_at=now(),
        ).save()
        await audit.record(actor, "pool:joined", subject_id=pool_id, detail={"person": str(person_id)})


async def leave_pool(actor: Actor, pool_id: UUID, person_id: UUID) -> None:
    """The person reads for the pool no more; what they hold goes back when they fall silent."""
    authorize(actor, Action.POOLS_MANAGE)
    async with transaction():
        await _own_pool(actor, pool_id)
        await (
            PoolMember.update({PoolMember.ends_at: now()})
            .where(_membership(pool_id, person_id))
            .where(in_force(PoolMember))
        )
        await audit.record(actor, "pool:left", subject_id=pool_id, detail={"person": str(person_id)})


async def route_to_pool(
    organisation_id: UUID, pool_id: UUID, specialty: str, *, region: str = "", language: str = "", rank: int = 0
) -> None:
    """Send an organisation's cases of a specialty to a pool of any organisation: an installation's agreement.

    Set up from the command line and the demo, since it binds two organisations.
    """
    async with transaction():
        await PoolRoute(
            recorded_at=now(),
            organisation_id=organisation_id,
            pool_id=pool_id,
            specialty=specialty,
            region=region,
            language=language,
            rank=rank,
        ).save()
        detail = {"pool": str(pool_id), "specialty": specialty}
        await audit.record(system_actor(organisation_id), "route:made", subject_id=pool_id, detail=detail)


async def set_deadline(actor: Actor, pool_id: UUID, acuity: Acuity, hours: int) -> None:
    """Hours to an answer from now on; requests that are open keep their deadline."""
    authorize(actor, Action.POOLS_MANAGE)
    if not 1 <= hours <= MOST_HOURS:
        raise BadInput("A deadline is between 1 and {most} hours.", most=MOST_HOURS)
    async with transaction():
        pool = await _own_pool(actor, pool_id)
        await DeadlineRule(
            recorded_at=now(),
            organisation_id=pool.organisation_id,
            pool_id=pool_id,
            acuity=acuity,
            hours=hours,
            effective_at=now(),
        ).save()
        await audit.record(actor, "deadline:set", subject_id=pool_id, detail={"acuity": acuity, "hours": hours})


async def _own_pool(actor: Actor, pool_id: UUID) -> Pool:
    pool = await scoped(actor, Pool).objects().where(Pool.id == pool_id).first()
    if pool is None:
        raise NotFound("There is no such pool.")
    return pool


def _membership(pool_id: UUID, person_id: UUID) -> Any:
    return (PoolMember.pool_id == pool_id) & (PoolMember.person_id == person_id)


class PoolCard(Struct, frozen=True, kw_only=True):
    """A pool as its administrator sees it; `hours` to an answer by acuity."""

    pool_id: UUID
    name: str
    specialty: str
    is_open: bool
    members: tuple[UUID, ...]
    hours: dict[Acuity, int]


async def pool_cards(actor: Actor) -> list[PoolCard]:
    """The organisation's pools by name, with their present members and deadlines."""
    authorize(actor, Action.POOLS_READ)
    pools = await scoped(actor, Pool).objects().order_by(Pool.name)
    return [await _card(pool) for pool in pools]


async def _card(pool: Pool) -> PoolCard:
    at = now()
    return PoolCard(
        pool_id=pool.id,
        name=pool.name,
        specialty=pool.specialty,
        is_open=pool.is_open,
        members=tuple(await member_ids(pool.id)),
        hours={acuity: await hours_to_answer(pool.id, acuity, at) for acuity in Acuity},
    )
