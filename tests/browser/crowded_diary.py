"""A specialist's diary with more hours, kinds, places and visits than its pages were drawn for."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from server.core.access import Actor
from server.core.platform import now
from server.scheduling import service as scheduling
from server.scheduling.schemas import HoursRules, KindRules, PlaceRules, Wanted

DAYS, VISITS = 3, 10


async def crowd_the_diary(specialist: Actor, coordinator: Actor, patient_id: UUID, name: str) -> None:
    """The visits are in the coming days; then the hours that they were booked in end, and they are flagged."""
    today, hours = now().date(), list[UUID]()
    kind = KindRules(name=name[:60], duration_min=5, every_min=5, before_min=5, after_min=5)
    kind_id = await scheduling.add_kind(specialist, kind)
    for number in range(6):
        rules = PlaceRules(name=f"{name[:74]} {number}", region="ES-MD", zone="America/Argentina/ComodRivadavia")
        await scheduling.add_place(specialist, rules)
        await scheduling.add_kind(specialist, KindRules(name=f"{name[:56]} {number}", duration_min=480, every_min=480))
    for days in range(DAYS):
        day = today + timedelta(days=days)
        rules = HoursRules(day=day, opens_min=0, closes_min=1440, kind_id=kind_id)
        hours.append(await scheduling.add_hours(specialist, rules))
        await _book(coordinator, patient_id, specialist, kind_id, day)
    for hours_id in hours:
        await scheduling.end_hours(specialist, hours_id)
    for weekday in (*range(7), *range(7)):
        await scheduling.add_hours(specialist, HoursRules(weekday=weekday, opens_min=600, closes_min=1440))


async def _book(coordinator: Actor, patient_id: UUID, specialist: Actor, kind_id: UUID, day: date) -> None:
    offer = await scheduling.offer_of(coordinator, patient_id, specialist.actor_id)
    slots = await scheduling.open_slots(coordinator, patient_id, offer, kind_id, (day, day))
    for slot in slots[: 3 * VISITS : 3]:
        wanted = Wanted(
            patient_id=patient_id, provider_id=specialist.actor_id, kind_id=kind_id, starts_at=slot.starts_at
        )
        appointment_id = await scheduling.hold_time(coordinator, wanted, form_key=str(uuid4()))
        await scheduling.confirm(coordinator, appointment_id)
