"""Organisation keys: made on first use, wrapped under the newest master key, unwrapped for one unit of work."""

from uuid import UUID

from server.core.ids import new_id
from server.core.keys.wrapping import WrapRefused, new_key
from server.core.platform import now, platform
from server.core.vault.faults import Tampered
from server.core.vault.tables import KeyPurpose, OrganisationKey


async def current(organisation_id: UUID, purpose: KeyPurpose) -> OrganisationKey:
    """The newest key of that purpose; the first is made here, once, whoever comes first."""
    return await _newest(organisation_id, purpose) or await add_version(organisation_id, purpose, 1)


async def add_version(organisation_id: UUID, purpose: KeyPurpose, version: int) -> OrganisationKey:
    """Make that version, unless another transaction just did; returns the newest."""
    row = OrganisationKey(
        id=new_id(), recorded_at=now(), organisation_id=organisation_id, purpose=purpose, version=version
    )
    wrap_into(row, new_key())
    await OrganisationKey.insert(row).on_conflict(action="DO NOTHING")
    return await _newest(organisation_id, purpose) or row


def wrap_into(row: OrganisationKey, key: bytes) -> None:
    """Wrap `key` into the row under the newest master key."""
    row.master_id, row.wrapped = platform().keys.masters.wrap(key, _bound_to(row))


def unwrap_row(row: OrganisationKey) -> bytes:
    """The organisation key itself; Tampered if its wrapping does not open."""
    try:
        return platform().keys.masters.unwrap(row.master_id, row.wrapped, _bound_to(row))
    except WrapRefused as error:
        raise Tampered(f"The organisation key {row.id} does not open: {error}") from error


def _bound_to(row: OrganisationKey) -> bytes:
    return f"organisation key|{row.id}|{row.organisation_id}|{row.purpose}|{row.version}".encode()


async def _newest(organisation_id: UUID, purpose: KeyPurpose) -> OrganisationKey | None:
    return (
        await OrganisationKey.objects()
        .where(OrganisationKey.organisation_id == organisation_id)
        .where(OrganisationKey.purpose == purpose)
        .order_by(OrganisationKey.version, ascending=False)
        .first()
    )
