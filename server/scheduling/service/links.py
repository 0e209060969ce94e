"""What a link in a reminder can do without a sign-in: say that one comes, or cancel; never more than its one visit."""

from server.core import audit
from server.core.access import Actor, system_actor
from server.core.db import transaction, working_for
from server.core.faults import Expired
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.lifecycle import EventNotAllowed, Status
from server.scheduling.links import Linked, read_link
from server.scheduling.local_time import to_minute
from server.scheduling.service.changing import cancel
from server.scheduling.tables import Appointment


async def look_at_linked(token: str) -> Appointment:
    """The visit of a link; Expired once it is over or was moved: a newer message has a newer link."""
    linked = read_link(token)
    actor = system_actor(linked.organisation_id)
    with working_for(actor):
        return await _standing(actor, linked)


async def confirm_linked(token: str) -> None:
    """Write down that the patient says they will come; once is enough."""
    linked = read_link(token)
    actor = system_actor(linked.organisation_id)
    with working_for(actor):
        async with transaction():
            row = await _standing(actor, linked)
            if row.status != Status.BOOKED:
                raise EventNotAllowed("There is nothing to confirm: the appointment does not stand any more.")
            await note_coming(actor, row, "link")


async def note_coming(actor: Actor, row: Appointment, way: str) -> None:
    """Inside the caller's transaction; `way` is how the patient said so."""
    if row.confirmed_at is None:
        await Appointment.update({Appointment.confirmed_at: now()}).where(Appointment.id == row.id)
        detail = {"way": way}
        await audit.record(actor, "appointment:coming", subject_id=row.id, patient_id=row.patient_id, detail=detail)


async def cancel_linked(token: str) -> None:
    """Cancel within the provider's policy, as the patient could after a sign-in."""
    linked = read_link(token)
    actor = system_actor(linked.organisation_id)
    with working_for(actor):
        row = await _standing(actor, linked)
        await cancel(actor, row.id, way="link")


async def _standing(actor: Actor, linked: Linked) -> Appointment:
    row = await queries.get_appointment(actor, linked.appointment_id)
    if to_minute(row.starts_at) != linked.starts_min or now() >= row.ends_at:
        raise Expired("The appointment was moved since, or is over.")
    return row
