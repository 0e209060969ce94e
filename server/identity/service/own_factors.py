"""How one signs in: seen and changed by oneself, shortly after proving who one is."""

from typing import Any
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import NotFound
from server.identity import queries
from server.identity.faults import LastWayIn, SignInUnfinished
from server.identity.schemas import WaysIn
from server.identity.service import letters
from server.identity.service.code_app import pending_secret
from server.identity.service.factors import can_sign_in, ways_in
from server.identity.service.passkeys import add_passkey, registration_options
from server.identity.service.password_setting import check_setting, put_password
from server.identity.service.sessions import end_sessions_of
from server.identity.service.step_up import require_fresh_proof
from server.identity.tables import Passkey, Person


async def own_ways_in(actor: Actor) -> WaysIn:
    authorize(actor, Action.SELF)
    return await ways_in(actor.actor_id)


async def own_pending_secret(actor: Actor) -> bytes:
    """The secret of the code app that is being set up, the same at every look until it is confirmed."""
    person, session_id = await _changing(actor)
    return await pending_secret(session_id, person.vault_id)


async def set_own_password(actor: Actor, password: str, code: str) -> None:
    """Set or replace the password and its code app; every other session ends."""
    person, session_id = await _changing(actor)
    row = await check_setting(person, session_id, password, code)
    async with transaction():
        await put_password(row, session_id)
        await end_sessions_of(person.id, keep=session_id)
        await _tell(actor, person, "password:set")


async def own_passkey_options(actor: Actor) -> str:
    person, _ = await _changing(actor)
    return await registration_options(person)


async def add_own_passkey(actor: Actor, credential: dict[str, Any], label: str) -> None:
    person, _ = await _changing(actor)
    async with transaction():
        await add_passkey(person, credential, label)
        await _tell(actor, person, "passkey:added")


async def remove_own_passkey(actor: Actor, passkey_id: UUID) -> None:
    """Remove a passkey; LastWayIn if staff could then sign in no more."""
    person, _ = await _changing(actor)
    async with transaction():
        removed = await queries.rows_of(
            Passkey.delete().where(Passkey.id == passkey_id).where(Passkey.person_id == person.id).returning(Passkey.id)
        )
        if not removed:
            raise NotFound
        await _require_way_in(person)
        await _tell(actor, person, "passkey:removed")


async def _changing(actor: Actor) -> tuple[Person, UUID]:
    authorize(actor, Action.SELF)
    await require_fresh_proof(actor)
    if actor.session_id is None:
        raise SignInUnfinished
    return await queries.get_person(actor.actor_id), actor.session_id


async def _require_way_in(person: Person) -> None:
    if not await can_sign_in(person.id):
        raise LastWayIn


async def _tell(actor: Actor, person: Person, tag: str) -> None:
    await audit.record(actor, tag, subject_id=person.id)
    await letters.send_sign_in_changed(person)
