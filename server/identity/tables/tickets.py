"""What is handed out to be redeemed once: invitations, and the codes and links that are sent to a contact."""

from enum import StrEnum

from piccolo.columns import UUID, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Record, Retention
from server.core.db.constraints import one_of


class Invitation(Owned, Table, tablename="invitation"):
    """`person_id` names who is invited back after an administrator reset their sign-in."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=True)
    vault_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    """`PersonDetails`, sealed."""
    email_token = Bytea(default=b"", index=True)
    roles = Varchar(length=120)
    """Joined by spaces."""
    language = Varchar(length=35)
    token_hash = Bytea(default=b"", unique=True)
    invited_by = UUID(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    redeemed_at = Timestamptz(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class TicketPurpose(StrEnum):
    SIGN_IN = "sign-in"
    RECOVERY = "recovery"


class Ticket(Record, Table, tablename="ticket"):
    """One request for a code or link. It exists for unknown contacts too (`person_id` empty), so both look alike.

    The code and the link are made when the job sends them; until then their columns are empty.
    """

    retention = Retention.TRANSIENT

    purpose = Varchar(length=8)
    person_id = UUID(default=None, null=True)
    channel = Varchar(length=8)
    asker_hash = Bytea(default=b"", unique=True)
    """Hash of the token that the asking browser holds."""
    number = Integer()
    """Shown where it was asked for; a link opened in another browser has to tell it."""
    code_mac = Bytea(default=None, null=True)
    link_hash = Bytea(default=None, null=True, unique=True)
    attempts = Integer(default=0)
    expires_at = Timestamptz(default=None, null=False)
    redeemed_at = Timestamptz(default=None, null=True)

    ticket_purpose = one_of("purpose", TicketPurpose)
