"""Notices and their attempts; whom they go to and what they say is sealed under the organisation's directory vault."""

from enum import StrEnum

from piccolo.columns import UUID, Bytea, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Record, Retention
from server.core.db.constraints import one_of
from server.core.notices.schemas import ChannelKind


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    EXPIRED = "expired"
    """Its time ran out before any channel took it."""
    FAILED = "failed"
    """Every way was tried to its end; administrators see it."""


class AttemptState(StrEnum):
    SENDING = "sending"
    """Begun. If its process ended, it is found like this and becomes uncertain."""
    SENT = "sent"
    DEFERRED = "deferred"
    """Not taken now; another try may succeed."""
    REFUSED = "refused"
    """Not taken, and never will be at this address."""
    UNCERTAIN = "uncertain"
    """Interrupted: it may have been taken. The next attempt asks first, or repeats under the same key."""


class NoticeIntent(Owned, Table, tablename="notice"):
    """That somebody is to be told something. `attempts` fences two workers that begin the next one together."""

    retention = Retention.TRANSIENT

    person_id = UUID(default=None, null=True, index=True)
    patient_id = UUID(default=None, null=True, index=True)
    subject_id = UUID(default=None, null=True, index=True)
    """What it tells of, such as a case: whoever waits to hear how it fared is told through the outbox."""
    vault_id = UUID(default=None, null=False)
    template = Varchar(length=40)
    version = Integer(default=1)
    language = Varchar(length=35)
    not_before = Timestamptz(default=None, null=False)
    """When the recipient's quiet hours are over."""
    expires_at = Timestamptz(default=None, null=True)
    dedupe_key = Varchar(length=120, default=None, null=True)
    state = Varchar(length=8, default=NoticeState.WAITING, index=True)
    settled_at = Timestamptz(default=None, null=True)
    error = Varchar(length=60, default="")
    """Why it failed, as a code of the last attempt."""
    attempts = Integer(default=0)
    sealed = Bytea(default=b"")
    reply_token = Bytea(default=None, null=True, index=True)
    """Of the phone number, where the SMS asks for a reply: by it a reply is found, and no number is read."""

    notice_state = one_of("state", NoticeState)
    notice_once = Unique(["organisation_id", "dedupe_key"])


class NoticeReply(Record, Table, tablename="notice_reply"):
    """That a reply came: the gateway hands it on until it is answered, and it takes effect once."""

    retention = Retention.TRANSIENT

    reference = Varchar(length=200, unique=True)
    """The gateway's id."""


class NoticeAttempt(Owned, Table, tablename="notice_attempt"):
    """One try on one channel; `recorded_at` is when it began."""

    retention = Retention.TRANSIENT

    notice = ForeignKey(NoticeIntent, on_delete=OnDelete.cascade, null=False)
    number = Integer(default=1)
    channel = Varchar(length=8)
    way = Varchar(length=8)
    """Which of the recipient's addresses: in the demo both go to one channel."""
    state = Varchar(length=12, default=AttemptState.SENDING)
    ended_at = Timestamptz(default=None, null=True)
    reference = Varchar(length=200, default="")
    """What the other side calls it."""
    error = Varchar(length=60, default="")

    attempt_channel = one_of("channel", ChannelKind)
    attempt_state = one_of("state", AttemptState)
    attempt_number = Unique(["notice", "number"])
