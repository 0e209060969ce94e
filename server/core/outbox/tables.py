"""The outbox table, which is at once the embedded broker's queue."""

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Retention


class OutboxJob(Owned, Table, tablename="outbox_job"):
    """A job that has not finished. `state`: waiting, leased (a worker or the relay holds it until `lease_until`), dead."""

    retention = Retention.TRANSIENT

    name = Varchar(length=80)
    queue = Varchar(length=40)
    priority = Integer(default=0)
    payload = Bytea(default=b"")
    state = Varchar(length=8, default="waiting")
    due_at = Timestamptz(default=None, null=False)
    lease_until = Timestamptz(default=None, null=True)
    lease_owner = UUID(default=None, null=True)
    deliveries = Integer(default=0)
    last_error = Text(default="")
    once_key = Varchar(length=120, default=None, null=True, unique=True)
