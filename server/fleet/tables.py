"""Groups, claims, kiosks, their tokens, alerts and log bundles, and the workers' places at them."""

from enum import StrEnum

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, OwnedWithin, Retention
from server.core.db.constraints import one_of


class ClaimStage(StrEnum):
    OPEN = "open"
    """The code can be used until its time has passed."""
    WAITING = "waiting"
    """A kiosk has shown its key; an administrator decides."""
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class KioskState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


class AlertKind(StrEnum):
    """From what stops a clinic to what can wait: the order of the list."""

    SILENT = "silent"
    FULL = "full"
    CAMERA = "camera"
    BEHIND = "behind"
    HOT = "hot"
    BATTERY = "battery"
    OUTDATED = "outdated"


class KioskGroup(Owned, Table, tablename="kiosk_group"):
    """Kiosks that are run alike. `settings` and `thresholds` are JSON of their Structs."""

    retention = Retention.CONFIGURATION

    name = Varchar(length=80)
    settings = Text()
    thresholds = Text()
    version = Integer(default=1)
    program_wanted_at = Timestamptz(default=None, null=False)
    """Since when this version of the program is wanted: being outdated begins later."""
    program_before = Varchar(length=40, default="")
    """What the kiosks that are not in the stage yet are to run, and all others once the release is halted."""
    stage_percent = Integer(default=100)
    halted_at = Timestamptz(default=None, null=True)


class Claim(Owned, Table, tablename="kiosk_claim"):
    """One use of one code. Its id becomes the kiosk's; the code itself is kept nowhere."""

    retention = Retention.CONFIGURATION

    group_id = UUID(default=None, null=False)
    name = Varchar(length=80)
    code_hash = Bytea(default=b"", unique=True)
    made_by = UUID(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    stage = Varchar(length=9, default=ClaimStage.OPEN)
    public_key = Varchar(length=43, default="")
    program_version = Varchar(length=40, default="")
    claimed_at = Timestamptz(default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)

    kiosk_claim_stage = one_of("stage", ClaimStage)


class Kiosk(Owned, Table, tablename="kiosk"):
    """A registered kiosk with its last heartbeat: each heartbeat writes this one row.

    `history` is packed by `history.py`; `open_alerts` and `severity` repeat the alerts for the list.
    """

    retention = Retention.CONFIGURATION

    group_id = UUID(default=None, null=False, index=True)
    name = Varchar(length=80)
    public_key = Varchar(length=43)
    state = Varchar(length=7, default=KioskState.ACTIVE)
    approved_by = UUID(default=None, null=False)
    revoked_at = Timestamptz(default=None, null=True)
    heard_at = Timestamptz(default=None, null=False, index=True)
    """Of the last heartbeat; of the approval before the first."""
    has_reported = Boolean(default=False)
    report = Text(default="{}")
    history = Bytea(default=b"")
    runs_program = Varchar(length=40, default="")
    failed_program = Varchar(length=40, default="")
    """The last version that it went back from."""
    dark_since = Timestamptz(default=None, null=True)
    """Since when each heartbeat has told of a camera that sees nothing but black."""
    open_alerts = Varchar(length=60, default="")
    severity = Integer(default=0)
    logs_command = UUID(default=None, null=True)
    wipe_command = UUID(default=None, null=True)
    wiped_at = Timestamptz(default=None, null=True)

    kiosk_state = one_of("state", KioskState)


class KioskToken(OwnedWithin, Table, tablename="kiosk_token"):
    """A bearer token, and in the same row the assertion that it was given for: neither counts twice."""

    retention = Retention.TRANSIENT

    kiosk_id = UUID(default=None, null=False)
    jti = Varchar(length=64)
    token_hash = Bytea(default=b"", unique=True)
    ends_at = Timestamptz(default=None, null=False)
    forget_at = Timestamptz(default=None, null=False, index=True)
    """When neither token nor assertion could be used any more."""

    kiosk_token_assertion = Unique(["kiosk_id", "jti"])


class KioskAlert(Owned, Table, tablename="kiosk_alert"):
    """Open until what it tells of is over. `open_key` is empty then, so that each kind is open once at a time."""

    retention = Retention.CONFIGURATION

    kiosk_id = UUID(default=None, null=False, index=True)
    kind = Varchar(length=8)
    measured = Integer(default=None, null=True)
    """Minutes unsent, MB free, degrees Celsius or percent, by the kind; None where there is nothing to measure."""
    acknowledged_at = Timestamptz(default=None, null=True)
    acknowledged_by = UUID(default=None, null=True)
    cleared_at = Timestamptz(default=None, null=True)
    open_key = Varchar(length=50, null=True, default=None)

    kiosk_alert_kinds = one_of("kind", AlertKind)
    kiosk_alert_open = Unique(["open_key"])


class KioskPlace(Owned, Table, tablename="kiosk_place"):
    """A worker's place at a kiosk: asked for with a code, taken by a person, ended for good.

    The key of it is the kiosk's, which keeps it under the worker's PIN: here is its hash.
    """

    retention = Retention.ACCOUNT

    kiosk_id = UUID(default=None, null=False, index=True)
    key_hash = Bytea(default=b"")
    code_hash = Bytea(default=None, null=True, unique=True)
    """Empty once the code was used."""
    expires_at = Timestamptz(default=None, null=False)
    """Of the code."""
    person_id = UUID(default=None, null=True, index=True)
    taken_at = Timestamptz(default=None, null=True)
    seen_at = Timestamptz(default=None, null=True)
    """When the worker last signed in there with a link."""
    ended_at = Timestamptz(default=None, null=True)
    ended_by = UUID(default=None, null=True)


class KioskLog(Owned, Table, tablename="kiosk_log"):
    """A log bundle. The row comes before the object, so that an object without a row cannot be left behind."""

    retention = Retention.TRANSIENT

    kiosk_id = UUID(default=None, null=False, index=True)
    size_bytes = Integer()
    sha256 = Varchar(length=64)
    is_stored = Boolean(default=False)
    expires_at = Timestamptz(default=None, null=False, index=True)
