"""Sessions: opaque to the browser, looked up at every request, ended by one column."""

from enum import StrEnum

from piccolo.columns import UUID, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Retention
from server.core.db.constraints import one_of


class Stage(StrEnum):
    """How far a sign-in has come; only a full one is an actor."""

    CODE_DUE = "code-due"
    """The password was right; the code of the app is still due."""
    ENROLLING = "enrolling"
    """Invited or recovering: may only choose how to sign in."""
    FULL = "full"


class Session(Owned, Table, tablename="session"):
    """`organisation_id` is the one the person acts for; the roles are looked up live at each request."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    token_hash = Bytea(default=b"", unique=True)
    stage = Varchar(length=9)
    seen_at = Timestamptz(default=None, null=False)
    idle_s = Integer()
    idle_until = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    proved_at = Timestamptz(default=None, null=False)
    """When the person last proved who they are, by whatever they sign in with."""
    second_factor_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)
    agent = Varchar(length=60)
    address_prefix = Varchar(length=48)
    vault_id = UUID(default=None, null=True)
    sealed_pending_secret = Bytea(default=None, null=True)
    """The secret of a code app that is being set up in this session and not yet confirmed."""

    session_stage = one_of("stage", Stage)
