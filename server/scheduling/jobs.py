"""Jobs of scheduling; their actors are in workers/scheduling.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class LapseHold(Job, kw_only=True, frozen=True):
    """A hold has run out, unless it was confirmed: its time is free again."""

    name: ClassVar[str] = "scheduling.lapse_hold"

    appointment_id: UUID


class RemindPatient(Job, kw_only=True, frozen=True):
    """Remind of an appointment that still starts then; one that was moved has reminders of its own."""

    name: ClassVar[str] = "scheduling.remind_patient"
    priority: ClassVar[int] = -10

    appointment_id: UUID
    starts_min: int
    before_min: int


class OfferFreed(Job, kw_only=True, frozen=True):
    """A provider's time has become free: whoever waits longest for it is offered it. Of the provider's organisation."""

    name: ClassVar[str] = "scheduling.offer_freed"

    provider_id: UUID
    from_min: int
    until_min: int
