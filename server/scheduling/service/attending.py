"""The day of the visit: who came and how late, who did not, and what is done."""

from datetime import timedelta
from uuid import UUID

from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import BadInput, NotFound
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.lifecycle import Event
from server.scheduling.service.steps import go_on
from server.scheduling.tables import Appointment

EARLY = timedelta(hours=12)
"""How long before its time a visit may be noted as begun."""


async def arrive(actor: Actor, appointment_id: UUID) -> None:
    """The patient is there; how late is counted in whole minutes."""
    async with transaction():
        row = await _own(actor, appointment_id)
        if now() < row.starts_at - EARLY:
            raise BadInput("The visit is on another day.")
        late_min = max((now() - row.starts_at) // timedelta(minutes=1), 0)
        changes = {Appointment.arrived_at: now(), Appointment.late_min: late_min}
        await go_on(actor, row, Event.ARRIVE, "appointment:arrived", changes)


async def undo_arrival(actor: Actor, appointment_id: UUID) -> None:
    async with transaction():
        row = await _own(actor, appointment_id)
        changes = {Appointment.arrived_at: None, Appointment.late_min: None}
        await go_on(actor, row, Event.LEAVE, "appointment:arrival-undone", changes)


async def miss(actor: Actor, appointment_id: UUID) -> None:
    """The patient did not come; not before the visit was to begin."""
    async with transaction():
        row = await _own(actor, appointment_id)
        if now() < row.starts_at:
            raise BadInput("The visit has not begun yet.")
        await go_on(actor, row, Event.MISS, "appointment:missed")


async def finish(actor: Actor, appointment_id: UUID) -> None:
    async with transaction():
        await go_on(actor, await _own(actor, appointment_id), Event.FINISH, "appointment:done")


async def _own(actor: Actor, appointment_id: UUID) -> Appointment:
    """One of the provider's own; NotFound for a colleague's."""
    authorize(actor, Action.APPOINTMENT_ATTEND)
    row = await queries.get_appointment(actor, appointment_id)
    if row.provider_id != actor.actor_id:
        raise NotFound("There is no such appointment.")
    return row
