"""What identity writes to people; the words stand in the notices' templates, in the person's language."""

from server.identity.schemas import PersonDetails
from server.identity.tables import Invitation, Person, Ticket


async def send_ticket(person: Person, details: PersonDetails, ticket: Ticket, code: str, link_token: str) -> None: ...


async def send_invitation(invitation: Invitation, details: PersonDetails, token: str) -> None: ...


async def send_welcome(person: Person, details: PersonDetails) -> None: ...


async def send_sign_in_changed(person: Person) -> None: ...
