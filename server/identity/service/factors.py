"""The ways a person can sign in, as a whole: counted, listed, removed."""

from uuid import UUID

from server.identity import queries
from server.identity.acting import ONLY_PATIENT
from server.identity.schemas import WaysIn
from server.identity.service.passkeys import passkey_card, passkeys_of
from server.identity.service.recovery import recovery_codes_left
from server.identity.tables import Passkey, Password, RecoveryCode


async def ways_in(person_id: UUID) -> WaysIn:
    return WaysIn(
        has_password=await Password.exists().where(Password.person_id == person_id),
        passkeys=tuple(passkey_card(passkey) for passkey in await passkeys_of(person_id)),
        recovery_codes_left=await recovery_codes_left(person_id),
    )


async def can_sign_in(person_id: UUID) -> bool:
    """Whether the person has a way in; patients always have the code that is sent to their contact."""
    ways = await ways_in(person_id)
    roles = (await queries.organisations_of(person_id)).values()
    return ways.has_password or bool(ways.passkeys) or ONLY_PATIENT in roles


async def remove_factors(person_id: UUID) -> None:
    """Remove everything a person signs in with, inside the caller's transaction."""
    for table in (Password, Passkey, RecoveryCode):
        await table.delete().where(table.person_id == person_id)
