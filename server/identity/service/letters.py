"""What identity writes to people; the words stand in the notices' templates, in the person's language."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from server.core.access import system_actor
from server.core.notices import ChannelKind, Notice, Recipient, send
from server.core.platform import now, platform
from server.identity.schemas import PersonDetails
from server.identity.service.directory import open_person
from server.identity.service.organisations import organisation
from server.identity.tables import Invitation, Person, PersonState, Ticket, TicketPurpose


async def send_ticket(person: Person, details: PersonDetails, ticket: Ticket, code: str, link_token: str) -> None:
    """The code and the link, over the channel they were asked for and no other."""
    lasts = {"minutes": str(round((ticket.expires_at - now()).total_seconds() / 60))}
    if ticket.purpose == TicketPurpose.RECOVERY:
        template, values = "recovery", {"link": address_of(f"/recover/{link_token}"), **lasts}
    elif ticket.channel == ChannelKind.EMAIL:
        link = address_of(f"/sign-in/link/{link_token}")
        template, values = "sign-in-link", {"code": code, "link": link, **lasts}
    else:
        template, values = "sign-in-code", {"code": code, **lasts}
    recipient = _recipient(person, details, only=ChannelKind(ticket.channel))
    await _send(person.organisation_id, template, recipient, values, person_id=person.id, expires_at=ticket.expires_at)


async def send_invitation(invitation: Invitation, details: PersonDetails, token: str) -> None:
    recipient = Recipient(email=details.email, channel=ChannelKind.EMAIL, language=invitation.language)
    values = {"link": invitation_link(token)}
    await _send(
        invitation.organisation_id,
        "invitation",
        recipient,
        values,
        person_id=invitation.person_id,
        expires_at=invitation.expires_at,
    )


def invitation_link(token: str) -> str:
    return address_of(f"/invitation/{token}")


async def send_welcome(person: Person, details: PersonDetails) -> None:
    """How a patient signs in: with a code to this very contact, so that nothing secret is sent."""
    values = {"link": address_of("/sign-in/code")}
    await _send(person.organisation_id, "account-opened", _recipient(person, details), values, person_id=person.id)


async def send_sign_in_changed(person: Person) -> None:
    """To the contact on record, so that a change someone else made is noticed."""
    recipient = _recipient(person, await open_person(person))
    values = {"link": address_of("/account")}
    await _send(person.organisation_id, "account-changed", recipient, values, person_id=person.id)


async def tell_person(person_id: UUID, template: str, path: str, *, once_key: str, expires_at: datetime) -> None:
    """Tell somebody of their work, with the page it stands on; nobody who may not sign in, or has no contact."""
    person = await Person.objects().get(Person.id == person_id)
    if person is None or person.state != PersonState.ACTIVE:
        return
    details = await open_person(person)
    if not details.contacts:
        return
    notice = Notice(
        template=template,
        recipient=_recipient(person, details),
        values={"link": address_of(path)},
        person_id=person_id,
        dedupe_key=once_key,
        expires_at=expires_at,
    )
    await send(system_actor(person.organisation_id), notice)


def address_of(path: str) -> str:
    """The whole address of a page of ours."""
    return platform().settings.web.public_url.rstrip("/") + path


async def _send(
    organisation_id: UUID,
    template: str,
    recipient: Recipient,
    values: Mapping[str, str],
    *,
    person_id: UUID | None,
    expires_at: datetime | None = None,
) -> None:
    named = {"organisation": (await organisation(organisation_id)).name, **values}
    notice = Notice(template=template, recipient=recipient, values=named, person_id=person_id, expires_at=expires_at)
    await send(system_actor(organisation_id), notice)


def _recipient(person: Person, details: PersonDetails, only: ChannelKind | None = None) -> Recipient:
    preferred = ChannelKind.EMAIL if details.email else ChannelKind.SMS
    return Recipient(
        email="" if only is ChannelKind.SMS else details.email,
        phone="" if only is ChannelKind.EMAIL else details.phone,
        channel=only or preferred,
        language=person.language,
        zone=person.zone,
    )
