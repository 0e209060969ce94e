"""A reader who offers visits, and the verbs that tests book them with."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from msgspec import Struct

from server.core.access import Actor
from server.scheduling import queries
from server.scheduling import service as scheduling
from server.scheduling.schemas import HoursRules, KindRules, PracticeRules, ProviderOffer, Rhythm, Wanted
from server.scheduling.tables import Appointment
from tests.support.clinics import Clinic, system_of

ZONE = "Europe/Madrid"
NINE = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
"""A Monday at 09:00 in Madrid, a week after the clock's own Monday."""


class Practising(Struct, frozen=True, kw_only=True):
    clinic: Clinic
    kind_id: UUID
    hours_id: UUID

    @property
    def reader(self) -> Actor:
        return self.clinic.reader

    @property
    def patient(self) -> Actor:
        return self.clinic.patient

    def wanted(self, starts_at: datetime = NINE, *, patient_id: UUID | None = None) -> Wanted:
        return Wanted(
            patient_id=patient_id or self.clinic.patient_id,
            provider_id=self.reader.actor_id,
            kind_id=self.kind_id,
            starts_at=starts_at,
        )

    async def offer(self) -> ProviderOffer:
        return await scheduling.offer_of(self.patient, self.clinic.patient_id, self.reader.actor_id)

    async def hold(self, starts_at: datetime = NINE) -> UUID:
        return await scheduling.hold_time(self.patient, self.wanted(starts_at), form_key=str(uuid4()))

    async def book(self, starts_at: datetime = NINE) -> UUID:
        appointment_id = await self.hold(starts_at)
        await scheduling.confirm(self.patient, appointment_id)
        return appointment_id

    async def hold_series(self, starts_at: datetime = NINE, *, every_weeks: int = 1, times: int = 3) -> UUID:
        rhythm = Rhythm(every_weeks=every_weeks, times=times)
        return await scheduling.hold_series(self.patient, self.wanted(starts_at), rhythm, form_key=str(uuid4()))

    async def move(self, appointment_id: UUID, starts_at: datetime) -> None:
        wanted = scheduling.Move(appointment_id=appointment_id, starts_at=starts_at)
        await scheduling.move(self.patient, wanted, form_key=str(uuid4()))

    async def row(self, appointment_id: UUID) -> Appointment:
        return await queries.get_appointment(system_of(self.clinic), appointment_id)

    async def free(self, day_of: datetime = NINE) -> list[datetime]:
        day = day_of.date()
        found = await scheduling.open_slots(
            self.patient, self.clinic.patient_id, await self.offer(), self.kind_id, (day, day)
        )
        return [slot.starts_at for slot in found]


def after(start: datetime, **by: float) -> datetime:
    return start + timedelta(**by)


async def begin_practice(clinic: Clinic, *, daily_limit: int | None = None) -> Practising:
    """Mondays from 9 to 12 in Madrid, half an hour each with ten minutes afterwards, two hours' notice."""
    reader = clinic.reader
    await scheduling.set_practice(reader, PracticeRules(zone=ZONE, daily_limit=daily_limit))
    kind = KindRules(name="Video visit", duration_min=30, every_min=30, after_min=10, notice_min=120)
    kind_id = await scheduling.add_kind(reader, kind)
    hours_id = await scheduling.add_hours(reader, HoursRules(weekday=0, opens_min=540, closes_min=720))
    return Practising(clinic=clinic, kind_id=kind_id, hours_id=hours_id)
