"""How a pool is rung, and who is on call: set by the people of the reading organisation."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.calls import queries
from server.calls.schemas import Plan, RingMode, Shift
from server.calls.tables import OnCallShift, RingPlan
from server.cases import service as cases
from server.core import audit
from server.core.access import Action, Actor, Role, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.identity import service as identity

LONGEST_SHIFT = timedelta(days=31)


async def plan_of(actor: Actor, pool_id: UUID) -> tuple[cases.NamedPool, Plan]:
    authorize(actor, Action.ON_CALL_MANAGE)
    pool = await _own_pool(actor, pool_id)
    return pool, await queries.plan_of(pool_id)


async def set_plan(actor: Actor, pool_id: UUID, mode: RingMode, ring_s: int) -> None:
    authorize(actor, Action.ON_CALL_MANAGE)
    async with transaction():
        pool = await _own_pool(actor, pool_id)
        row = RingPlan(
            id=new_id(),
            recorded_at=now(),
            organisation_id=pool.organisation_id,
            pool_id=pool_id,
            mode=mode,
            ring_s=ring_s,
        )
        kept = RingPlan.insert(row).on_conflict(
            target=RingPlan.pool_id, action="DO UPDATE", values=[RingPlan.mode, RingPlan.ring_s]
        )
        await kept
        await audit.record(actor, "pool:ring-plan-set", subject_id=pool_id, detail={"mode": mode, "seconds": ring_s})


async def shifts_of(actor: Actor, pool_id: UUID) -> list[Shift]:
    """Those that are not over yet."""
    authorize(actor, Action.ON_CALL_MANAGE)
    await _own_pool(actor, pool_id)
    return [
        Shift(shift_id=row.id, person_id=row.person_id, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in await queries.shifts_of(pool_id, now())
    ]


async def add_shift(actor: Actor, pool_id: UUID, person_id: UUID, starts_at: datetime, ends_at: datetime) -> UUID:
    authorize(actor, Action.ON_CALL_MANAGE)
    if not starts_at < ends_at or ends_at <= now() or ends_at - starts_at > LONGEST_SHIFT:
        raise BadInput("A shift ends after it begins, is not over yet, and lasts a month at most.")
    async with transaction():
        pool = await _own_pool(actor, pool_id)
        readers = await identity.people_in_role(actor.organisation_id, Role.SPECIALIST)
        if person_id not in {reader.person_id for reader in readers}:
            raise NotFound("There is no such reader.")
        shift_id = new_id()
        await OnCallShift(
            id=shift_id,
            recorded_at=now(),
            organisation_id=pool.organisation_id,
            pool_id=pool_id,
            person_id=person_id,
            starts_at=starts_at,
            ends_at=ends_at,
        ).save()
        await audit.record(actor, "pool:shift-added", subject_id=shift_id, detail={"person": str(person_id)})
    return shift_id


async def end_shift(actor: Actor, shift_id: UUID) -> UUID:
    """From now on; one that has not begun never does. Returns the pool."""
    authorize(actor, Action.ON_CALL_MANAGE)
    async with transaction():
        row = await scoped(actor, OnCallShift).objects().where(OnCallShift.id == shift_id).first()
        if row is None:
            raise NotFound("There is no such shift.")
        ended: dict[Any, Any] = {OnCallShift.ends_at: min(row.ends_at, max(row.starts_at, now()))}
        await OnCallShift.update(ended).where(OnCallShift.id == shift_id)
        await audit.record(actor, "pool:shift-ended", subject_id=shift_id)
        return row.pool_id


async def _own_pool(actor: Actor, pool_id: UUID) -> cases.NamedPool:
    pool = (await cases.pools_named({pool_id})).get(pool_id)
    if pool is None or pool.organisation_id != actor.organisation_id:
        raise NotFound("There is no such group of specialists.")
    return pool
