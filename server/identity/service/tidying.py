"""Deletes what has expired and is of no use to anyone, so that transient tables stay small."""

from datetime import timedelta

from server.core.platform import now
from server.identity.tables import PasskeyChallenge, RateBucket, Session, Ticket

KEPT_FOR = timedelta(days=1)
SESSIONS_KEPT_FOR = timedelta(days=400)
"""Audit events name sessions: which browser it was stays answerable for a year and more."""


async def tidy() -> None:
    """Delete expired tickets, challenges, buckets that are full again, and sessions long over."""
    at = now()
    await Ticket.delete().where(Ticket.expires_at < at - KEPT_FOR)
    await PasskeyChallenge.delete().where(PasskeyChallenge.expires_at < at - KEPT_FOR)
    await RateBucket.delete().where(RateBucket.free_at_ms < int((at - KEPT_FOR).timestamp() * 1000))
    await Session.delete().where(Session.ends_at < at - SESSIONS_KEPT_FOR)
