"""Photographs that were promised and never came: shown, chased, and in the end given up with a reason."""

from datetime import timedelta
from uuid import UUID

from server.cases import queries
from server.cases.jobs import ChaseAbsent
from server.cases.lifecycle import Event, Status
from server.cases.service.arrivals import completeness, match_arrivals, settle
from server.cases.service.reviewing import end_requests
from server.cases.service.steps import take_step
from server.cases.tables import Arrival, Case, CasePart
from server.core import audit
from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.outbox import enqueue
from server.core.platform import now
from server.patients import service as patients

CHASE_AGAIN_AFTER = timedelta(hours=24)
GIVE_UP_AFTER = timedelta(days=14)
NEVER_CAME = "photographs-never-came"
WAITING_FOR_MEDIA = frozenset({Status.SUBMITTED, Status.PREPARING, Status.NEEDS_MORE})


async def chase_absent(organisation_id: UUID, case_id: UUID) -> None:
    """Remind the patient of what is absent, or give it up after `GIVE_UP_AFTER`; safe to run twice."""
    await match_arrivals(organisation_id, case_id)
    actor = system_actor(organisation_id)
    async with transaction():
        case = await queries.get_case(actor, case_id)
        absent = [part for part in await queries.parts_of(actor, case_id) if part.arrival == Arrival.ABSENT]
        if not absent or case.status in {Status.CLOSED, Status.WITHDRAWN}:
            return
        if now() - max(part.recorded_at for part in absent) >= GIVE_UP_AFTER:
            await _give_up(actor, case)
            return
        await CasePart.update({CasePart.chased_at: now()}).where(CasePart.id.is_in([part.id for part in absent]))
        await patients.notify(actor, case.patient_id, "photos-missing", case_id)
        again = now() + CHASE_AGAIN_AFTER
        await enqueue(ChaseAbsent(organisation_id=organisation_id, case_id=case_id), due_at=again)


async def _give_up(actor: Actor, case: Case) -> None:
    await (
        CasePart.update({CasePart.arrival: Arrival.GIVEN_UP})
        .where(CasePart.case_id == case.id)
        .where(CasePart.arrival == Arrival.ABSENT)
    )
    await audit.record(actor, "case:media-given-up", subject_id=case.id, patient_id=case.patient_id)
    await settle(case)
    parts = await queries.parts_of(actor, case.id)
    if case.status in WAITING_FOR_MEDIA and not completeness(parts).is_triageable:
        await take_step(
            actor, case, Event.ABANDON, reason=NEVER_CAME, tag="case:closed", changes={Case.closed_because: NEVER_CAME}
        )
        await end_requests(case)
        await patients.notify(actor, case.patient_id, "case-closed", case.id)
