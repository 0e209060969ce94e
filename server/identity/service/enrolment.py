"""Enrolment: a browser that accepted an invitation, or is recovering, chooses how its person signs in."""

from typing import Any

from server.core import audit
from server.core.access import Actor, ActorKind
from server.core.db import transaction
from server.identity import queries
from server.identity.clients import Client
from server.identity.faults import SignInUnfinished
from server.identity.schemas import LiveSession, NewSession, PersonDetails
from server.identity.service import letters
from server.identity.service.code_app import pending_secret
from server.identity.service.directory import open_person
from server.identity.service.passkeys import add_passkey, registration_options
from server.identity.service.password_setting import check_setting, put_password
from server.identity.service.sessions import begin_session, end_sessions_of
from server.identity.tables import Person, PersonState, Stage


def enrolling(session: LiveSession | None) -> LiveSession:
    """The session of a browser that enrols; SignInUnfinished for any other."""
    if session is None or session.stage is not Stage.ENROLLING:
        raise SignInUnfinished
    return session


async def enrolling_details(session: LiveSession) -> PersonDetails:
    """Who enrols, to greet them."""
    return await open_person(await queries.get_person(enrolling(session).person_id))


async def enrolment_secret(session: LiveSession) -> bytes:
    """The secret for the code app, the same at every look until it is confirmed."""
    person = await queries.get_person(enrolling(session).person_id)
    return await pending_secret(session.session_id, person.vault_id)


async def enrol_with_password(session: LiveSession, password: str, code: str, client: Client) -> NewSession:
    """Sign in with a password and a code app from now on. Raises PasswordRefused or CodeRefused."""
    person = await queries.get_person(enrolling(session).person_id)
    row = await check_setting(person, session.session_id, password, code)
    async with transaction():
        await put_password(row, session.session_id)
        return await _finish(person, session, client, by="password")


async def enrolment_passkey_options(session: LiveSession) -> str:
    return await registration_options(await queries.get_person(enrolling(session).person_id))


async def enrol_with_passkey(
    session: LiveSession, credential: dict[str, Any], label: str, client: Client
) -> NewSession:
    """Sign in with a passkey from now on."""
    person = await queries.get_person(enrolling(session).person_id)
    async with transaction():
        await add_passkey(person, credential, label)
        return await _finish(person, session, client, by="passkey")


async def _finish(person: Person, session: LiveSession, client: Client, *, by: str) -> NewSession:
    """The person is active; whatever sessions they had before end, and they are told."""
    await Person.update({Person.state: PersonState.ACTIVE}).where(Person.id == person.id)
    await end_sessions_of(person.id)
    actor = Actor(
        actor_id=person.id,
        kind=ActorKind.PERSON,
        organisation_id=person.organisation_id,
        session_id=session.session_id,
    )
    await audit.record(actor, "person:enrolled", subject_id=person.id, detail={"by": by})
    await letters.send_sign_in_changed(person)
    return await begin_session(person, client, method=by, has_second_factor=True)
