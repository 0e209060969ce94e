"""The life of a vault: made, shared and unshared between organisations, held by law, shredded."""

from typing import Any
from uuid import UUID, uuid5

from server.core import audit
from server.core.access.actor import Actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.keys.wrapping import new_key
from server.core.platform import now
from server.core.vault import data_keys
from server.core.vault.faults import HeldByLaw, NoSuchVault
from server.core.vault.sealing import VaultKey
from server.core.vault.tables import Vault, VaultDataKey, VaultState

DIRECTORY_NAMESPACE = UUID("6f0b1c1e-6a57-4d0e-9d0b-3b1f5a3c9e21")


async def create(organisation_id: UUID) -> UUID:
    """A new vault with its first data key, which `organisation_id` owns and holds."""
    return await _create(new_id(), organisation_id)


async def directory(organisation_id: UUID) -> UUID:
    """The organisation's own vault (people's names, contacts, secrets of its settings), made on first use."""
    vault_id = _directory_id(organisation_id)
    if await Vault.exists().where(Vault.id == vault_id):
        return vault_id
    return await _create(vault_id, organisation_id)


async def directory_key(organisation_id: UUID) -> VaultKey:
    """The key of the organisation's own vault: one query but for the first use, which makes the vault."""
    vault_id = _directory_id(organisation_id)
    known = await data_keys.keys((vault_id,))
    return known.get(vault_id) or await data_keys.key(await _create(vault_id, organisation_id))


async def share(vault_id: UUID, to_organisation_id: UUID) -> None:
    """Wrap every version of the data key for another organisation too; doing it twice changes nothing."""
    async with transaction():
        await lock_open(vault_id)
        for copy in await data_keys.copies((vault_id,)):
            await data_keys.add_copy(
                vault_id=vault_id,
                owner_id=copy.owner_id,
                holder_id=to_organisation_id,
                version=copy.version,
                data_key=copy.unwrap(),
            )


async def unshare(vault_id: UUID, from_organisation_id: UUID) -> None:
    """Destroy another organisation's copies; the owner's stay."""
    async with transaction():
        owner_id = await lock_open(vault_id)
        if from_organisation_id == owner_id:
            raise ValueError("the owner's copies end only by shredding")
        await (
            VaultDataKey.delete()
            .where(VaultDataKey.vault == vault_id)
            .where(VaultDataKey.organisation_id == from_organisation_id)
        )


async def hold(actor: Actor, vault_id: UUID) -> None:
    """Put a legal hold on the vault: it is not shredded while that stands."""
    await _set_hold(actor, vault_id, is_held=True)


async def release_hold(actor: Actor, vault_id: UUID) -> None:
    """Lift the legal hold."""
    await _set_hold(actor, vault_id, is_held=False)


async def shred(actor: Actor, vault_id: UUID) -> None:
    """Destroy every wrapped copy of the vault's keys: its content is erased wherever it lies.

    HeldByLaw while a legal hold stands; shredding twice changes nothing. `remains.scrub` then clears what the
    database's own files keep of deleted rows.
    """
    async with transaction():
        changed = await _update(
            (Vault.id == vault_id) & (Vault.state == VaultState.OPEN) & Vault.is_held.eq(False),
            {Vault.state: VaultState.SHREDDED, Vault.shredded_at: now()},
        )
        if changed is None:
            await _explain_refused_shred(vault_id)
            return
        await VaultDataKey.delete().where(VaultDataKey.vault == vault_id)
        await audit.record(actor, "vault:shredded", subject_id=vault_id, organisation_id=changed)


def _directory_id(organisation_id: UUID) -> UUID:
    return uuid5(DIRECTORY_NAMESPACE, str(organisation_id))


async def _create(vault_id: UUID, organisation_id: UUID) -> UUID:
    async with transaction():
        row = Vault(id=vault_id, recorded_at=now(), organisation_id=organisation_id)
        made = await Vault.insert(row).on_conflict(action="DO NOTHING").returning(Vault.id)
        if made:
            await data_keys.add_copy(
                vault_id=vault_id, owner_id=organisation_id, holder_id=organisation_id, version=1, data_key=new_key()
            )
    return vault_id


async def lock_open(vault_id: UUID) -> UUID:
    """Hold the vault's row against a concurrent shredding until the transaction ends; returns its owner."""
    is_open = (Vault.id == vault_id) & (Vault.state == VaultState.OPEN)
    owner_id = await _update(is_open, {Vault.state: VaultState.OPEN})
    if owner_id is None:
        raise await data_keys.why_closed(vault_id)
    return owner_id


async def _set_hold(actor: Actor, vault_id: UUID, *, is_held: bool) -> None:
    async with transaction():
        owner_id = await lock_open(vault_id)
        await Vault.update({Vault.is_held: is_held}).where(Vault.id == vault_id)
        tag = "vault:held" if is_held else "vault:hold-released"
        await audit.record(actor, tag, subject_id=vault_id, organisation_id=owner_id)


async def _update(clause: Any, values: dict[Any, Any]) -> UUID | None:
    """Update the one vault that the clause names; its owner, or None if there is none."""
    rows = await Vault.update(values).where(clause).returning(Vault.organisation_id)
    return rows[0]["organisation_id"] if rows else None


async def _explain_refused_shred(vault_id: UUID) -> None:
    row = await Vault.select(Vault.state).where(Vault.id == vault_id).first()
    if row is None:
        raise NoSuchVault
    if row["state"] == VaultState.OPEN:
        raise HeldByLaw
