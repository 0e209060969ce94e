"""Accepts invitations: opening one shows what it is, pressing redeems it, once."""

from typing import Any

from server.core import audit
from server.core.access import Actor, ActorKind, Role
from server.core.db import transaction
from server.core.faults import SignInRequired
from server.core.platform import now
from server.identity import limits, queries
from server.identity.clients import Client
from server.identity.faults import LinkSpent
from server.identity.limits import spend
from server.identity.schemas import InvitationView, NewSession
from server.identity.service.accounts import make_person
from server.identity.service.directory import open_invitation, person_by_contact
from server.identity.service.memberships import give_roles
from server.identity.service.organisations import organisation
from server.identity.service.sessions import begin_session
from server.identity.tables import Invitation, Person, PersonState, Stage
from server.identity.tokens import hash_token


async def look_at_invitation(token: str) -> InvitationView:
    """What the invitation says; LinkSpent if it cannot be accepted any more. Nothing is changed."""
    invitation = await queries.find_invitation(hash_token(token))
    if invitation is None:
        raise LinkSpent
    return InvitationView(
        organisation=await organisation(invitation.organisation_id),
        details=await open_invitation(invitation),
        roles=_roles_of(invitation),
        is_return=invitation.person_id is not None,
    )


async def accept_invitation(token: str, actor: Actor | None, client: Client) -> NewSession | None:
    """Accept it: a session that enrols; None where someone with a sign-in only gained roles.

    Whoever has a sign-in under that address must be signed in with it: SignInRequired otherwise.
    """
    await spend(limits.REDEEMING_PER_ADDRESS, client.network)
    async with transaction():
        invitation = await _redeem(token)
        person = await _invited_person(invitation)
        if person.state == PersonState.ACTIVE and (actor is None or actor.actor_id != person.id):
            raise SignInRequired("Sign in with the e-mail address this invitation went to, then accept it.")
        await give_roles(person.id, invitation.organisation_id, _roles_of(invitation))
        await _record_acceptance(invitation, person)
        if person.state == PersonState.ACTIVE:
            return None
        return await begin_session(person, client, method="invitation", stage=Stage.ENROLLING)


async def _redeem(token: str) -> Invitation:
    is_ours = Invitation.token_hash == hash_token(token)
    redeemed: list[Any] = (
        await Invitation.update({Invitation.redeemed_at: now()})
        .where(is_ours)
        .where(queries.invitation_is_open())
        .returning(Invitation.id)
    )
    invitation = await Invitation.objects().get(is_ours) if redeemed else None
    if invitation is None:
        raise LinkSpent
    return invitation


async def _invited_person(invitation: Invitation) -> Person:
    """Whom it is for: the person it names, whoever signs in with its address, else someone new."""
    if invitation.person_id is not None:
        return await queries.get_person(invitation.person_id)
    details = await open_invitation(invitation)
    known = await person_by_contact(details.contacts[0])
    if known is not None:
        return known
    place = await organisation(invitation.organisation_id)
    return await make_person(
        invitation.organisation_id,
        details,
        [],
        language=invitation.language,
        zone=place.zone,
        state=PersonState.INVITED,
    )


async def _record_acceptance(invitation: Invitation, person: Person) -> None:
    actor = Actor(actor_id=person.id, kind=ActorKind.PERSON, organisation_id=invitation.organisation_id)
    await audit.record(actor, "person:invitation-accepted", subject_id=invitation.id)


def _roles_of(invitation: Invitation) -> tuple[Role, ...]:
    return tuple(Role(role) for role in invitation.roles.split())
