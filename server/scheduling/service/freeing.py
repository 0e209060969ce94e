"""Time that becomes free is offered to whoever waits for it."""

from datetime import datetime

from server.core.outbox import enqueue
from server.core.platform import now
from server.scheduling.jobs import OfferFreed
from server.scheduling.local_time import to_minute
from server.scheduling.tables import Appointment


async def give_back(row: Appointment, starts_at: datetime, ends_at: datetime) -> None:
    """Have the time offered to the waiting list once this transaction has committed; none that is over."""
    if ends_at <= now():
        return
    job = OfferFreed(
        organisation_id=row.provider_organisation_id,
        provider_id=row.provider_id,
        from_min=to_minute(starts_at),
        until_min=to_minute(ends_at),
    )
    await enqueue(job, once_key=f"offer:{job.provider_id}:{job.from_min}")
