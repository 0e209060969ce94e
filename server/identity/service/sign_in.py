"""Sign-in with a password and then the code of an app: one answer for every way of being wrong."""

from uuid import UUID

from server.core import audit
from server.core.access import system_actor
from server.core.db import transaction
from server.core.outbox import PLATFORM_WIDE
from server.identity import limits, queries
from server.identity.clients import Client
from server.identity.contacts import read_email
from server.identity.faults import CodeRefused, SignInRefused, SignInUnfinished
from server.identity.limits import spend
from server.identity.passwords import hash_password, is_password, needs_rehash
from server.identity.schemas import LiveSession, NewSession
from server.identity.service.code_app import take_app_code
from server.identity.service.directory import contact_token, person_by_contact
from server.identity.service.recovery import take_recovery_code
from server.identity.service.sessions import begin_session
from server.identity.tables import Password, Person, PersonState, Stage

NOBODY = UUID(int=0)
"""Looked up for whoever is unknown, so that it takes as long."""


async def give_password(email: str, password: str, client: Client) -> NewSession:
    """The first step: a session that only waits for the code. SignInRefused whatever was wrong."""
    await spend(limits.PASSWORDS_PER_ADDRESS, client.network)
    person, row = await _find(email)
    if not await is_password(row.hash if row else None, password) or person is None or row is None:
        await _record_refusal(person, "password")
        raise SignInRefused
    if needs_rehash(row.hash):
        await Password.update({Password.hash: await hash_password(password)}).where(Password.id == row.id)
    return await begin_session(person, client, method="password", stage=Stage.CODE_DUE)


async def give_app_code(session: LiveSession | None, code: str, client: Client) -> NewSession:
    """The second step: the code of the app, each of which is accepted once."""
    person, row = await _after_password(session)
    await spend(limits.APP_CODES_PER_PERSON, str(person.id))
    if not await take_app_code(row, code):
        await _record_refusal(person, "app-code")
        raise CodeRefused
    return await begin_session(person, client, method="password", has_second_factor=True)


async def give_recovery_code(session: LiveSession | None, code: str, client: Client) -> NewSession:
    """Instead of the second step: a recovery code lets its person set up how to sign in anew, and nothing else."""
    person, _ = await _after_password(session)
    await spend(limits.RECOVERY_CODES_PER_PERSON, str(person.id))
    async with transaction():
        if not await take_recovery_code(person.id, code):
            raise CodeRefused
        return await begin_session(person, client, method="recovery-code", stage=Stage.ENROLLING)


async def _find(email: str) -> tuple[Person | None, Password | None]:
    """The person and password of an address, counted by address whether or not there is one."""
    try:
        contact = read_email(email)
    except ValueError:
        return None, None
    await spend(limits.PASSWORDS_PER_ACCOUNT, await contact_token(contact))
    person = await person_by_contact(contact)
    if person is not None and person.state != PersonState.ACTIVE:
        person = None
    return person, await Password.objects().get(Password.person_id == (person.id if person else NOBODY))


async def _after_password(session: LiveSession | None) -> tuple[Person, Password]:
    if session is None or session.stage is not Stage.CODE_DUE:
        raise SignInUnfinished
    row = await Password.objects().get(Password.person_id == session.person_id)
    if row is None:
        raise SignInUnfinished
    return await queries.get_person(session.person_id), row


async def _record_refusal(person: Person | None, by: str) -> None:
    """In the log of whoever keeps the person's record, or the platform's: the same work for known and unknown."""
    actor = system_actor(person.organisation_id if person else PLATFORM_WIDE)
    subject_id = person.id if person else None
    await audit.record(actor, "session:refused", subject_id=subject_id, detail={"by": by})
