"""Organisations, people and signed-in browsers for tests, made directly and quickly."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from server.core.access import Actor, Role
from server.core.db import transaction
from server.core.platform import platform
from server.identity.acting import actor_of
from server.identity.clients import Client
from server.identity.cookies import session_cookie_name
from server.identity.queries import get_person
from server.identity.schemas import OrganisationCard, PersonDetails
from server.identity.service import bootstrap_organisation, find_session, record_licence
from server.identity.service import make_person as make_person_row
from server.identity.service.sessions import begin_session
from server.identity.tables import OrganisationKind, PersonState

PUBLIC_URL = "http://127.0.0.1:8080"


async def make_organisation(
    name: str = "Clínica Norte",
    *,
    kind: OrganisationKind = OrganisationKind.BOTH,
    zone: str = "Europe/Madrid",
    region: str = "ES-MD",
    languages: tuple[str, ...] = ("en", "es"),
    is_demo: bool = False,
) -> OrganisationCard:
    return await bootstrap_organisation(
        name=name, kind=kind, zone=zone, region=region, languages=languages, is_demo=is_demo
    )


async def make_person(
    organisation_id: UUID,
    *roles: Role,
    name: str = "Alex Vega",
    email: str | None = None,
    phone: str = "",
    language: str = "en",
    zone: str = "UTC",
    licensed_in: tuple[str, ...] = (),
    state: PersonState = PersonState.ACTIVE,
    has_second_factor: bool = True,
) -> Actor:
    """A person with a session: the actor their next request would have. Without an `email` one is made up."""
    details = PersonDetails(name=name, email=f"{uuid4().hex}@example.org" if email is None else email, phone=phone)
    async with transaction():
        person = await make_person_row(organisation_id, details, roles, language=language, zone=zone, state=state)
        for region in licensed_in:
            await record_licence(organisation_id, person.id, region, date(2020, 1, 1))
    token = await begin(person.id, has_second_factor=has_second_factor)
    session = await find_session(token)
    actor = actor_of(session) if session else None
    assert actor is not None
    return actor


async def begin(person_id: UUID, *, has_second_factor: bool = True) -> str:
    """A new session of the person; its token."""
    person = await get_person(person_id)
    new = await begin_session(person, Client(), method="test", has_second_factor=has_second_factor)
    return new.token


async def sign_in(client: Any, actor: Actor) -> None:
    """Give a test client (httpx's or Litestar's) a new session of the actor, as a browser holds one."""
    token = await begin(actor.actor_id, has_second_factor=actor.second_factor_at > 0)
    hold_session(client, token)


def hold_session(client: Any, token: str) -> None:
    """Put a session's cookie where an answer of the server would: a second one beside it would be sent too."""
    host: str = client.base_url.host
    domain = host if "." in host else f"{host}.local"  # as http.cookiejar names a host without a dot
    client.cookies.set(session_cookie_name(platform().settings), token, domain=domain)
