"""What identity's verbs take and answer, and what is sealed in its rows."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from server.contract.wire import Wire
from server.core.access import Role
from server.identity.contacts import Channel, SignInContact
from server.identity.tables import OrganisationKind, PersonState, Stage


class PersonDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `Person.sealed` and `Invitation.sealed`."""

    name: str
    email: str = ""
    phone: str = ""

    @property
    def contacts(self) -> tuple[SignInContact, ...]:
        both = (SignInContact(Channel.EMAIL, self.email), SignInContact(Channel.SMS, self.phone))
        return tuple(contact for contact in both if contact.address)


class OrganisationCard(msgspec.Struct, frozen=True, kw_only=True):
    organisation_id: UUID
    name: str
    kind: OrganisationKind
    zone: str
    region: str
    languages: tuple[str, ...]
    is_demo: bool


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """A person as an organisation sees them: `roles` are those held there."""

    person_id: UUID
    details: PersonDetails
    state: PersonState
    roles: tuple[Role, ...]
    language: str
    zone: str
    is_kept_here: bool
    """Whether this organisation keeps the person's record, and not another one they also work for."""


class LicenceCard(msgspec.Struct, frozen=True, kw_only=True):
    licence_id: UUID
    region: str
    starts_on: date
    ends_on: date | None


class InvitationCard(msgspec.Struct, frozen=True, kw_only=True):
    invitation_id: UUID
    details: PersonDetails
    roles: tuple[Role, ...]
    expires_at: datetime


class SessionCard(msgspec.Struct, frozen=True, kw_only=True):
    session_id: UUID
    started_at: datetime
    seen_at: datetime
    agent: str
    address_prefix: str
    is_this_one: bool


class PasskeyCard(msgspec.Struct, frozen=True, kw_only=True):
    passkey_id: UUID
    label: str
    added_at: datetime
    used_at: datetime | None
    is_synced: bool


class LiveSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as one request finds it; `roles` are those in force now."""

    session_id: UUID
    person_id: UUID
    organisation_id: UUID
    stage: Stage
    roles: frozenset[Role]
    language: str
    zone: str
    seen_at: datetime
    idle_s: int
    proved_at: datetime
    second_factor_at: datetime | None


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session that was just begun or renewed: `token` goes into the cookie and is kept nowhere."""

    token: str
    stage: Stage
    lasts_s: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A code or link was asked for; `token` stays in the asking browser, `number` is shown there for the link."""

    token: str
    number: int | None
    expires_at: datetime


class WaysIn(msgspec.Struct, frozen=True, kw_only=True):
    """How a person can sign in, for the account page."""

    has_password: bool
    passkeys: tuple[PasskeyCard, ...]
    recovery_codes_left: int


class OrganisationRef(Wire, frozen=True, kw_only=True):
    organisation_id: UUID
    name: str


class Me(Wire, frozen=True, kw_only=True):
    """`GET /api/me`; `csrf_token` goes into the X-CSRF-Token header of every request that changes something."""

    person_id: UUID
    name: str
    organisation: OrganisationRef
    roles: tuple[Role, ...]
    language: str
    zone: str
    csrf_token: str


class CodeAsked(Wire, frozen=True, kw_only=True):
    """`POST /api/sign-in/code`, the same whether or not the contact is known."""

    asked: str
    expires_at: datetime


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever opens an invitation sees; `is_return` after a reset of their sign-in."""

    organisation: OrganisationCard
    details: PersonDetails
    roles: tuple[Role, ...]
    is_return: bool


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in link would do in this browser; `needs_number` where it was not asked for here."""

    is_open: bool
    needs_number: bool
