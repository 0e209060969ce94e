"""Answers whose patients could not be told: whom the coordinator reaches another way."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.cases import queries
from server.cases.queue import COUNT_BOUND
from server.cases.service.answering import ANSWER_NOTICE
from server.cases.tables import Case, Delivery
from server.core import audit
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import scoped, transaction
from server.patients import service as patients

ROWS = 100


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    case_id: UUID
    patient_id: UUID
    topic: str
    region: str
    acuity: str
    answered_at: datetime
    """When the case last changed, which is its answer's."""


async def unreached(actor: Actor) -> list[Unreached]:
    """The organisation's own answered cases whose patient no notice reached, the longest waiting first."""
    authorize(actor, Action.DEADLINES_READ)
    rows = await _failed(actor).order_by(Case.changed_at).limit(ROWS)
    return [
        Unreached(
            case_id=row["id"],
            patient_id=row["patient_id"],
            topic=row["topic"],
            region=row["region"],
            acuity=row["acuity"],
            answered_at=row["changed_at"],
        )
        for row in rows
    ]


async def unreached_count(actor: Actor) -> int:
    """Counted up to `COUNT_BOUND`."""
    return len(await _failed(actor).limit(COUNT_BOUND))


async def tell_again(actor: Actor, case_id: UUID) -> bool:
    """Send the notice once more, to the addresses the record has now; False where it has none."""
    authorize(actor, Action.PATIENT_TELL)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        queries.require_given(actor, case)
        if case.delivery != Delivery.FAILED:
            return True
        owner = system_actor(case.organisation_id)
        if not await patients.notify(owner, case.patient_id, ANSWER_NOTICE, case.id):
            return False
        await _set(actor, case, Delivery.PENDING, "case:patient-told-again")
        return True


async def note_told(actor: Actor, case_id: UUID) -> None:
    """The coordinator has reached the patient themselves, by telephone or in person."""
    authorize(actor, Action.PATIENT_TELL)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        queries.require_given(actor, case)
        if case.delivery == Delivery.FAILED:
            await _set(actor, case, Delivery.NOTIFIED, "case:patient-told")


async def _set(actor: Actor, case: Case, delivery: Delivery, tag: str) -> None:
    await Case.update({Case.delivery: delivery}).where(Case.id == case.id)
    await audit.record(actor, tag, subject_id=case.id, patient_id=case.patient_id)


def _failed(actor: Actor) -> Any:
    own = scoped(actor, Case).select().where(Case.organisation_id == actor.organisation_id)
    return own.where(Case.delivery == Delivery.FAILED)
