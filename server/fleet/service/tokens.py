"""Short access for a signed assertion (RFC 7523): opaque tokens that are looked up at every request."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from server.contract.fleet import AccessToken, token_audience
from server.core.access import Actor, ActorKind
from server.core.db import transaction, working_for
from server.core.faults import TooManyRequests
from server.core.ids import new_token
from server.core.platform import now, platform
from server.fleet import statements
from server.fleet.faults import AssertionRefused, KioskRevoked, KioskToWipe
from server.fleet.signatures import SKEW_S, claimed_kiosk, verify_assertion
from server.fleet.tables import KioskState

TOKEN_LASTS = timedelta(minutes=10)
TOKENS_AT_ONCE = 256
"""More would only wait for each other, and whatever people ask for behind them: on two idle cores so many are answered
within half a second."""
COME_BACK_S = (5, 30)


class Asking:
    """How many kiosks this process is giving tokens to."""

    under_way = 0


async def give_token(assertion: str) -> AccessToken:
    """A bearer token for an assertion that was not used before.

    AssertionRefused, or for a kiosk that is out of service KioskRevoked or KioskToWipe; TooManyRequests, to come back
    at a moment of its own, when too many ask. Every heartbeat needs a token first, so this bounds those too.
    """
    if Asking.under_way >= TOKENS_AT_ONCE:
        wait_s = COME_BACK_S[0] + secrets.randbelow(COME_BACK_S[1] - COME_BACK_S[0])
        raise TooManyRequests(headers={"Retry-After": str(wait_s)})
    Asking.under_way += 1
    try:
        return await _give_token(assertion)
    finally:
        Asking.under_way -= 1


async def _give_token(assertion: str) -> AccessToken:
    kiosk = await statements.key_holder(claimed_kiosk(assertion))
    if kiosk is None:
        raise AssertionRefused
    audience = token_audience(platform().settings.web.public_url)
    claims = verify_assertion(assertion, kiosk.public_key, audience, now())
    if kiosk.state == KioskState.REVOKED:
        raise KioskToWipe if kiosk.is_to_wipe else KioskRevoked
    token, ends_at = new_token(), now() + TOKEN_LASTS
    usable_until = datetime.fromtimestamp(claims.exp + SKEW_S, UTC)
    given = statements.Token(
        kiosk_id=kiosk.kiosk_id,
        organisation_id=kiosk.organisation_id,
        jti=claims.jti,
        token_hash=hash_token(token),
        ends_at=ends_at,
        forget_at=max(ends_at, usable_until),
    )
    with working_for(device(kiosk.kiosk_id, kiosk.organisation_id)):
        async with transaction(is_grouped=True):
            if not await statements.keep_token(given):
                raise AssertionRefused
    return AccessToken(access_token=token, expires_in=int(TOKEN_LASTS.total_seconds()))


async def find_device(token: str) -> Actor | None:
    """The kiosk that holds the token, as the actor of a request; None for every other text."""
    holder = await statements.holder_of(hash_token(token))
    return device(holder.kiosk_id, holder.organisation_id) if holder else None


async def is_in_service(kiosk: Actor) -> bool:
    """Whether the kiosk still is one: for what lasts longer than a token."""
    found = await statements.key_holder(kiosk.actor_id)
    return found is not None and found.state == KioskState.ACTIVE


def device(kiosk_id: UUID, organisation_id: UUID) -> Actor:
    """A kiosk acts for its clinic, in no role: what devices may do is written in the policy."""
    return Actor(actor_id=kiosk_id, kind=ActorKind.DEVICE, organisation_id=organisation_id)


def hash_token(token: str) -> bytes:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
