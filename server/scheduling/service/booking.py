"""Taking a time: held for a few minutes, then confirmed; moved to another; exactly one appointment has each."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from server.cases import service as cases
from server.core import audit, vault
from server.core.access import Action, Actor, Role, authorize, system_actor
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.faults import (
    AlreadyInGroup,
    HoldRanOut,
    TimeIsOver,
    TimeNotOffered,
    TimeTaken,
    TooFarAhead,
    TooManyAppointments,
)
from server.scheduling.jobs import LapseHold
from server.scheduling.lifecycle import LIVE, Event, Status
from server.scheduling.local_time import to_minute
from server.scheduling.schemas import ProviderOffer, Wanted
from server.scheduling.service import diaries
from server.scheduling.service.changing import require_in_time
from server.scheduling.service.diaries import Diary, Visit
from server.scheduling.service.freeing import give_back
from server.scheduling.service.licensing import require_licence
from server.scheduling.service.openings import last_day, offer_of, rounded_up, where
from server.scheduling.service.reminding import plan_reminders, tell_change
from server.scheduling.service.steps import go_on
from server.scheduling.slots import Kind, Slot, is_free
from server.scheduling.tables import Appointment

HOLD = timedelta(minutes=10)
MOST_OPEN, MOST_OPEN_TIMES = 6, 18
"""Wishes of one patient that have not been met yet, and their times: holds would otherwise empty a provider's days."""


async def hold_time(actor: Actor, wanted: Wanted, *, form_key: str) -> UUID:
    """Keep the time for the patient until the hold runs out; the same form again is the same appointment.

    TimeTaken, TimeIsOver, TimeNotOffered, NotLicensedThere, TooManyAppointments: nothing was booked.
    """
    authorize(actor, Action.APPOINTMENT_BOOK)

    async def effect() -> str:
        offer = await offer_of(actor, wanted.patient_id, wanted.provider_id)
        await require_own_case(actor, wanted)
        return str(await hold_offered(actor, offer, wanted, HOLD))

    return UUID(await once(actor, form_key, wanted, effect))


async def hold_offered(
    actor: Actor,
    offer: ProviderOffer,
    wanted: Wanted,
    lasts: timedelta,
    *,
    series: tuple[UUID | None, int | None] = (None, None),
) -> UUID:
    """Hold a time of somebody whom the patient can book, inside the caller's transaction; a refusal changes nothing.

    `series` is that which the time belongs to, and its number there.
    """
    patient = await patients.kept_summary(actor, wanted.patient_id)
    series_id, series_no = series
    diary, kind = await _locked(offer.organisation_id, offer.provider_id, wanted.kind_id)
    others = await _open_of(actor, wanted.patient_id)
    if actor.has(Role.PATIENT):
        _require_few(others, series_id)
    _require_one_place(others, kind, wanted.starts_at)
    require_free(diary, kind, wanted.starts_at, wanted.place_id)
    region, zone = where(diary, wanted.place_id, patient)
    ends_at = wanted.starts_at + timedelta(minutes=kind.duration_min)
    await require_licence(offer.provider_id, region, zone, wanted.starts_at, ends_at)
    place = diary.places.get(wanted.place_id) if wanted.place_id else None
    row = Appointment(
        id=new_id(),
        recorded_at=now(),
        organisation_id=patient.organisation_id,
        patient_id=wanted.patient_id,
        from_case_id=wanted.from_case_id,
        provider_id=offer.provider_id,
        provider_organisation_id=offer.organisation_id,
        pool_id=offer.pool_id,
        kind_id=wanted.kind_id,
        kind_name=next(each.name for each in diary.kinds if each.id == wanted.kind_id),
        is_group=kind.capacity > 1,
        place_id=wanted.place_id,
        place_name=place.name if place else "",
        region=region,
        zone=zone,
        provider_zone=diary.practice.zone,
        starts_at=wanted.starts_at,
        ends_at=ends_at,
        changed_at=now(),
        held_until=now() + lasts,
        series_id=series_id,
        series_no=series_no,
    )
    await diaries.reserve(diary, visit_of(row, kind), row.held_until)
    await row.save()
    await _let_provider_read(row, patient.vault_id)
    job = LapseHold(organisation_id=row.organisation_id, appointment_id=row.id)
    await enqueue(job, due_at=row.held_until)
    await audit.record(
        actor,
        "appointment:held",
        subject_id=row.id,
        patient_id=row.patient_id,
        organisation_id=row.organisation_id,
    )
    return row.id


