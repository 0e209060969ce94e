"""Every select of scheduling; each takes the actor. A provider's rules are read by their own organisation's."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from server.core.access import Actor, ActorKind
from server.core.db import scoped
from server.core.faults import NotFound
from server.scheduling.lifecycle import LIVE
from server.scheduling.tables import (
    Appointment,
    Blackout,
    OpenHours,
    Practice,
    ReservedTime,
    SessionPlace,
    VisitKind,
    VisitPlace,
    VisitSeries,
    WaitingEntry,
)


async def find_practice(actor: Actor, person_id: UUID) -> Practice | None:
    return await scoped(actor, Practice).objects().where(Practice.person_id == person_id).first()


async def practices_of(actor: Actor, person_ids: Iterable[UUID]) -> list[Practice]:
    wanted = list(person_ids)
    return await scoped(actor, Practice).objects().where(Practice.person_id.is_in(wanted)) if wanted else []


async def kinds_of(actor: Actor, person_ids: Sequence[UUID]) -> list[VisitKind]:
    rows = scoped(actor, VisitKind).objects().where(VisitKind.person_id.is_in(list(person_ids)))
    return await rows.where(VisitKind.ended_at.is_null()).order_by(VisitKind.id)


async def find_kind(actor: Actor, person_id: UUID, kind_id: UUID) -> VisitKind | None:
    rows = scoped(actor, VisitKind).objects().where(VisitKind.id == kind_id).where(VisitKind.person_id == person_id)
    return await rows.where(VisitKind.ended_at.is_null()).first()


async def places_of(actor: Actor, person_id: UUID) -> list[VisitPlace]:
    rows = scoped(actor, VisitPlace).objects().where(VisitPlace.person_id == person_id)
    return await rows.where(VisitPlace.ended_at.is_null()).order_by(VisitPlace.id)


async def hours_of(actor: Actor, person_id: UUID) -> list[OpenHours]:
    rows = scoped(actor, OpenHours).objects().where(OpenHours.person_id == person_id)
    return await rows.where(OpenHours.ended_at.is_null()).order_by(OpenHours.opens_min, OpenHours.id)


async def blackouts_of(actor: Actor, person_id: UUID, ending_after: datetime) -> list[Blackout]:
    rows = scoped(actor, Blackout).objects().where(Blackout.person_id == person_id)
    found = await rows.where(Blackout.ends_at > ending_after).order_by(Blackout.starts_at)
    return [row for row in found if row.starts_at < row.ends_at]


async def reserved_of(actor: Actor, person_id: UUID, from_day: date) -> list[ReservedTime]:
    rows = scoped(actor, ReservedTime).objects().where(ReservedTime.person_id == person_id)
    return await rows.where(ReservedTime.day >= from_day).order_by(ReservedTime.from_min)


async def run_out(actor: Actor, person_id: UUID, at: datetime) -> list[UUID]:
    """The appointments whose hold on the provider's time has run out."""
    rows = scoped(actor, ReservedTime).select(ReservedTime.appointment_id).where(ReservedTime.person_id == person_id)
    return [row["appointment_id"] for row in await rows.where(ReservedTime.held_until <= at)]


async def places_taken(actor: Actor, person_id: UUID, session_ids: Sequence[UUID], at: datetime) -> Counter[UUID]:
    """How many places each session has given away; those whose hold has run out are free."""
    if not session_ids:
        return Counter()
    places = scoped(actor, SessionPlace).select(SessionPlace.session_id).where(SessionPlace.person_id == person_id)
    stands = SessionPlace.held_until.is_null() | (SessionPlace.held_until > at)
    found = await places.where(SessionPlace.session_id.is_in(list(session_ids))).where(stands)
    return Counter(row["session_id"] for row in found)


async def get_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    row = await scoped(actor, Appointment).objects().where(Appointment.id == appointment_id).first()
    if row is None:
        raise NotFound("There is no such appointment.")
    return row


async def get_given(actor: Actor, appointment_id: UUID) -> Appointment:
    """The appointment of those who book it: the patient's side and their clinic; NotFound for the provider's."""
    row = await get_appointment(actor, appointment_id)
    if actor.kind is ActorKind.PERSON and not actor.is_patient and row.organisation_id != actor.organisation_id:
        raise NotFound("There is no such appointment.")
    return row


async def get_series(actor: Actor, series_id: UUID) -> VisitSeries:
    row = await scoped(actor, VisitSeries).objects().where(VisitSeries.id == series_id).first()
    if row is None:
        raise NotFound("There are no such visits.")
    return row


async def appointments_of_series(actor: Actor, series_id: UUID) -> list[Appointment]:
    rows = scoped(actor, Appointment).objects().where(Appointment.series_id == series_id)
    return await rows.order_by(Appointment.starts_at)


async def appointments_of_patient(actor: Actor, patient_id: UUID) -> list[Appointment]:
    rows = scoped(actor, Appointment).objects().where(Appointment.patient_id == patient_id)
    return await rows.order_by(Appointment.starts_at)


async def appointments_of_provider(actor: Actor, person_id: UUID, span: tuple[datetime, datetime]) -> list[Appointment]:
    rows = scoped(actor, Appointment).objects().where(Appointment.provider_id == person_id)
    rows = rows.where(Appointment.starts_at >= span[0]).where(Appointment.starts_at < span[1])
    return await rows.order_by(Appointment.starts_at)


async def appointments_between(actor: Actor, span: tuple[datetime, datetime], most: int) -> list[Appointment]:
    rows = scoped(actor, Appointment).objects().where(Appointment.starts_at >= span[0])
    return await rows.where(Appointment.starts_at < span[1]).order_by(Appointment.starts_at).limit(most)


async def flagged_appointments(actor: Actor, from_at: datetime, most: int) -> list[Appointment]:
    """Those to come that their provider's rules no longer offer."""
    rows = scoped(actor, Appointment).objects().where(Appointment.is_outside_rules.eq(True))
    rows = rows.where(Appointment.starts_at >= from_at).where(Appointment.status.is_in(list(LIVE)))
    return await rows.order_by(Appointment.starts_at).limit(most)


async def appointments_of_case(actor: Actor, case_id: UUID) -> list[Appointment]:
    rows = scoped(actor, Appointment).objects().where(Appointment.from_case_id == case_id)
    return await rows.order_by(Appointment.starts_at)


async def waiting_of_patient(actor: Actor, patient_id: UUID) -> list[WaitingEntry]:
    rows = scoped(actor, WaitingEntry).objects().where(WaitingEntry.patient_id == patient_id)
    return await rows.where(WaitingEntry.ended_at.is_null()).order_by(WaitingEntry.id)


async def waiting_for(actor: Actor, provider_id: UUID, from_at: datetime, until_at: datetime) -> list[WaitingEntry]:
    """Who waits for the provider's time in that span and is offered nothing now; the longest first."""
    rows = scoped(actor, WaitingEntry).objects().where(WaitingEntry.provider_id == provider_id)
    rows = rows.where(WaitingEntry.ended_at.is_null()).where(WaitingEntry.offered_id.is_null())
    return await rows.where(WaitingEntry.from_at < until_at, WaitingEntry.until_at > from_at).order_by(WaitingEntry.id)
