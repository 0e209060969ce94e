"""The demo's sign-in: one press for each of its people. Everything here refuses outside the demo."""

from uuid import UUID

from server.core.access import Actor, Role
from server.core.faults import NotFound
from server.core.platform import platform
from server.identity import queries
from server.identity.clients import Client
from server.identity.schemas import NewSession, OrganisationCard, PersonCard
from server.identity.service.organisations import organisation, organisations
from server.identity.service.people import people_in_role
from server.identity.service.sessions import begin_session
from server.identity.service.step_up import prove


async def demo_people() -> list[tuple[OrganisationCard, list[PersonCard]]]:
    """The people of the demo's organisations, each once, by their first role."""
    _require_demo()
    listed: list[tuple[OrganisationCard, list[PersonCard]]] = []
    for card in await organisations():
        if card.is_demo:
            found = [person for role in Role for person in await people_in_role(card.organisation_id, role)]
            listed.append((card, list({person.person_id: person for person in found}.values())))
    return listed


async def demo_sign_in(person_id: UUID, client: Client) -> NewSession:
    """A whole session for one of the demo's people, as if every factor had been given."""
    _require_demo()
    person = await queries.get_person(person_id)
    if not (await organisation(person.organisation_id)).is_demo:
        raise NotFound
    return await begin_session(person, client, method="demo", has_second_factor=True)


async def demo_step_up(actor: Actor) -> NewSession:
    """Prove the second factor by saying so."""
    _require_demo()
    return await prove(actor, "demo")


def _require_demo() -> None:
    if not platform().settings.is_demo:
        raise NotFound
