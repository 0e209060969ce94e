"""The waiting list: whoever would come sooner is offered what becomes free, the longest waiting first, once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import scoped, transaction, working_for
from server.core.faults import BadInput, Conflict, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.jobs import OfferFreed
from server.scheduling.local_time import local_day, to_instant
from server.scheduling.schemas import Wanted
from server.scheduling.service.booking import hold_offered
from server.scheduling.service.diaries import kept_by, read_diary
from server.scheduling.service.openings import offer_of, rounded_up
from server.scheduling.service.reminding import tell_offer
from server.scheduling.slots import Slot, free_runs, slots
from server.scheduling.tables import WaitingEntry

OFFER = timedelta(hours=4)
"""How long an offered time is held. An offer ends the entry: who lets it run out may ask again."""
LATEST = timedelta(hours=6)
"""A time that is nearer is offered to nobody: the offer has to be read first."""


async def join_waiting(actor: Actor, wanted: Wanted, until_at: datetime) -> UUID:
    """Wait for any time of that provider and kind from `wanted.starts_at` to `until_at`."""
    authorize(actor, Action.APPOINTMENTS_OWN)
    patient = await patients.kept_summary(actor, wanted.patient_id)
    offer = await offer_of(actor, wanted.patient_id, wanted.provider_id)
    if until_at <= max(wanted.starts_at, now()):
        raise BadInput("The days that you wait for are over.")
    if wanted.kind_id not in {kind.kind_id for kind in offer.kinds}:
        raise NotFound("The specialist does not offer this kind of visit.")
    row = WaitingEntry(
        id=new_id(),
        recorded_at=now(),
        organisation_id=offer.organisation_id,
        patient_id=wanted.patient_id,
        clinic_id=patient.organisation_id,
        provider_id=wanted.provider_id,
        kind_id=wanted.kind_id,
        from_case_id=wanted.from_case_id,
        from_at=wanted.starts_at,
        until_at=until_at,
    )
    async with transaction():
        for other in await queries.waiting_of_patient(actor, wanted.patient_id):
            if (other.provider_id, other.kind_id) == (row.provider_id, row.kind_id):
                return other.id
        with kept_by(offer.organisation_id):
            await row.save()
        await audit.record(
            actor,
            "appointment:waited-for",
            subject_id=row.id,
            patient_id=row.patient_id,
            organisation_id=patient.organisation_id,
        )
    return row.id


async def leave_waiting(actor: Actor, entry_id: UUID) -> None:
    authorize(actor, Action.APPOINTMENTS_OWN)
    left = scoped(actor, WaitingEntry).update({WaitingEntry.ended_at: now()})
    if not await left.where(WaitingEntry.id == entry_id).returning(WaitingEntry.id):
        raise NotFound


async def offer_freed(job: OfferFreed) -> None:
    """Hold the freed time for the first of those waiting who can have it."""
    with kept_by(job.organisation_id) as keeper:
        span = (to_instant(job.from_min), to_instant(job.until_min))
        entries = await queries.waiting_for(keeper, job.provider_id, *span)
    for entry in entries:
        for slot in await _free_in(entry, job):
            if await _offer(entry, slot):
                return


async def _free_in(entry: WaitingEntry, job: OfferFreed) -> list[Slot]:
    diary = await read_diary(entry.organisation_id, entry.provider_id)
    kind = diary.kind(entry.kind_id) if diary else None
    if diary is None or kind is None:
        return []
    days = (local_day(diary.hours.zone, job.from_min), local_day(diary.hours.zone, job.until_min))
    found = slots(free_runs(diary.hours, kind, days, rounded_up(now() + LATEST)))
    wanted = [slot for slot in found if entry.from_at <= to_instant(slot.starts) < entry.until_at]
    return [slot for slot in wanted if job.from_min <= slot.starts < job.until_min]


async def _offer(entry: WaitingEntry, slot: Slot) -> bool:
    """False where this patient cannot have it: no licence for their place, too many appointments, taken meanwhile."""
    clinic = system_actor(entry.clinic_id)
    wanted = Wanted(
        patient_id=entry.patient_id,
        provider_id=entry.provider_id,
        kind_id=entry.kind_id,
        starts_at=to_instant(slot.starts),
        place_id=slot.place_id,
        from_case_id=entry.from_case_id,
    )
    try:
        with working_for(clinic):
            async with transaction():
                offer = await offer_of(clinic, entry.patient_id, entry.provider_id)
                appointment_id = await hold_offered(clinic, offer, wanted, OFFER)
                await _end_entry(entry, appointment_id)
                await tell_offer(await queries.get_appointment(clinic, appointment_id))
    except (Conflict, BadInput, NotFound):
        return False
    return True


async def _end_entry(entry: WaitingEntry, appointment_id: UUID) -> None:
    """Conflict where another job has offered this patient something meanwhile."""
    with kept_by(entry.organisation_id):
        values: dict[Any, Any] = {WaitingEntry.offered_id: appointment_id, WaitingEntry.ended_at: now()}
        waits = (WaitingEntry.id == entry.id) & WaitingEntry.ended_at.is_null()
        if not await WaitingEntry.update(values).where(waits).returning(WaitingEntry.id):
            raise Conflict
