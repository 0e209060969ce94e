"""Data keys of vaults: wrapped once for each organisation that may read, unwrapped for one unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from server.core.platform import now
from server.core.vault import organisation_keys
from server.core.vault.faults import NoSuchVault, Shredded
from server.core.vault.sealing import VaultKey
from server.core.vault.tables import KeyPurpose, Vault, VaultDataKey, VaultState
from server.core.vault.wrapped import WrappedDataKey, WrappedOrganisationKey

# Piccolo takes a millisecond to build this join and every read of a record waits for it.
COPIES = """
    SELECT k.vault AS vault_id, v.organisation_id AS owner_id, k.organisation_id AS holder_id, k.version, k.wrapped,
           o.id AS under_id, o.purpose AS under_purpose, o.version AS under_version,
           o.master_id AS under_master_id, o.wrapped AS under_wrapped
    FROM vault_data_key k
    JOIN vault v ON v.id = k.vault
    JOIN vault_organisation_key o ON o.id = k.organisation_key
    WHERE k.vault IN ({vaults}) AND k.organisation_id = COALESCE({{}}, v.organisation_id)
"""


async def key(vault_id: UUID, holder_id: UUID | None = None) -> VaultKey:
    """The key of a vault from the copy that `holder_id` holds (its owner's when none is named).

    One query and no cache: unsharing and shredding bind the next call in every process. NoSuchVault when the
    organisation holds no copy, Shredded when nobody does any more.
    """
    found = await keys((vault_id,), holder_id)
    if vault_id not in found:
        raise await why_closed(vault_id)
    return found[vault_id]


async def keys(vault_ids: Sequence[UUID], holder_id: UUID | None = None) -> Mapping[UUID, VaultKey]:
    """The keys of many vaults in one query, for lists; vaults that `holder_id` cannot open are left out."""
    opened: dict[UUID, dict[int, bytes]] = {}
    owners: dict[UUID, UUID] = {}
    for copy in await copies(vault_ids, holder_id):
        opened.setdefault(copy.vault_id, {})[copy.version] = copy.unwrap()
        owners[copy.vault_id] = copy.owner_id
    return {vault_id: VaultKey(owners[vault_id], vault_id, versions) for vault_id, versions in opened.items()}


async def copies(vault_ids: Sequence[UUID], holder_id: UUID | None = None) -> list[WrappedDataKey]:
    """The wrapped data keys that one holder (each vault's owner when none is named) has of the vaults."""
    if not vault_ids:
        return []
    statement = COPIES.format(vaults=", ".join(["{}"] * len(vault_ids)))
    rows = cast("list[dict[str, Any]]", await VaultDataKey.raw(statement, *vault_ids, holder_id))
    return [_copy_of(row) for row in rows]


async def add_copy(*, vault_id: UUID, owner_id: UUID, holder_id: UUID, version: int, data_key: bytes) -> None:
    """Wrap that version for `holder_id`; a copy it already has is kept."""
    under = await organisation_keys.current(holder_id, KeyPurpose.WRAPPING)
    copy = WrappedDataKey(vault_id=vault_id, owner_id=owner_id, holder_id=holder_id, version=version, under=under)
    row = VaultDataKey(
        recorded_at=now(),
        organisation_id=holder_id,
        vault=vault_id,
        version=version,
        organisation_key=under.id,
        wrapped=copy.wrap(data_key).wrapped,
    )
    await VaultDataKey.insert(row).on_conflict(action="DO NOTHING")


async def why_closed(vault_id: UUID) -> NoSuchVault | Shredded:
    """The refusal for a vault of which no copy was found."""
    state = await Vault.select(Vault.state).where(Vault.id == vault_id).first()
    return Shredded() if state and state["state"] == VaultState.SHREDDED else NoSuchVault()


def _copy_of(row: dict[str, Any]) -> WrappedDataKey:
    under = WrappedOrganisationKey(
        id=row["under_id"],
        organisation_id=row["holder_id"],
        purpose=row["under_purpose"],
        version=row["under_version"],
        master_id=row["under_master_id"],
        wrapped=row["under_wrapped"],
    )
    return WrappedDataKey(
        vault_id=row["vault_id"],
        owner_id=row["owner_id"],
        holder_id=row["holder_id"],
        version=row["version"],
        wrapped=row["wrapped"],
        under=under,
    )
