"""Signing in, and proving oneself again, with a passkey."""

from typing import Any

from server.core.access import Action, Actor, authorize
from server.core.vault import blind
from server.identity import limits, queries
from server.identity.clients import Client
from server.identity.contacts import read_email
from server.identity.faults import PasskeyRefused
from server.identity.limits import spend
from server.identity.schemas import NewSession
from server.identity.service.challenges import Ceremony
from server.identity.service.directory import SIGN_IN_REALM, person_by_contact
from server.identity.service.passkeys import authentication_options, passkeys_of, take_passkey
from server.identity.service.sessions import begin_session
from server.identity.service.sign_in import NOBODY
from server.identity.service.step_up import prove
from server.identity.tables import PersonState


async def sign_in_options(email: str, client: Client) -> str:
    """The options to sign in: any passkey the browser knows, or those of an address (for keys that keep no name).

    An unknown address gets a made-up credential, always the same, so that it looks like a known one.
    """
    await spend(limits.PASSKEYS_PER_ADDRESS, client.network)
    allowed = await _credentials_of(email) if email.strip() else []
    return await authentication_options(Ceremony.SIGN_IN, None, allowed)


async def sign_in_with_passkey(credential: dict[str, Any], client: Client) -> NewSession:
    """A whole session: a passkey with user verification is two factors."""
    await spend(limits.PASSKEYS_PER_ADDRESS, client.network)
    passkey = await take_passkey(credential, Ceremony.SIGN_IN, None)
    person = await queries.get_person(passkey.person_id)
    if person.state != PersonState.ACTIVE:
        raise PasskeyRefused
    return await begin_session(person, client, method="passkey", has_second_factor=True)


async def step_up_options(actor: Actor) -> str:
    """The options to prove oneself again, with one of one's own passkeys."""
    authorize(actor, Action.SELF)
    allowed = [passkey.credential_id for passkey in await passkeys_of(actor.actor_id)]
    return await authentication_options(Ceremony.STEP_UP, actor.actor_id, allowed)


async def prove_with_passkey(actor: Actor, credential: dict[str, Any]) -> NewSession:
    """Prove the second factor with a passkey; the session goes on under a new token."""
    authorize(actor, Action.SELF)
    await take_passkey(credential, Ceremony.STEP_UP, actor.actor_id)
    return await prove(actor, "passkey")


async def _credentials_of(email: str) -> list[bytes]:
    try:
        contact = read_email(email)
    except ValueError:
        return []
    decoy = await blind.token(SIGN_IN_REALM, "passkey-decoy", contact.address)
    person = await person_by_contact(contact)
    passkeys = await passkeys_of(person.id if person else NOBODY)
    return [passkey.credential_id for passkey in passkeys] or [decoy]