async def confirm(actor: Actor, appointment_id: UUID) -> None:
    """Book what is held, with its reminders; again it changes nothing. HoldRanOut after its time."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    async with transaction():
        row = await queries.get_given(actor, appointment_id)
        if row.status == Status.BOOKED:
            return
        await book(actor, row)
        if not actor.is_patient:
            await tell_change(row)


async def book(actor: Actor, row: Appointment) -> None:
    """Inside the caller's transaction."""
    # Gives the time back of every hold that has run out, this one's too.
    diary = await diaries.lock_diary(row.provider_organisation_id, row.provider_id)
    await require_licence(row.provider_id, row.region, row.zone, row.starts_at, row.ends_at)
    await go_on(actor, row, Event.CONFIRM, "appointment:booked", {Appointment.held_until: None})
    if not await diaries.keep_for_good(row.provider_organisation_id, row.id):
        raise HoldRanOut
    if diary is not None:
        await plan_reminders(row, diary.practice)


class Move(Struct, frozen=True, kw_only=True):
    appointment_id: UUID
    starts_at: datetime
    place_id: UUID | None = None


async def move(actor: Actor, move: Move, *, form_key: str) -> None:
    """Move the appointment to another free time; where that fails it stays as it was."""
    authorize(actor, Action.APPOINTMENT_BOOK)

    async def effect() -> str:
        await _move(actor, move)
        return str(move.appointment_id)

    await once(actor, form_key, move, effect)


async def _move(actor: Actor, move: Move) -> None:
    row = await queries.get_given(actor, move.appointment_id)
    patient = await patients.kept_summary(actor, row.patient_id)
    diary, kind = await _locked(row.provider_organisation_id, row.provider_id, row.kind_id)
    require_in_time(actor, row, diary.practice)
    await diaries.release(row.provider_organisation_id, row.id)
    diary = await diaries.read_diary(row.provider_organisation_id, row.provider_id) or diary
    others = [other for other in await _open_of(actor, row.patient_id) if other.id != row.id]
    _require_one_place(others, kind, move.starts_at)
    require_free(diary, kind, move.starts_at, move.place_id)
    was = (row.starts_at, row.ends_at)
    region, zone = where(diary, move.place_id, patient)
    place = diary.places.get(move.place_id) if move.place_id else None
    ends_at = move.starts_at + timedelta(minutes=kind.duration_min)
    await require_licence(row.provider_id, region, zone, move.starts_at, ends_at)
    changes = {
        Appointment.starts_at: move.starts_at,
        Appointment.ends_at: ends_at,
        Appointment.place_id: move.place_id,
        Appointment.place_name: place.name if place else "",
        Appointment.region: region,
        Appointment.zone: zone,
        Appointment.provider_zone: diary.practice.zone,
        Appointment.is_outside_rules: False,
        Appointment.confirmed_at: None,
    }
    await go_on(actor, row, Event.MOVE, "appointment:moved", changes)
    await diaries.reserve(diary, visit_of(row, kind), None)
    await plan_reminders(row, diary.practice)
    await give_back(row, *was)
    if not actor.is_patient:
        await tell_change(row)


