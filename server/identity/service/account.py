"""One's own account: the name on record, the language and zone, and for whom one acts."""

from uuid import UUID
from zoneinfo import available_timezones

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import BadInput, NotFound
from server.identity import queries
from server.identity.acting import ONLY_PATIENT
from server.identity.faults import SecondFactorRequired
from server.identity.schemas import NewSession, OrganisationCard, PersonDetails
from server.identity.service.directory import open_person
from server.identity.service.organisations import organisation
from server.identity.service.sessions import move_session
from server.identity.tables import Person


async def own_details(actor: Actor) -> PersonDetails:
    authorize(actor, Action.SELF)
    return await open_person(await queries.get_person(actor.actor_id))


async def set_preferences(actor: Actor, language: str, zone: str) -> None:
    """The language one is written to in, and the zone times are told in."""
    authorize(actor, Action.SELF)
    if zone not in available_timezones():
        raise BadInput("There is no such time zone.")
    await Person.update({Person.language: language, Person.zone: zone}).where(Person.id == actor.actor_id)


async def own_organisations(actor: Actor) -> list[OrganisationCard]:
    """The organisations one has a role in, by name."""
    authorize(actor, Action.SELF)
    cards = [await organisation(place) for place in await queries.organisations_of(actor.actor_id)]
    return sorted(cards, key=lambda card: card.name.casefold())


async def act_for(actor: Actor, organisation_id: UUID) -> NewSession:
    """Act for another organisation one has a role in, under a new token."""
    authorize(actor, Action.SELF)
    roles = (await queries.organisations_of(actor.actor_id)).get(organisation_id)
    if not roles or actor.session_id is None:
        raise NotFound
    if roles != ONLY_PATIENT and not actor.second_factor_at:
        raise SecondFactorRequired
    async with transaction():
        await audit.record(actor, "session:moved", subject_id=actor.session_id, organisation_id=organisation_id)
        return await move_session(actor.session_id, organisation_id, frozenset(roles))
