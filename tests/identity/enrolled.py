"""People who sign in with a password and a code app, as a test knows them."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.core.access import Actor, Role
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.identity import totp
from server.identity.passwords import HASHER
from server.identity.queries import get_person
from server.identity.service.code_app import seal_secret
from server.identity.tables import Password
from tests.support.people import make_person

PASSWORD = "seven green lanterns over the harbour"


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    person_id: UUID
    actor: Actor
    email: str
    secret: bytes

    def code(self, at: datetime | None = None) -> str:
        """What the person's code app shows at an instant."""
        return totp.code_at(self.secret, totp.step_at(at or now()))


async def enrol(
    organisation_id: UUID, *roles: Role, email: str = "vega@example.org", licensed_in: tuple[str, ...] = ()
) -> Enrolled:
    actor = await make_person(organisation_id, *(roles or (Role.SPECIALIST,)), email=email, licensed_in=licensed_in)
    person, secret = await get_person(actor.actor_id), totp.new_secret()
    row = Password(
        id=new_id(),
        recorded_at=now(),
        person_id=person.id,
        hash=HASHER.hash(PASSWORD),
        vault_id=person.vault_id,
    )
    await seal_secret(row, secret)
    async with transaction():
        await row.save()
    return Enrolled(person_id=person.id, actor=actor, email=email, secret=secret)
