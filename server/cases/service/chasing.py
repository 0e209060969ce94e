"""Photographs that were promised or asked for and never came: shown, chased, and in the end given up with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from server.cases import queries
from server.cases.lifecycle import OPEN
from server.cases.service.arrivals import settle
from server.cases.service.matching import match_arrivals
from server.cases.service.photo_requests import CHASE_AFTER, chase_later, end_photo_requests
from server.cases.tables import Arrival, Case, CasePart, PhotoRequest
from server.core import audit
from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.platform import now
from server.patients import service as patients

FIRST_CHASE_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=14)
NEVER_CAME = "photographs-never-came"


async def recheck_arrivals(organisation_id: UUID, case_id: UUID) -> None:
    """Match what was whole before the submission committed; what is still absent is chased later."""
    await match_arrivals(organisation_id, case_id)
    actor = system_actor(organisation_id)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        if case.status in OPEN and await _outstanding(actor, case_id):
            await chase_later(case, now() + FIRST_CHASE_AFTER)


async def chase_absent(organisation_id: UUID, case_id: UUID) -> None:
    """Remind the patient of what is outstanding, or give it up after `GIVE_UP_AFTER`; safe to run twice."""
    await match_arrivals(organisation_id, case_id)
    actor = system_actor(organisation_id)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        outstanding = await _outstanding(actor, case_id)
        if not outstanding or case.status not in OPEN:
            return
        if now() - max(row.recorded_at for row in outstanding) >= GIVE_UP_AFTER:
            await _give_up(actor, case)
        else:
            await _remind(actor, case)


async def _outstanding(actor: Actor, case_id: UUID) -> list[CasePart | PhotoRequest]:
    absent = [part for part in await queries.parts_of(actor, case_id) if part.arrival == Arrival.ABSENT]
    return [*absent, *await queries.unsupplied_requests(actor, case_id)]


async def _remind(actor: Actor, case: Case) -> None:
    await _absent_parts(case, {CasePart.chased_at: now()})
    await patients.notify(actor, case.patient_id, "photos-missing", case.id)
    await chase_later(case, now() + CHASE_AFTER)


async def _give_up(actor: Actor, case: Case) -> None:
    """A reader who waits goes on with what there is; a case that nobody could read yet is closed with a reason."""
    await _absent_parts(case, {CasePart.arrival: Arrival.GIVEN_UP})
    await end_photo_requests(case)
    await audit.record(actor, "case:media-given-up", subject_id=case.id, patient_id=case.patient_id)
    await settle(case, NEVER_CAME)


async def _absent_parts(case: Case, values: dict[Any, Any]) -> None:
    await CasePart.update(values).where(CasePart.case_id == case.id).where(CasePart.arrival == Arrival.ABSENT)
