"""What a live call has to know of its case: whose it is, who reads it, and which readers may be rung for it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from server.cases import queries
from server.cases.lifecycle import OPEN, Status
from server.cases.service.routing import pools_of
from server.cases.tables import Case, Pool, PoolMember
from server.core.access import Actor
from server.core.access.grants import in_force
from server.core.db import scoped
from server.core.platform import now
from server.identity import service as identity


class CaseToCall(Struct, frozen=True, kw_only=True):
    case_id: UUID
    organisation_id: UUID
    patient_id: UUID
    submitted_by: UUID
    """A kiosk, where one sent it in its own name."""
    acuity: str
    region: str
    zone: str
    is_open: bool
    is_waiting: bool
    """Nobody reads it yet, and somebody could."""
    pool_id: UUID | None
    reader_id: UUID | None
    """Who has claimed it."""


class NamedPool(Struct, frozen=True, kw_only=True):
    pool_id: UUID
    organisation_id: UUID
    name: str


async def case_to_call(actor: Actor, case_id: UUID) -> CaseToCall:
    """The case, held until the transaction ends; NotFound when it is not the actor's to see."""
    case = await queries.hold_case(actor, case_id)
    request = await queries.current_request(actor, case_id)
    return CaseToCall(
        case_id=case.id,
        organisation_id=case.organisation_id,
        patient_id=case.patient_id,
        submitted_by=case.submitted_by,
        acuity=case.acuity,
        region=case.region,
        zone=case.zone,
        is_open=case.status in OPEN,
        is_waiting=case.status == Status.WAITING,
        pool_id=request.pool_id if request else None,
        reader_id=request.claimed_by if request else None,
    )


async def brought_in_by(actor: Actor, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the cases that the actor has submitted: a kiosk, or a worker for the patient."""
    if not case_ids:
        return set()
    rows = scoped(actor, Case).objects().where(Case.id.is_in(list(case_ids)), Case.submitted_by == actor.actor_id)
    return {row.id for row in await rows}


async def readers_in_order(pool_id: UUID, region: str) -> list[UUID]:
    """The pool's present members who may practise in the region today, the longest in the pool first."""
    rows = (
        await PoolMember.select(PoolMember.person_id)
        .where(PoolMember.pool_id == pool_id)
        .where(in_force(PoolMember))
        .order_by(PoolMember.id)
    )
    members = [row["person_id"] for row in rows]
    licensed = set(await identity.licensed_for(members, region, now())) if members else set[UUID]()
    return [member for member in dict.fromkeys(members) if member in licensed]


async def reads_for(actor: Actor, pool_id: UUID) -> bool:
    """Whether the actor is one of the pool's readers now."""
    return pool_id in await pools_of(actor.actor_id)


async def pools_named(pool_ids: set[UUID]) -> dict[UUID, NamedPool]:
    rows = await Pool.objects().where(Pool.id.is_in(list(pool_ids))) if pool_ids else []
    return {row.id: NamedPool(pool_id=row.id, organisation_id=row.organisation_id, name=row.name) for row in rows}


async def own_pools(actor: Actor) -> list[NamedPool]:
    """Those of the actor's organisation, by name."""
    rows = await scoped(actor, Pool).objects().order_by(Pool.name)
    return [NamedPool(pool_id=row.id, organisation_id=row.organisation_id, name=row.name) for row in rows]