async def restore(actor: Actor, appointment_id: UUID) -> None:
    """Undo a cancellation while the time is still free."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    async with transaction():
        row = await queries.get_given(actor, appointment_id)
        patient = await patients.kept_summary(actor, row.patient_id)
        diary, kind = await _locked(row.provider_organisation_id, row.provider_id, row.kind_id)
        _require_one_place(await _open_of(actor, row.patient_id), kind, row.starts_at)
        require_free(diary, kind, row.starts_at, row.place_id)
        await require_licence(row.provider_id, row.region, row.zone, row.starts_at, row.ends_at)
        await go_on(actor, row, Event.RESTORE, "appointment:restored", {Appointment.reason: ""})
        await diaries.reserve(diary, visit_of(row, kind), None)
        await _let_provider_read(row, patient.vault_id)
        await plan_reminders(row, diary.practice)


def require_free(diary: Diary, kind: Kind, starts_at: datetime, place_id: UUID | None) -> None:
    """TimeIsOver, TimeNotOffered (not by the rules, in a gap of the clocks, too far ahead) or TimeTaken."""
    if starts_at.timestamp() % 60:
        raise TimeNotOffered
    slot, at = Slot(to_minute(starts_at), place_id), rounded_up(now())
    if slot.starts < at + kind.notice_min:
        raise TimeIsOver
    if starts_at.astimezone(diary.hours.zone).date() > last_day(diary):
        raise TooFarAhead
    if not is_free(diary.unbooked(), kind, slot, at):
        raise TimeNotOffered
    if not is_free(diary.hours, kind, slot, at):
        raise TimeTaken


def visit_of(row: Appointment, kind: Kind) -> Visit:
    return Visit(
        appointment_id=row.id,
        provider_id=row.provider_id,
        organisation_id=row.provider_organisation_id,
        starts_min=to_minute(row.starts_at),
        place_id=row.place_id,
        kind=kind,
    )


async def _let_provider_read(row: Appointment, vault_id: UUID) -> None:
    """A grant that names the appointment where other grants name a case, and a wrapped copy of the patient's key."""
    if row.provider_organisation_id == row.organisation_id:
        return
    with working_for(system_actor(row.organisation_id)):
        await grant(
            organisation_id=row.organisation_id,
            patient_id=row.patient_id,
            grantee_id=row.provider_organisation_id,
            capacity=Capacity.READER,
            case_id=row.id,
        )
    await vault.share(vault_id, row.provider_organisation_id)


async def _locked(organisation_id: UUID, provider_id: UUID, kind_id: UUID) -> tuple[Diary, Kind]:
    diary = await diaries.lock_diary(organisation_id, provider_id)
    kind = diary.kind(kind_id) if diary else None
    if diary is None or kind is None:
        raise TimeNotOffered
    return diary, kind


async def _open_of(actor: Actor, patient_id: UUID) -> list[Appointment]:
    """The patient's visits that are held or booked and have not been yet."""
    return [row for row in await queries.appointments_of_patient(actor, patient_id) if _is_open(row)]


def _require_few(others: list[Appointment], series_id: UUID | None) -> None:
    wishes = {row.series_id or row.id for row in others} - {series_id}
    if len(wishes) >= MOST_OPEN or len(others) >= MOST_OPEN_TIMES:
        raise TooManyAppointments


def _require_one_place(others: list[Appointment], kind: Kind, starts_at: datetime) -> None:
    """AlreadyInGroup: nobody takes two places of one session."""
    if kind.capacity > 1 and any((row.kind_id, row.starts_at) == (kind.kind_id, starts_at) for row in others):
        raise AlreadyInGroup


def _is_open(row: Appointment) -> bool:
    is_over = row.status == Status.HELD and row.held_until is not None and row.held_until <= now()
    return row.status in LIVE and row.ends_at > now() and not is_over


async def require_own_case(actor: Actor, wanted: Wanted) -> None:
    """NotFound where the case that it is about is another patient's."""
    if wanted.from_case_id and await cases.patient_of_case(actor, wanted.from_case_id) != wanted.patient_id:
        raise NotFound("The case is another patient’s.")


async def once(actor: Actor, form_key: str, content: Struct, effect: Callable[[], Awaitable[str]]) -> str:
    """What the form has led to: carried out at its first coming alone, in a transaction."""
    return await identity.once(actor, form_key, identity.request_hash(content), effect)
