"""Data keys of vaults: wrapped once for each organisation that may read, unwrapped for one unit of work."""

from uuid import UUID

from server.core.keys.wrapping import WrapRefused, unwrap, wrap
from server.core.platform import now
from server.core.vault import organisation_keys
from server.core.vault.faults import NoSuchVault, Shredded, Tampered
from server.core.vault.sealing import VaultKey
from server.core.vault.tables import KeyPurpose, OrganisationKey, Vault, VaultDataKey, VaultState


async def key(vault_id: UUID, holder_id: UUID | None = None) -> VaultKey:
    """The key of a vault from the copy that `holder_id` holds (its owner's when none is named).

    One query and no cache: unsharing and shredding bind the next call in every process. NoSuchVault when the
    organisation holds no copy, Shredded when nobody does any more.
    """
    rows = await copies(vault_id, holder_id)
    if not rows:
        raise await why_closed(vault_id)
    owner_id: UUID = rows[0].vault.organisation_id
    return VaultKey(owner_id, vault_id, {row.version: unwrap_copy(row, row.organisation_key) for row in rows})


async def copies(vault_id: UUID, holder_id: UUID | None = None) -> list[VaultDataKey]:
    """The wrapped data keys one holder has, with their vault and organisation key."""
    wanted = holder_id or VaultDataKey.vault.organisation_id
    return (
        await VaultDataKey.objects(VaultDataKey.vault, VaultDataKey.organisation_key)
        .where(VaultDataKey.vault == vault_id)
        .where(VaultDataKey.organisation_id == wanted)
    )


async def add_copy(vault_id: UUID, holder_id: UUID, version: int, data_key: bytes) -> None:
    """Wrap that version for `holder_id`; a copy it already has is kept."""
    organisation_key = await organisation_keys.current(holder_id, KeyPurpose.WRAPPING)
    row = VaultDataKey(
        recorded_at=now(),
        organisation_id=holder_id,
        vault=vault_id,
        version=version,
        organisation_key=organisation_key.id,
    )
    wrap_copy(row, organisation_key, data_key)
    await VaultDataKey.insert(row).on_conflict(action="DO NOTHING")


def wrap_copy(row: VaultDataKey, organisation_key: OrganisationKey, data_key: bytes) -> None:
    """Wrap `data_key` into the row under the holder's organisation key."""
    row.organisation_key = organisation_key.id
    wrapping_key = organisation_keys.unwrap_row(organisation_key)
    row.wrapped = wrap(wrapping_key, data_key, _bound_to(row, organisation_key))


def unwrap_copy(row: VaultDataKey, organisation_key: OrganisationKey) -> bytes:
    """The data key itself; Tampered if its wrapping does not open."""
    try:
        return unwrap(organisation_keys.unwrap_row(organisation_key), row.wrapped, _bound_to(row, organisation_key))
    except WrapRefused as error:
        raise Tampered(f"The data key {row.id} does not open.") from error


def _bound_to(row: VaultDataKey, organisation_key: OrganisationKey) -> bytes:
    vault_id = row.vault.id if isinstance(row.vault, Vault) else row.vault
    return f"data key|{vault_id}|{row.organisation_id}|{row.version}|{organisation_key.id}".encode()


async def why_closed(vault_id: UUID) -> NoSuchVault | Shredded:
    state = await Vault.select(Vault.state).where(Vault.id == vault_id).first()
    return Shredded() if state and state["state"] == VaultState.SHREDDED else NoSuchVault()
