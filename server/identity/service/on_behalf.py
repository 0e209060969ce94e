"""Who a command at the server's own console acts as: a person of the clinic whom the operator names."""

from server.core.access import Actor, ActorKind, Role
from server.core.faults import NotFound
from server.identity.acting import purpose_of
from server.identity.queries import organisations_of
from server.identity.service.directory import contact_from, person_by_contact
from server.identity.tables import PersonState


async def worker_named(typed: str) -> Actor:
    """The clinic worker with this e-mail address or phone number, in the one organisation they work for; NotFound."""
    person = await person_by_contact(contact_from(typed))
    if person is None or person.state != PersonState.ACTIVE:
        raise NotFound("Nobody who may sign in has this address or number.")
    everywhere = await organisations_of(person.id)
    at_work = {where: roles for where, roles in everywhere.items() if Role.CLINIC_WORKER in roles}
    if len(at_work) != 1:
        raise NotFound("Whoever brings in a bundle must be a clinic worker of exactly one organisation.")
    ((organisation_id, roles),) = at_work.items()
    return Actor(
        actor_id=person.id,
        kind=ActorKind.PERSON,
        organisation_id=organisation_id,
        roles=frozenset(roles),
        purpose=purpose_of(frozenset(roles)),
        language=person.language,
        zone=person.zone,
    )
