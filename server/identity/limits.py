"""Bounds how often something may be tried, in database rows, so that every process counts together."""

import hashlib
import math
from datetime import datetime

import msgspec

from server.core.faults import TooManyRequests
from server.core.ids import new_id
from server.core.platform import now
from server.identity.queries import rows_of
from server.identity.tables import RateBucket


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At most `burst` at once, then one every `every_s` seconds."""

    name: str
    burst: int
    every_s: int

    @property
    def every_ms(self) -> int:
        return self.every_s * 1000

    @property
    def tolerance_ms(self) -> int:
        return (self.burst - 1) * self.every_ms


PASSWORDS_PER_ADDRESS = Limit(name="password-address", burst=30, every_s=20)
PASSWORDS_PER_ACCOUNT = Limit(name="password-account", burst=10, every_s=60)
APP_CODES_PER_PERSON = Limit(name="app-code", burst=5, every_s=60)
RECOVERY_CODES_PER_PERSON = Limit(name="recovery-code", burst=5, every_s=300)
SENDING_PER_ADDRESS = Limit(name="sending-address", burst=20, every_s=60)
SENDING_PER_CONTACT = Limit(name="sending-contact", burst=3, every_s=300)
SENDING_PER_CONTACT_AND_DAY = Limit(name="sending-day", burst=10, every_s=8640)
REDEEMING_PER_ADDRESS = Limit(name="redeeming-address", burst=60, every_s=10)
PASSKEYS_PER_ADDRESS = Limit(name="passkey-address", burst=60, every_s=5)

# One statement, so that two processes cannot both take the last place. `max` and `greatest` differ between the
# databases, CASE does not.
_SPEND = """
INSERT INTO "rate_bucket" ("id", "recorded_at", "name", "free_at_ms") VALUES ({}, {}, {}, {})
ON CONFLICT ("name") DO UPDATE SET "free_at_ms" =
    CASE WHEN "rate_bucket"."free_at_ms" > {} THEN "rate_bucket"."free_at_ms" ELSE {} END + {}
WHERE "rate_bucket"."free_at_ms" <= {}
RETURNING "free_at_ms"
"""


async def spend(limit: Limit, who: str | bytes) -> None:
    """Count one attempt of `who` (an address, a token, an id: only its hash is kept).

    Raises TooManyRequests with Retry-After. Call it outside a transaction, which a refusal would roll back.
    """
    name, at = _bucket_name(limit, who), now()
    if not await _take(limit, name, at):
        raise TooManyRequests(headers={"Retry-After": str(await _wait_s(limit, name, at))})


async def _take(limit: Limit, name: str, at: datetime) -> bool:
    at_ms = _milliseconds(at)
    first = at_ms + limit.every_ms
    latest = at_ms + limit.tolerance_ms
    query = RateBucket.raw(_SPEND, new_id(), at, name, first, at_ms, at_ms, limit.every_ms, latest)
    return bool(await rows_of(query))


async def _wait_s(limit: Limit, name: str, at: datetime) -> int:
    row = await RateBucket.select(RateBucket.free_at_ms).where(RateBucket.name == name).first()
    free_at_ms: int = row["free_at_ms"] if row else 0
    return max(1, math.ceil((free_at_ms - limit.tolerance_ms - _milliseconds(at)) / 1000))


def _bucket_name(limit: Limit, who: str | bytes) -> str:
    text = who.encode() if isinstance(who, str) else who
    return f"{limit.name}:{hashlib.sha256(text).hexdigest()[:40]}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
