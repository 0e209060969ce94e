"""Gives and ends grants, and the live-grant clause that every scoped query tests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns.combination import And, Or, Where

from server.core.access.actor import Actor, ActorKind
from server.core.access.tables import AccessGrant, Capacity
from server.core.clock import now


def in_force(table: Any) -> Any:
    """The clause that holds for rows of a dated table that have begun (`starts_at`) and not ended (`ends_at`)."""
    at = now()
    return And(table.starts_at <= at, Or(table.ends_at.is_null(), table.ends_at > at))


def live(grantee_id: UUID) -> Any:
    """The clause that holds for the grants of `grantee_id` that are in force."""
    return And(AccessGrant.grantee_id == grantee_id, in_force(AccessGrant))


async def grant(
    *,
    organisation_id: UUID,
    patient_id: UUID,
    grantee_id: UUID,
    capacity: Capacity,
    case_id: UUID | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Give a grant from now on; a live one for the same subject and grantee is kept as it is."""
    same_case = AccessGrant.case_id == case_id if case_id else AccessGrant.case_id.is_null()
    subject = And(And(AccessGrant.patient_id == patient_id, AccessGrant.capacity == capacity), same_case)
    if await AccessGrant.exists().where(live(grantee_id)).where(subject):
        return
    at = now()
    await AccessGrant(
        recorded_at=at,
        organisation_id=organisation_id,
        patient_id=patient_id,
        case_id=case_id,
        grantee_id=grantee_id,
        capacity=capacity,
        starts_at=at,
        ends_at=ends_at,
    ).save()


async def end_grant(*, patient_id: UUID, grantee_id: UUID, case_id: UUID | None = None) -> None:
    """End the live grants on the subject; the next request is bound by it."""
    clause: Where | And = AccessGrant.patient_id == patient_id
    if case_id is not None:
        clause = And(clause, AccessGrant.case_id == case_id)
    await AccessGrant.update({AccessGrant.ends_at: now()}).where(live(grantee_id)).where(clause)


async def is_emergency(actor: Actor, *, patient_id: UUID | None, subject_id: UUID | None) -> bool:
    """Whether the actor reaches the patient, or the case that is the subject, by a live emergency grant."""
    if actor.kind is not ActorKind.PERSON or actor.is_patient:
        return False
    is_about = AccessGrant.patient_id == patient_id if patient_id else AccessGrant.case_id == subject_id
    emergency = AccessGrant.capacity == Capacity.EMERGENCY
    return await AccessGrant.exists().where(live(actor.seat_id)).where(emergency).where(is_about)
