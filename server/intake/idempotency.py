"""Does a thing once however often it is asked for: key, request hash and response commit with the effect."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID

from server.core import vault
from server.core.access import Actor
from server.core.db import platform_wide, transaction
from server.core.faults import KeyReused
from server.core.ids import new_id
from server.core.platform import now
from server.core.vault import VaultKey
from server.intake.tables import StoredResponse


class Response(NamedTuple):
    """What is answered, and the key of whom it is about: erasing them erases it too."""

    content: bytes
    key: VaultKey


Effect = Callable[[], Awaitable[Response]]


async def once(actor: Actor, scope: str, key: str, request_sha256: str, effect: Effect) -> bytes:
    """The response of `effect` to the first request under this key; it runs exactly once, or not at all if it fails.

    The same request again gets the stored response. Another request under the key, or another actor, gets
    KeyReused, and the first response stays. Keys never expire. Call it outside of any transaction: a request
    that comes second waits for the first to commit.
    """
    async with transaction():
        claimed = await _claim(actor, scope, key, request_sha256)
        if claimed is not None:
            response = await effect()
            await _keep(claimed, response)
            return response.content
        stored = await _find(scope, key)
    if (stored.actor_id, stored.request_sha256) != (actor.actor_id, request_sha256):
        raise KeyReused
    return (await _key_of(stored)).open(_sealed_name(stored.id), stored.sealed)


async def _claim(actor: Actor, scope: str, key: str, request_sha256: str) -> UUID | None:
    """The id of the new row, or None where the key is taken; a concurrent claim is waited for by the database."""
    row = StoredResponse(
        id=new_id(),
        recorded_at=now(),
        organisation_id=actor.organisation_id,
        actor_id=actor.actor_id,
        scope=scope,
        key=key,
        request_sha256=request_sha256,
    )
    claimed = await StoredResponse.insert(row).on_conflict(action="DO NOTHING").returning(StoredResponse.id)
    return row.id if claimed else None


async def _keep(response_id: UUID, response: Response) -> None:
    sealed = response.key.seal(_sealed_name(response_id), response.content)
    values: dict[Any, Any] = {StoredResponse.vault_id: response.key.vault_id, StoredResponse.sealed: sealed}
    await StoredResponse.update(values).where(StoredResponse.id == response_id)


async def _find(scope: str, key: str) -> StoredResponse:
    same = (StoredResponse.scope == scope) & (StoredResponse.key == key)
    with platform_wide():  # a key that another organisation took is refused, and its response stays with it
        stored = await StoredResponse.objects().where(same).first()
    if stored is None:  # a key is never removed, and its insertion was just refused
        raise LookupError(f"the response under {scope}/{key} is gone")
    return stored


async def _key_of(stored: StoredResponse) -> VaultKey:
    if stored.vault_id is None:  # of before responses had the patient's
        return await vault.directory_key(stored.organisation_id)
    return await vault.key(stored.vault_id, stored.organisation_id)


def _sealed_name(response_id: UUID) -> str:
    return f"stored_response/{response_id}/sealed"
