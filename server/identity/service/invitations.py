"""Invitations: sent by administrators, opened by anyone, accepted once by pressing."""

from datetime import timedelta
from uuid import UUID

from server.core import audit, vault
from server.core.access import Action, Actor, Role, authorize, system_actor
from server.core.db import scoped, transaction
from server.core.faults import NotFound
from server.core.ids import new_id, new_token
from server.core.platform import now
from server.identity import queries
from server.identity.contacts import Channel, SignInContact
from server.identity.faults import ContactRefused
from server.identity.schemas import InvitationCard, PersonDetails
from server.identity.service import letters
from server.identity.service.directory import (
    contact_from,
    contact_token,
    open_invitation,
    open_person,
    person_by_contact,
    seal_invitation,
)
from server.identity.service.factors import remove_factors
from server.identity.service.memberships import check_roles
from server.identity.service.people import get_kept_person
from server.identity.service.sessions import end_sessions_of
from server.identity.tables import Invitation, Person, PersonState
from server.identity.tokens import hash_token

LIFETIME = timedelta(days=7)


async def invite(actor: Actor, *, name: str, email: str, roles: frozenset[Role], language: str) -> UUID:
    """Invite someone into the actor's organisation; the link goes by e-mail and is shown to nobody."""
    authorize(actor, Action.PEOPLE_MANAGE)
    contact = contact_from(email)
    if contact.channel is not Channel.EMAIL:
        raise ContactRefused
    details = PersonDetails(name=name, email=contact.address)
    await _require_mixable(actor, contact, roles)
    async with transaction():
        invitation, _ = await _issue(actor, details, roles, language)
        await audit.record(actor, "person:invited", subject_id=invitation.id, detail={"roles": invitation.roles})
    return invitation.id


async def invite_first_administrator(organisation_id: UUID, *, name: str, email: str, language: str) -> str:
    """Invite an organisation's first administrator; the token of the link, for the command line to print."""
    actor = system_actor(organisation_id)
    details = PersonDetails(name=name, email=contact_from(email).address)
    async with transaction():
        invitation, token = await _issue(actor, details, frozenset({Role.ADMINISTRATOR}), language)
        await audit.record(actor, "person:invited", subject_id=invitation.id, detail={"roles": invitation.roles})
    return token


async def reset_sign_in(actor: Actor, person_id: UUID) -> None:
    """Take every way to sign in from a person who lost them, end their sessions, and invite them back."""
    authorize(actor, Action.PEOPLE_MANAGE)
    person = await get_kept_person(actor, person_id)
    details = await open_person(person)
    if not details.email:
        raise ContactRefused
    async with transaction():
        await remove_factors(person_id)
        await Person.update({Person.state: PersonState.INVITED}).where(Person.id == person_id)
        await end_sessions_of(person_id)
        await _issue(actor, details, frozenset(), person.language, person_id=person_id)
        await audit.record(actor, "person:sign-in-reset", subject_id=person_id)


async def withdraw_invitation(actor: Actor, invitation_id: UUID) -> None:
    """Make an invitation's link worth nothing."""
    authorize(actor, Action.PEOPLE_MANAGE)
    async with transaction():
        withdrawn = (
            await scoped(actor, Invitation)
            .update({Invitation.withdrawn_at: now()})
            .where(Invitation.id == invitation_id)
            .where(Invitation.redeemed_at.is_null())
            .returning(Invitation.id)
        )
        if not withdrawn:
            raise NotFound
        await audit.record(actor, "person:invitation-withdrawn", subject_id=invitation_id)


async def open_invitations(actor: Actor) -> list[InvitationCard]:
    """Those of the organisation that nobody accepted yet, the newest first."""
    authorize(actor, Action.PEOPLE_READ)
    rows = (
        await scoped(actor, Invitation)
        .objects()
        .where(queries.invitation_is_open())
        .order_by(Invitation.recorded_at, ascending=False)
    )
    return [
        InvitationCard(
            invitation_id=row.id,
            details=await open_invitation(row),
            roles=tuple(Role(role) for role in row.roles.split()),
            expires_at=row.expires_at,
        )
        for row in rows
    ]


async def _require_mixable(actor: Actor, contact: SignInContact, roles: frozenset[Role]) -> None:
    """Raise RolesDoNotMix now, rather than at the moment someone accepts."""
    known = await person_by_contact(contact)
    held = await queries.organisations_of(known.id) if known else {}
    check_roles(held.get(actor.organisation_id, set()) | roles)


async def _issue(
    actor: Actor, details: PersonDetails, roles: frozenset[Role], language: str, person_id: UUID | None = None
) -> tuple[Invitation, str]:
    """Write the invitation and send it; an open one to the same address is withdrawn."""
    at, token = now(), new_token()
    email_token = await contact_token(details.contacts[0])
    await _withdraw_earlier(actor, email_token)
    invitation = Invitation(
        id=new_id(),
        recorded_at=at,
        organisation_id=actor.organisation_id,
        person_id=person_id,
        vault_id=await vault.directory(actor.organisation_id),
        email_token=email_token,
        roles=" ".join(sorted(roles)),
        language=language,
        token_hash=hash_token(token),
        invited_by=actor.actor_id,
        expires_at=at + LIFETIME,
    )
    await seal_invitation(invitation, details)
    await invitation.save()
    await letters.send_invitation(invitation, details, token)
    return invitation, token


async def _withdraw_earlier(actor: Actor, email_token: bytes) -> None:
    await (
        scoped(actor, Invitation)
        .update({Invitation.withdrawn_at: now()})
        .where(Invitation.email_token == email_token)
        .where(queries.invitation_is_open())
    )
