"""Sends the codes and links that were asked for, and clears away what has expired."""

from server.identity import service
from server.identity.jobs import SendTicket, Tidy
from workers.actors import actor, every

HOUR_S = 60 * 60


@actor(SendTicket, time_limit_s=60)
async def send_ticket(job: SendTicket) -> None:
    await service.send_ticket(job.ticket_id)


@every(seconds=HOUR_S)
@actor(Tidy)
async def tidy(_: Tidy) -> None:
    await service.tidy()
