"""Delivers a notice attempt by attempt: each is written down before anything leaves the platform."""

import asyncio
from uuid import UUID

from server.core.log import get_logger
from server.core.notices.attempts import Attempt, Outcome, begin, settle
from server.core.notices.channels import Channels, Deferred, Interrupted, Refused
from server.core.notices.tables import AttemptState

SEND_LIMIT_S = 40.0

log = get_logger(__name__)


async def deliver(notice_id: UUID, channels: Channels) -> None:
    """Make the next attempt, if it is time for one, and put the one after it into the outbox where needed.

    Running it twice, or in two workers at once, makes one attempt. If the process ends in the middle, the
    attempt stays as begun, and the next one treats it as uncertain.
    """
    attempt = await begin(notice_id, channels)
    if attempt is None:
        return
    outcome = await _carry_out(attempt)
    await settle(attempt, outcome)
    log.info("notice_attempt", notice=notice_id, channel=attempt.channel.kind, state=outcome.state, error=outcome.error)


async def _carry_out(attempt: Attempt) -> Outcome:
    try:
        async with asyncio.timeout(SEND_LIMIT_S):
            return Outcome(AttemptState.SENT, reference=await _hand_over(attempt))
    except Refused as error:
        return Outcome(AttemptState.REFUSED, error=error.code)
    except Deferred as error:
        return Outcome(AttemptState.DEFERRED, error=error.code)
    except Interrupted as error:
        return Outcome(AttemptState.UNCERTAIN, error=error.code)
    except TimeoutError:
        return Outcome(AttemptState.UNCERTAIN, error="too-slow")


async def _hand_over(attempt: Attempt) -> str:
    """Ask before repeating what may have been taken already."""
    known = await attempt.channel.ask(attempt.message) if attempt.asks_first else None
    return known if known is not None else await attempt.channel.deliver(attempt.message)
