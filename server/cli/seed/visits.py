"""A specialist who offers visits, and a few appointments at each point of their life."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from server.cli.seed.clock import SeedClock
from server.cli.seed.people import DemoPatient, DemoPeople
from server.core.access import Actor
from server.core.clock import now
from server.scheduling import service as scheduling
from server.scheduling.schemas import HoursRules, KindRules, PlaceRules, PracticeRules, Rhythm, Wanted

ZONE = "Europe/Madrid"
EVERY_DAY = range(7)
_DAY = timedelta(days=1)


async def seed_visits(people: DemoPeople, clock: SeedClock) -> None:
    """Hours on every day, so that the demo has something today; the visits were booked three days ago."""
    specialist = people.readers[0]
    clock.set_hours_ago(72)
    kind_id = await _practise(specialist)
    visits = [await _book(people.patients[number], specialist, kind_id, days) for number, days in enumerate((1, 2, 3))]
    await _book(people.patients[1], specialist, kind_id, 4)  # of tomorrow: reminded of today
    await _book(people.patients[0], specialist, kind_id, 9)
    await _book_series(people.patients[0], specialist, kind_id)
    done, missed, _ = [await scheduling.get_appointment(specialist, visit) for visit in visits]
    clock.at = done.starts_at + timedelta(minutes=4)
    await scheduling.arrive(specialist, done.id)
    await scheduling.finish(specialist, done.id)
    clock.at = missed.starts_at + timedelta(minutes=30)
    await scheduling.miss(specialist, missed.id)


async def _book_series(patient: DemoPatient, specialist: Actor, kind_id: UUID) -> None:
    """Every two weeks, six times; what cannot be had is seen on the page of the series."""
    wanted = await _wanted(patient, specialist, kind_id, 5)
    rhythm = Rhythm(every_weeks=2, times=6)
    series_id = await scheduling.hold_series(patient.account, wanted, rhythm, form_key=str(uuid4()))
    await scheduling.confirm_series(patient.account, series_id)


async def _practise(specialist: Actor) -> UUID:
    await scheduling.set_practice(specialist, PracticeRules(zone=ZONE, daily_limit=12, cutoff_min=120))
    first = KindRules(name="Video visit", duration_min=30, every_min=30, after_min=10, notice_min=120)
    kind_id = await scheduling.add_kind(specialist, first)
    again = KindRules(name="Short visit after an answer", duration_min=15, every_min=15, after_min=5, notice_min=120)
    await scheduling.add_kind(specialist, again)
    room = await scheduling.add_place(specialist, PlaceRules(name="Consulting room 3", region="ES-MD", zone=ZONE))
    group = KindRules(name="Group visit", duration_min=60, every_min=60, notice_min=120, capacity=6)
    group_id = await scheduling.add_kind(specialist, group)
    at_the_room = HoursRules(weekday=2, opens_min=840, closes_min=900, place_id=room, kind_id=group_id)
    await scheduling.add_hours(specialist, at_the_room)
    for weekday in EVERY_DAY:
        await scheduling.add_hours(specialist, HoursRules(weekday=weekday, opens_min=540, closes_min=780))
        await scheduling.add_hours(specialist, HoursRules(weekday=weekday, opens_min=900, closes_min=1080))
    day = now().date() + 20 * _DAY
    await scheduling.add_hours(specialist, HoursRules(day=day, opens_min=540, closes_min=660, place_id=room))
    await scheduling.add_hours(specialist, HoursRules(day=day + _DAY, opens_min=0, closes_min=0))
    return kind_id


async def _book(patient: DemoPatient, specialist: Actor, kind_id: UUID, days: int) -> UUID:
    wanted = await _wanted(patient, specialist, kind_id, days)
    appointment_id = await scheduling.hold_time(patient.account, wanted, form_key=str(uuid4()))
    await scheduling.confirm(patient.account, appointment_id)
    return appointment_id


async def _wanted(patient: DemoPatient, specialist: Actor, kind_id: UUID, days: int) -> Wanted:
    """The first free time of the day so many days ahead."""
    day: date = now().date() + days * _DAY
    offer = await scheduling.offer_of(patient.account, patient.patient_id, specialist.actor_id)
    slots = await scheduling.open_slots(patient.account, patient.patient_id, offer, kind_id, (day, day))
    return Wanted(
        patient_id=patient.patient_id,
        provider_id=specialist.actor_id,
        kind_id=kind_id,
        starts_at=slots[0].starts_at,
        place_id=slots[0].place_id,
    )
