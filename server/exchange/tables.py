"""Sendings to archives: ids, states and error codes; what is sent is made anew from the case for each attempt."""

from enum import StrEnum

from piccolo.columns import UUID, Integer, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Retention
from server.core.db.constraints import one_of


class SendingState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    """Begun. If its process ended, it is found like this, and the archive is asked before anything is repeated."""
    UNCERTAIN = "uncertain"
    """The connection ended in the middle: the archive may have it, and is asked first."""
    SENT = "sent"
    REFUSED = "refused"
    """The archive will never take it; administrators see it."""
    SUPERSEDED = "superseded"
    """The photograph was covered or replaced before it left."""


class ArchiveSending(Owned, Table, tablename="archive_sending"):
    """That one photograph is to be in one archive. `attempts` fences two workers that begin the next one together."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False, index=True)
    part_id = UUID(default=None, null=False)
    archive = Varchar(length=40)
    """The archive's name in the settings."""
    object_key = Varchar(length=200)
    """Which pixels: a photograph whose faces are covered later is another one."""
    state = Varchar(length=10, default=SendingState.WAITING, index=True)
    attempts = Integer(default=0)
    began_at = Timestamptz(default=None, null=True)
    next_try_at = Timestamptz(default=None, null=False)
    settled_at = Timestamptz(default=None, null=True)
    last_error = Varchar(length=60, default="")

    sending_state = one_of("state", SendingState)
    sending_once = Unique(["part_id", "archive", "object_key"])
