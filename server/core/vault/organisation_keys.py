"""Organisation keys: made on first use, wrapped under the newest master key, unwrapped for one unit of work."""

from uuid import UUID

import msgspec

from server.core.ids import new_id
from server.core.keys.wrapping import new_key
from server.core.platform import now
from server.core.vault.tables import KeyPurpose, OrganisationKey
from server.core.vault.wrapped import WrappedOrganisationKey

COLUMNS = (
    OrganisationKey.id,
    OrganisationKey.organisation_id,
    OrganisationKey.purpose,
    OrganisationKey.version,
    OrganisationKey.master_id,
    OrganisationKey.wrapped,
)


async def current(organisation_id: UUID, purpose: KeyPurpose) -> WrappedOrganisationKey:
    """The newest key of that purpose; the first is made here, once, whoever comes first."""
    return await newest(organisation_id, purpose) or await add_version(organisation_id, purpose, 1)


async def newest(organisation_id: UUID, purpose: KeyPurpose) -> WrappedOrganisationKey | None:
    """The newest key of that purpose, if there is one."""
    row = (
        await OrganisationKey.select(*COLUMNS)
        .where(OrganisationKey.organisation_id == organisation_id)
        .where(OrganisationKey.purpose == purpose)
        .order_by(OrganisationKey.version, ascending=False)
        .first()
    )
    return msgspec.convert(row, WrappedOrganisationKey | None)


async def add_version(organisation_id: UUID, purpose: KeyPurpose, version: int) -> WrappedOrganisationKey:
    """Make that version, unless another transaction just did; returns the newest."""
    made = WrappedOrganisationKey(id=new_id(), organisation_id=organisation_id, purpose=purpose, version=version)
    row = OrganisationKey(recorded_at=now(), **msgspec.structs.asdict(made.wrap(new_key())))
    await OrganisationKey.insert(row).on_conflict(action="DO NOTHING")
    return await newest(organisation_id, purpose) or made
