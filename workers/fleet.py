"""Watches for kiosks that fall silent, and clears away what has expired."""

from server.fleet import service
from server.fleet.jobs import FindSilent, TidyFleet
from workers.actors import actor, every

FIVE_MINUTES_S = 5 * 60
HOUR_S = 60 * 60


@every(seconds=FIVE_MINUTES_S)
@actor(FindSilent)
async def find_silent(_: FindSilent) -> None:
    await service.find_silent()


@every(seconds=HOUR_S)
@actor(TidyFleet)
async def tidy_fleet(_: TidyFleet) -> None:
    await service.tidy_fleet()
