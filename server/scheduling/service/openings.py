"""Whom a patient can visit, and when: their clinic's readers who offer visits, on days that a licence covers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from server.cases import service as cases
from server.core.access import Action, Actor, authorize
from server.core.faults import NotFound
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.local_time import to_instant, to_minute
from server.scheduling.schemas import KindOffer, OpenSlot, ProviderOffer
from server.scheduling.service.diaries import Diary, kept_by, read_diary
from server.scheduling.slots import Slot, free_runs, slots

_DAY = timedelta(days=1)


async def offers_for(actor: Actor, patient_id: UUID) -> list[ProviderOffer]:
    """Everyone whom the patient can book, with their kinds of visits."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    patient = await patients.kept_summary(actor, patient_id)
    readers = await cases.readers_for(patient.organisation_id)
    found: list[ProviderOffer] = []
    for organisation_id in dict.fromkeys(reader.organisation_id for reader in readers):
        found += await _offers([reader for reader in readers if reader.organisation_id == organisation_id])
    return found


async def offer_of(actor: Actor, patient_id: UUID, provider_id: UUID) -> ProviderOffer:
    """NotFound for a provider whom the patient cannot book."""
    found = next((each for each in await offers_for(actor, patient_id) if each.provider_id == provider_id), None)
    if found is None:
        raise NotFound("This specialist cannot be booked for this patient.")
    return found


async def open_slots(
    actor: Actor, patient_id: UUID, offer: ProviderOffer, kind_id: UUID, days: tuple[date, date]
) -> list[OpenSlot]:
    """The free times on the provider's days from the first to the last, within what may be booked ahead."""
    patient = await patients.kept_summary(actor, patient_id)
    diary = await read_diary(offer.organisation_id, offer.provider_id)
    kind = diary.kind(kind_id) if diary else None
    if diary is None or kind is None:
        return []
    licences = _Licences(offer.provider_id)
    found = slots(free_runs(diary.hours, kind, (days[0], min(days[1], last_day(diary))), rounded_up(now())))
    length = timedelta(minutes=kind.duration_min)
    listed: list[OpenSlot] = []
    for slot in found:
        region, zone = where(diary, slot.place_id, patient)
        at = to_instant(slot.starts)
        if await licences.hold(region, ZoneInfo(zone), at, at + length):
            listed.append(_open_slot(diary, slot))
    return listed


def where(diary: Diary, place_id: UUID | None, patient: patients.PatientSummary) -> tuple[str, str]:
    """Region and zone of where a visit happens: the place one comes to, or where the patient is."""
    place = diary.places.get(place_id) if place_id else None
    return (place.region, place.zone) if place else (patient.region, patient.zone)


def last_day(diary: Diary) -> date:
    """How far ahead the provider may be booked."""
    return now().astimezone(diary.hours.zone).date() + diary.practice.horizon_days * _DAY


def rounded_up(at: datetime) -> int:
    """The first whole minute that is not before the instant."""
    return to_minute(at + timedelta(seconds=59, microseconds=999_999))


async def _offers(readers: Sequence[cases.PoolReader]) -> list[ProviderOffer]:
    with kept_by(readers[0].organisation_id) as keeper:
        practices = await queries.practices_of(keeper, [reader.person_id for reader in readers])
        offering = {practice.person_id for practice in practices}
        kinds = await queries.kinds_of(keeper, list(offering)) if offering else []
    return [
        ProviderOffer(
            provider_id=reader.person_id,
            organisation_id=reader.organisation_id,
            pool_id=reader.pool_id,
            kinds=tuple(
                KindOffer(kind_id=kind.id, name=kind.name, duration_min=kind.duration_min, capacity=kind.capacity)
                for kind in kinds
                if kind.person_id == reader.person_id
            ),
        )
        for reader in readers
        if reader.person_id in offering
    ]


class _Licences:
    """One provider's licences, read once for each region."""

    def __init__(self, provider_id: UUID) -> None:
        self._provider_id = provider_id
        self._days: dict[str, list[tuple[date, date]]] = {}

    async def hold(self, region: str, zone: ZoneInfo, starts_at: datetime, ends_at: datetime) -> bool:
        if region not in self._days:
            self._days[region] = await identity.licence_days(self._provider_id, region)
        days = [at.astimezone(zone).date() for at in (starts_at, ends_at - timedelta(seconds=1))]
        return all(any(first <= day <= last for first, last in self._days[region]) for day in days)


def _open_slot(diary: Diary, slot: Slot) -> OpenSlot:
    place = diary.places.get(slot.place_id) if slot.place_id else None
    return OpenSlot(starts_at=to_instant(slot.starts), place_id=slot.place_id, place_name=place.name if place else "")
