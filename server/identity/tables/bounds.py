"""Rate-limit buckets and the keys of forms that were carried out."""

from piccolo.columns import UUID, BigInt, Bytea, Text, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Record, Retention


class RateBucket(Record, Table, tablename="rate_bucket"):
    """`free_at_ms` is the theoretical arrival time of the generic cell rate algorithm (ITU-T I.371, A.1)."""

    retention = Retention.TRANSIENT

    name = Varchar(length=80, unique=True)
    free_at_ms = BigInt()


class FormKey(Record, Table, tablename="form_key"):
    """A form that was carried out: sending it again answers `outcome` and does nothing."""

    retention = Retention.ACCOUNT

    actor_id = UUID(default=None, null=False)
    key = UUID(default=None, null=False)
    request_hash = Bytea(default=b"")
    outcome = Text()

    one_effect = Unique(["actor_id", "key"])
