"""Deletes what has expired: tokens with their assertions, places that nobody took, and log bundles."""

from server.core.platform import now
from server.fleet import queries
from server.fleet.service.logs import expire_logs


async def tidy_fleet() -> None:
    """Codes of claims stay, by their hash: what was asked and who decided is kept."""
    await queries.forget_tokens(now())
    await queries.forget_places(now())
    await expire_logs()
