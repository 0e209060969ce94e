"""The outbox table, which is at once the embedded broker's queue, and when each periodic job last ran."""

from enum import StrEnum

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import OwnedWithin, Record, Retention
from server.core.db.constraints import one_of


class JobState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    """The relay has handed it to Redis or RabbitMQ; no worker has begun it."""
    LEASED = "leased"
    """A worker runs it, or is about to."""
    DEAD = "dead"
    """It will not run again unless an administrator says so."""


class OutboxJob(OwnedWithin, Table, tablename="outbox_job"):
    """A job that has not finished; finished ones are deleted.

    `due_at` is when it may next be handed out: of a waiting job when it is due, of one that was handed out
    when that lease ends; a dead one has none. So one index serves new, repeated and abandoned work alike.
    `deliveries` counts the times it began and, with `lease_owner`, fences a worker that outlived its lease.
    """

    retention = Retention.TRANSIENT

    name = Varchar(length=80)
    queue = Varchar(length=40)
    priority = Integer(default=0)
    payload = Bytea(default=b"")
    state = Varchar(length=8, default=JobState.WAITING, index=True)
    due_at = Timestamptz(default=None, null=True)
    lease_owner = UUID(default=None, null=True)
    deliveries = Integer(default=0)
    failures = Integer(default=0)
    sends = Integer(default=0)
    """Times the relay sent it since it last began."""
    last_error = Text(default="")
    once_key = Varchar(length=120, default=None, null=True, unique=True)

    job_state = one_of("state", JobState)
    # Piccolo declares an index of several columns only as a constraint; what is wanted is the order.
    job_order = Unique(["priority", "due_at", "id"])


class TimetableEntry(Record, Table, tablename="outbox_timetable"):
    """When a periodic job was last put into the outbox, by whichever process."""

    retention = Retention.CONFIGURATION

    name = Varchar(length=80, unique=True)
    last_at = Timestamptz(default=None, null=False)
