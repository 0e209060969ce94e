"""Whether a provider may treat a patient where the visit happens, on the day that it is there."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from server.core.access import Action, Actor, authorize
from server.core.platform import now
from server.identity import service as identity
from server.scheduling import queries
from server.scheduling.faults import NotLicensedThere
from server.scheduling.lifecycle import EventNotAllowed, Status

_A_MOMENT = timedelta(seconds=1)


async def require_licence(provider_id: UUID, region: str, zone: str, starts_at: datetime, ends_at: datetime) -> None:
    """NotLicensedThere unless a licence for the place holds on each day of its calendar that the visit touches.

    A licence's last day ends at midnight there: a visit that begins before it and ends after it is not allowed.
    """
    local = ZoneInfo(zone)
    for at in (starts_at, ends_at - _A_MOMENT):
        if not await identity.licensed_on([provider_id], region, at.astimezone(local).date()):
            raise NotLicensedThere


async def check_joining(actor: Actor, appointment_id: UUID, *, region: str = "", zone: str = "") -> None:
    """Whether the visit may begin now: it stands, and a licence holds today where the patient is.

    `region` and `zone` are where the patient says they are, if that is not where the visit was booked for.
    """
    authorize(actor, Action.APPOINTMENT_READ)
    row = await queries.get_appointment(actor, appointment_id)
    if row.status not in {Status.BOOKED, Status.ARRIVED}:
        raise EventNotAllowed("There is no visit to join: the appointment does not stand any more.")
    at = now()
    await require_licence(row.provider_id, region or row.region, zone or row.zone, at, at + _A_MOMENT)
