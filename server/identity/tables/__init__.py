"""Identity's rows; names and contacts are sealed under the directory vault of the organisation that keeps them."""

from server.identity.tables.bounds import FormKey, RateBucket
from server.identity.tables.factors import Passkey, PasskeyChallenge, Password, RecoveryCode
from server.identity.tables.people import Licence, Membership, Organisation, OrganisationKind, Person, PersonState
from server.identity.tables.sessions import Session, Stage
from server.identity.tables.tickets import Invitation, Ticket, TicketPurpose

__all__ = [
    "FormKey",
    "Invitation",
    "Licence",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "Passkey",
    "PasskeyChallenge",
    "Password",
    "Person",
    "PersonState",
    "RateBucket",
    "RecoveryCode",
    "Session",
    "Stage",
    "Ticket",
    "TicketPurpose",
]
