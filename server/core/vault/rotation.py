"""Rotates the three layers of keys: a vault's data key, an organisation's key, and what the master key wraps."""

from typing import Any
from uuid import UUID

import msgspec

from server.core import audit
from server.core.access.actor import system_actor
from server.core.db import transaction
from server.core.keys.wrapping import new_key
from server.core.log import get_logger
from server.core.platform import platform
from server.core.vault import data_keys, organisation_keys
from server.core.vault.service import lock_open
from server.core.vault.tables import KeyPurpose, OrganisationKey, VaultDataKey
from server.core.vault.wrapped import WrappedOrganisationKey

BATCH = 200
log = get_logger(__name__)


async def rotate_data_key(vault_id: UUID) -> int:
    """A new version of the vault's data key for every holder; what was sealed before still opens. Returns it."""
    async with transaction():
        owner_id = await lock_open(vault_id)
        held = await _holdings(vault_id)
        version = max(row["version"] for row in held) + 1
        data_key = new_key()
        for holder_id in sorted({row["organisation_id"] for row in held}):
            await data_keys.add_copy(
                vault_id=vault_id, owner_id=owner_id, holder_id=holder_id, version=version, data_key=data_key
            )
        detail = {"version": version}
        actor = system_actor(owner_id)
        await audit.record(actor, "vault:data-key-rotated", subject_id=vault_id, detail=detail)
    return version


async def rotate_organisation_key(organisation_id: UUID) -> int:
    """A new organisation key, with every data key the organisation holds wrapped again under it; returns its version.

    The key that is replaced stays for transactions that began before, and is destroyed by the next rotation.
    """
    async with transaction():
        before = await organisation_keys.current(organisation_id, KeyPurpose.WRAPPING)
        await _destroy_unused(organisation_id, before.version)
        under = await organisation_keys.add_version(organisation_id, KeyPurpose.WRAPPING, before.version + 1)
        detail = {"version": under.version}
        await audit.record(system_actor(organisation_id), "vault:organisation-key-rotated", detail=detail)
    replaced_ids = await _older_than(under)
    while await _rewrap_copies(under, replaced_ids):
        pass
    return under.version


async def rewrap_master() -> int:
    """Wrap every organisation key under the newest master key; returns how many were not.

    When `masters_in_use` then names the newest alone, the files of the older ones can be destroyed (and with them
    whatever the database's own files keep of keys that were deleted before).
    """
    newest_id = platform().keys.masters.newest_id
    total = 0
    while batch := await _rewrap_batch(newest_id):
        total += batch
    log.info("organisation_keys_rewrapped", master_id=newest_id, count=total)
    return total


async def masters_in_use() -> frozenset[str]:
    """The ids of the master keys under which any organisation key is wrapped."""
    rows = await OrganisationKey.select(OrganisationKey.master_id).distinct()
    return frozenset(row["master_id"] for row in rows)


async def _rewrap_batch(newest_id: str) -> int:
    async with transaction():
        rows = (
            await OrganisationKey.select(*organisation_keys.COLUMNS)
            .where(OrganisationKey.master_id != newest_id)
            .limit(BATCH)
        )
        for before in msgspec.convert(rows, list[WrappedOrganisationKey]):
            after = before.wrap(before.unwrap())
            values: dict[Any, Any] = {
                OrganisationKey.master_id: after.master_id,
                OrganisationKey.wrapped: after.wrapped,
            }
            await OrganisationKey.update(values).where(OrganisationKey.id == before.id)
    return len(rows)


async def _older_than(under: WrappedOrganisationKey) -> list[UUID]:
    rows = (
        await OrganisationKey.select(OrganisationKey.id)
        .where(OrganisationKey.organisation_id == under.organisation_id)
        .where(OrganisationKey.purpose == under.purpose)
        .where(OrganisationKey.version < under.version)
    )
    return [row["id"] for row in rows]


async def _rewrap_copies(under: WrappedOrganisationKey, replaced_ids: list[UUID]) -> int:
    """Wrap one batch of what the replaced keys still wrap under the newest one; how many there were."""
    async with transaction():
        rows = (
            await VaultDataKey.select(VaultDataKey.vault)
            .where(VaultDataKey.organisation_key.is_in(replaced_ids))
            .limit(BATCH)
        )
        vault_ids = tuple({row["vault"] for row in rows})
        for before in await data_keys.copies(vault_ids, under.organisation_id):
            after = msgspec.structs.replace(before, under=under).wrap(before.unwrap())
            await (
                VaultDataKey.update({VaultDataKey.wrapped: after.wrapped, VaultDataKey.organisation_key: under.id})
                .where(VaultDataKey.vault == after.vault_id)
                .where(VaultDataKey.organisation_id == after.holder_id)
                .where(VaultDataKey.version == after.version)
            )
    return len(rows)


async def _destroy_unused(organisation_id: UUID, before_version: int) -> None:
    """Delete the organisation's keys older than that version which wrap nothing any more."""
    await (
        OrganisationKey.delete()
        .where(OrganisationKey.organisation_id == organisation_id)
        .where(OrganisationKey.purpose == KeyPurpose.WRAPPING)
        .where(OrganisationKey.version < before_version)
        .where(
            OrganisationKey.id.not_in(
                VaultDataKey.select(VaultDataKey.organisation_key).where(
                    VaultDataKey.organisation_id == organisation_id
                )
            )
        )
    )


async def _holdings(vault_id: UUID) -> list[dict[str, Any]]:
    return await VaultDataKey.select(VaultDataKey.organisation_id, VaultDataKey.version).where(
        VaultDataKey.vault == vault_id
    )
