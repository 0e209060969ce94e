"""Finds the pool that may and can answer a case, and opens the review request there."""

from datetime import timedelta
from uuid import UUID

from server.cases.service.deadlines import hours_to_answer, start_clock
from server.cases.tables import Case, Pool, PoolMember, PoolRoute, RequestState, ReviewRequest
from server.contract.case import Topic
from server.core import audit, vault
from server.core.access import Actor, system_actor
from server.core.access.grants import end_grant, grant, in_force
from server.core.access.tables import Capacity
from server.core.db import working_for
from server.core.platform import now
from server.identity import service as identity

_SPECIALTY: dict[Topic, str] = {
    Topic.GENERAL: "dermatology",
    Topic.RASH: "dermatology",
    Topic.LESION: "dermatology",
    Topic.WOUND: "wound-care",
}


def specialty_of(topic: Topic) -> str:
    return _SPECIALTY[topic]


async def open_request(actor: Actor, case: Case, *, kind: str = "first") -> ReviewRequest:
    """Open a review request in the first pool that matches; without one it waits for a coordinator."""
    pool = await find_pool(case)
    at = now()
    hours = await hours_to_answer(pool.id if pool else None, case.acuity, at)
    request = ReviewRequest(
        recorded_at=at,
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        pool_id=pool.id if pool else None,
        kind=kind,
        state=RequestState.WAITING,
        acuity=case.acuity,
        opened_at=at,
        due_at=at + timedelta(hours=hours),
    )
    await request.save()
    await start_clock(request.organisation_id, request.id)
    if pool:
        await let_pool_read(case, pool)
    await audit.record(
        actor,
        "case:routed" if pool else "case:unroutable",
        subject_id=case.id,
        patient_id=case.patient_id,
        detail={"pool": str(pool.id) if pool else ""},
    )
    return request


async def let_pool_read(case: Case, pool: Pool) -> None:
    """Give the reading organisation a grant on the case and a wrapped copy of the patient's key."""
    if pool.organisation_id == case.organisation_id:
        return
    # Whoever asks for the answer: the owner of the case is who gives the grant.
    with working_for(system_actor(case.organisation_id)):
        await grant(
            organisation_id=case.organisation_id,
            patient_id=case.patient_id,
            grantee_id=pool.organisation_id,
            capacity=Capacity.READER,
            case_id=case.id,
        )
    await vault.share(case.vault_id, pool.organisation_id)


async def stop_pool_reading(case: Case, pool_id: UUID | None) -> None:
    """End the grant of the organisation that reads for `pool_id`, unless it has answered the case before."""
    pool = await Pool.objects().where(Pool.id == pool_id).first() if pool_id else None
    if pool is None or pool.organisation_id == case.organisation_id:
        return
    answered = await ReviewRequest.select(ReviewRequest.pool_id).where(
        (ReviewRequest.case_id == case.id) & (ReviewRequest.state == RequestState.ANSWERED)
    )
    pool_ids = [row["pool_id"] for row in answered]
    if pool_ids and await Pool.exists().where(Pool.id.is_in(pool_ids) & (Pool.organisation_id == pool.organisation_id)):
        return
    with working_for(system_actor(case.organisation_id)):
        await end_grant(patient_id=case.patient_id, grantee_id=pool.organisation_id, case_id=case.id)


async def find_pool(case: Case) -> Pool | None:
    """The best-ranked open pool for the case's organisation, specialty, region and language with a licensed reader."""
    routes = (
        await PoolRoute.objects()
        .where(PoolRoute.organisation_id == case.organisation_id)
        .where(PoolRoute.specialty == case.specialty)
        .where(PoolRoute.region.is_in(["", case.region]))
        .where(PoolRoute.language.is_in(["", case.language]))
        .order_by(PoolRoute.rank)
        .order_by(PoolRoute.id)
    )
    for route in routes:
        pool = await Pool.objects().where(Pool.id == route.pool_id).where(Pool.is_open.eq(True)).first()
        if pool and await licensed_members(pool.id, case.region):
            return pool
    return None


async def agreed_pool(case: Case, pool_id: UUID) -> Pool | None:
    """The pool, if it is open and the case's organisation has it among its routes, for whatever specialty."""
    with working_for(system_actor(case.organisation_id)):
        is_agreed = await PoolRoute.exists().where(
            (PoolRoute.organisation_id == case.organisation_id) & (PoolRoute.pool_id == pool_id)
        )
    return await Pool.objects().where(Pool.id == pool_id, Pool.is_open.eq(True)).first() if is_agreed else None


async def licensed_members(pool_id: UUID, region: str) -> list[UUID]:
    """The pool's present members who hold a licence for `region` today."""
    members = await member_ids(pool_id)
    return await identity.licensed_for(members, region, now()) if members else []


async def member_ids(pool_id: UUID) -> list[UUID]:
    rows = (
        await PoolMember.select(PoolMember.person_id).where(PoolMember.pool_id == pool_id).where(in_force(PoolMember))
    )
    return [row["person_id"] for row in rows]


async def pools_of(person_id: UUID) -> list[UUID]:
    """The pools the person reads for now."""
    rows = (
        await PoolMember.select(PoolMember.pool_id).where(PoolMember.person_id == person_id).where(in_force(PoolMember))
    )
    return [row["pool_id"] for row in rows]
