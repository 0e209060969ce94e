"""Carries out a form once: sent again with the same key it answers as the first time and does nothing."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from server.core.access import Actor
from server.core.db import transaction
from server.core.faults import KeyReused
from server.core.platform import now
from server.identity.tables import FormKey


def request_hash(content: msgspec.Struct) -> bytes:
    """SHA-256 of what a form said, independent of the order of its fields."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).digest()


async def once(actor: Actor, key: str, content: bytes, effect: Callable[[], Awaitable[str]]) -> str:
    """The outcome of `effect` (where to go next), now or when `key` was first used by this actor.

    `content` is the `request_hash`; another one under the same key raises KeyReused. Key, hash, outcome and effect
    stand in one transaction: when the effect raises, the key is free again.
    """
    async with transaction():
        if await _claim(actor, UUID(key), content):
            outcome = await effect()
            await FormKey.update({FormKey.outcome: outcome}).where(_same(actor, UUID(key)))
            return outcome
        return await _first_outcome(actor, UUID(key), content)


async def _claim(actor: Actor, key: UUID, content: bytes) -> bool:
    """On PostgreSQL a second sender waits here until the first has committed or rolled back."""
    row = FormKey(recorded_at=now(), actor_id=actor.actor_id, key=key, request_hash=content)
    query = FormKey.insert(row).on_conflict(target=(FormKey.actor_id, FormKey.key), action="DO NOTHING")
    return bool(await query.returning(FormKey.id))


async def _first_outcome(actor: Actor, key: UUID, content: bytes) -> str:
    row = await FormKey.objects().get(_same(actor, key))
    if row is None or bytes(row.request_hash) != content:
        raise KeyReused
    return row.outcome


def _same(actor: Actor, key: UUID) -> Any:
    return (FormKey.actor_id == actor.actor_id) & (FormKey.key == key)
