"""Asking for a better photograph, pointing at the one and saying why; and noticing that it has been supplied."""

from datetime import datetime, timedelta
from uuid import UUID

from server.cases import queries
from server.cases.jobs import ChaseAbsent
from server.cases.lifecycle import Event
from server.cases.schemas import BetterPhoto
from server.cases.service.deadlines import pause_clock
from server.cases.service.reviewing import require_claim
from server.cases.service.steps import sealed_name, take_step
from server.cases.tables import Arrival, Case, CasePart, PhotoRequest
from server.contract.case import PhotographPart
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now
from server.patients import service as patients

CHASE_AFTER = timedelta(hours=24)


async def ask_for_photo(actor: Actor, case_id: UUID, wanted: BetterPhoto) -> UUID:
    """Ask the patient for a better photograph; the case needs more and its clock stands until it comes."""
    authorize(actor, Action.CASE_ASK)
    async with transaction():
        case, _request = await require_claim(actor, case_id)
        if wanted.part_id is not None and (await queries.get_part(actor, wanted.part_id)).case_id != case_id:
            raise NotFound("That photograph is not of this case.")
        await take_step(actor, case, Event.ASK, reason=wanted.reason, tag="case:photo-asked")
        request_id = await _write(actor, case, wanted)
        await pause_clock(actor, case)
        await _tell(system_actor(case.organisation_id), case)
        return request_id


async def ask_again(actor: Actor, case: Case, part: CasePart, code: str) -> None:
    """The platform asks again for a photograph it could not use; inside the caller's transaction.

    One that was to answer an earlier request leaves that request open, as it was asked.
    """
    reopened = (
        await PhotoRequest.update({PhotoRequest.supplied_part_id: None, PhotoRequest.supplied_at: None})
        .where(PhotoRequest.supplied_part_id == part.id)
        .returning(PhotoRequest.id)
    )
    if not reopened:
        await _write(actor, case, BetterPhoto(part_id=part.id, reason="unreadable", detail=code))
    await _tell(actor, case)


async def mark_supplied(actor: Actor, case: Case, part: PhotographPart) -> None:
    """A photograph has been promised: whatever asked for it is answered by it, once it has come.

    It answers every request about the photograph it replaces; one that replaces none answers the oldest request
    for another view.
    """
    waiting = await queries.unsupplied_requests(actor, case.id)
    answered = [row.id for row in waiting if row.part_id == part.replaces]
    if part.replaces is None:
        answered = answered[:1]
    if answered:
        await PhotoRequest.update({PhotoRequest.supplied_part_id: part.part_id, PhotoRequest.supplied_at: now()}).where(
            PhotoRequest.id.is_in(answered)
        )
        await audit.record(
            actor,
            "photo:supplied",
            subject_id=part.part_id,
            patient_id=case.patient_id,
            organisation_id=case.organisation_id,
        )


async def end_photo_requests(case: Case) -> None:
    """Nobody waits for a better photograph of the case any more."""
    await (
        PhotoRequest.update({PhotoRequest.ended_at: now()})
        .where(PhotoRequest.case_id == case.id)
        .where(PhotoRequest.supplied_part_id.is_null())
        .where(PhotoRequest.ended_at.is_null())
    )


async def has_open_requests(actor: Actor, case: Case) -> bool:
    """Whether something a reader asked for has not yet come and been prepared."""
    for request in await queries.photo_requests_of(actor, case.id):
        if request.asked_by == actor.actor_id:  # the platform's own asking never holds a reader up
            continue
        if request.supplied_part_id is None:
            return True
        part = await queries.get_part(actor, request.supplied_part_id)
        if part.arrival in {Arrival.ABSENT, Arrival.HELD}:
            return True
    return False


async def chase_later(case: Case, due_at: datetime) -> None:
    """Look then at what is still outstanding; one such job stands at a time."""
    job = ChaseAbsent(organisation_id=case.organisation_id, case_id=case.id)
    await enqueue(job, due_at=due_at, once_key=f"chase:{case.id}")


async def _tell(actor: Actor, case: Case) -> None:
    await patients.notify(actor, case.patient_id, "photo-wanted", case.id)
    await chase_later(case, now() + CHASE_AFTER)


async def _write(actor: Actor, case: Case, wanted: BetterPhoto) -> UUID:
    key = await vault.key(case.vault_id, actor.organisation_id)
    request_id = new_id()
    await PhotoRequest(
        id=request_id,
        recorded_at=now(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        part_id=wanted.part_id,
        asked_by=actor.actor_id,
        reason=wanted.reason,
        sealed=key.seal_value(sealed_name("photo_request", request_id), wanted),
    ).save()
    return request_id
