"""Asking for a better photograph, pointing at the one and saying why; and noticing that it has been supplied."""

from uuid import UUID

from server.cases import queries
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
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients


async def ask_for_photo(actor: Actor, case_id: UUID, wanted: BetterPhoto) -> UUID:
    """Ask the patient for a better photograph; the case needs more and its clock stands until it comes."""
    authorize(actor, Action.CASE_ASK)
    async with transaction():
        case, _request = await require_claim(actor, case_id)
        if wanted.part_id is not None:
            await queries.get_part(actor, wanted.part_id)
        await take_step(actor, case, Event.ASK, reason=wanted.reason, tag="case:photo-asked")
        request_id = await _write(actor, case, wanted)
        await pause_clock(actor, case)
        await patients.notify(system_actor(case.organisation_id), case.patient_id, "photo-wanted", case.id)
        return request_id


async def ask_again(actor: Actor, part: CasePart, code: str) -> None:
    """The platform asks again for media it could not use; inside the caller's transaction."""
    case = await queries.get_case(actor, part.case_id)
    await _write(actor, case, BetterPhoto(part_id=part.id, reason="unreadable", note="", detail=code))
    await patients.notify(actor, part.patient_id, "photo-wanted", part.case_id)


async def mark_supplied(actor: Actor, case: Case, part: PhotographPart) -> None:
    """A photograph says that it replaces another: what was asked about that one is on its way."""
    await (
        PhotoRequest.update({PhotoRequest.supplied_part_id: part.part_id, PhotoRequest.supplied_at: now()})
        .where(PhotoRequest.case_id == case.id)
        .where(PhotoRequest.part_id == part.replaces)
        .where(PhotoRequest.supplied_part_id.is_null())
    )
    await audit.record(actor, "photo:supplied", subject_id=part.part_id, patient_id=case.patient_id)


async def has_open_requests(actor: Actor, case: Case) -> bool:
    """Whether something asked for has not yet come and been prepared."""
    for request in await queries.photo_requests_of(actor, case.id):
        if request.asked_by == actor.actor_id:  # the platform's own asking never holds a reader up
            continue
        if request.supplied_part_id is None:
            return True
        part = await queries.get_part(actor, request.supplied_part_id)
        if part.arrival in {Arrival.ABSENT, Arrival.HELD}:
            return True
    return False


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
