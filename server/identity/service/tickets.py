"""Codes and links that are asked for: the same answer for every contact, sent by a job, redeemed once."""

import secrets
from datetime import timedelta
from uuid import UUID

from server.core.db import transaction
from server.core.ids import new_token
from server.core.outbox import PLATFORM_WIDE, enqueue
from server.core.platform import now
from server.identity import limits, queries
from server.identity.acting import ONLY_PATIENT
from server.identity.clients import Client
from server.identity.contacts import Channel, SignInContact
from server.identity.jobs import SendTicket
from server.identity.limits import spend
from server.identity.schemas import Asked
from server.identity.service import letters
from server.identity.service.directory import contact_from, contact_token, open_person, person_by_contact
from server.identity.service.ticket_codes import code_mac, new_code
from server.identity.tables import Person, PersonState, Ticket, TicketPurpose
from server.identity.tokens import hash_token

LIFETIME = timedelta(minutes=10)
RECOVERY_LIFETIME = timedelta(minutes=60)
SMALLEST_NUMBER, NUMBERS = 100, 900


async def ask_for_code(contact: str, client: Client) -> Asked:
    """Ask for a code (and by e-mail a link) to sign in with, for patients. ContactRefused if it is no contact."""
    return await _ask(contact_from(contact), client, TicketPurpose.SIGN_IN)


async def ask_for_recovery(email: str, client: Client) -> Asked:
    """Ask for the link with which, and with a recovery code, staff set up their sign-in anew."""
    return await _ask(contact_from(email), client, TicketPurpose.RECOVERY)


async def send_ticket(ticket_id: UUID) -> None:
    """Make the code and the link and hand them to the notices; done twice it sends once.

    They go to the contact on record, never to what was typed: two addresses can share one token.
    """
    async with transaction():
        ticket = await Ticket.objects().get(Ticket.id == ticket_id)
        if ticket is None or ticket.link_hash is not None or ticket.person_id is None or ticket.expires_at <= now():
            return
        person = await queries.get_person(ticket.person_id)
        if not await _may_use(person, TicketPurpose(ticket.purpose)):
            return
        code, link_token = new_code(), new_token()
        ticket.code_mac, ticket.link_hash = await code_mac(ticket.id, code), hash_token(link_token)
        await ticket.save([Ticket.code_mac, Ticket.link_hash])
        await letters.send_ticket(person, await open_person(person), ticket, code, link_token)


async def _ask(contact: SignInContact, client: Client, purpose: TicketPurpose) -> Asked:
    await _spend_sending(contact, client)
    person = await person_by_contact(contact)
    token, at = new_token(), now()
    lifetime = LIFETIME if purpose is TicketPurpose.SIGN_IN else RECOVERY_LIFETIME
    ticket = Ticket(
        recorded_at=at,
        purpose=purpose,
        person_id=person.id if person else None,
        channel=contact.channel,
        asker_hash=hash_token(token),
        number=SMALLEST_NUMBER + secrets.randbelow(NUMBERS),
        expires_at=at + lifetime,
    )
    async with transaction():
        await ticket.save()
        await enqueue(SendTicket(organisation_id=PLATFORM_WIDE, ticket_id=ticket.id))
    has_link = contact.channel is Channel.EMAIL
    return Asked(token=token, number=ticket.number if has_link else None, expires_at=ticket.expires_at)


async def _spend_sending(contact: SignInContact, client: Client) -> None:
    token = await contact_token(contact)
    await spend(limits.SENDING_PER_ADDRESS, client.network)
    await spend(limits.SENDING_PER_CONTACT, token)
    await spend(limits.SENDING_PER_CONTACT_AND_DAY, token)


async def _may_use(person: Person, purpose: TicketPurpose) -> bool:
    """Codes sign in patients only: for staff a contact alone is one factor too few. Recovery is for staff."""
    if person.state != PersonState.ACTIVE:
        return False
    places = (await queries.organisations_of(person.id)).values()
    if purpose is TicketPurpose.SIGN_IN:
        return any(roles == ONLY_PATIENT for roles in places)
    return any(roles != ONLY_PATIENT for roles in places)
