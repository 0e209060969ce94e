"""Runs scheduling's jobs: holds run out, patients are reminded, and freed time is offered to those who wait."""

from server.scheduling import service as scheduling
from server.scheduling.jobs import LapseHold, OfferFreed, RemindPatient
from workers.actors import actor


@actor(LapseHold)
async def lapse_hold(job: LapseHold) -> None:
    await scheduling.lapse(job.organisation_id, job.appointment_id)


@actor(RemindPatient)
async def remind_patient(job: RemindPatient) -> None:
    await scheduling.remind(job)


@actor(OfferFreed)
async def offer_freed(job: OfferFreed) -> None:
    await scheduling.offer_freed(job)
