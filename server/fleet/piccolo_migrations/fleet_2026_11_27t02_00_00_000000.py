"""The first schema of fleet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Bytea, Integer, Text, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-27T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "fleet: kiosks"


def _owned(**columns):
    first = {
        "id": UUID(default=new_id, primary_key=True),
        "recorded_at": Timestamptz(default=None),
        "organisation_id": UUID(default=None, index=True),
    }
    return {**first, **columns}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="fleet", description=DESCRIPTION)
    add_table(
        manager,
        "KioskGroup",
        "kiosk_group",
        _owned(
            name=Varchar(length=80),
            settings=Text(),
            thresholds=Text(),
            version=Integer(default=1),
            program_wanted_at=Timestamptz(default=None),
            program_before=Varchar(length=40, default=""),
            stage_percent=Integer(default=100),
            halted_at=Timestamptz(default=None, null=True),
        ),
    )
    add_table(
        manager,
        "Claim",
        "kiosk_claim",
        _owned(
            group_id=UUID(default=None),
            name=Varchar(length=80),
            code_hash=Bytea(default=b"", unique=True),
            made_by=UUID(default=None),
            expires_at=Timestamptz(default=None),
            stage=Varchar(length=9, default="open"),
            public_key=Varchar(length=43, default=""),
            program_version=Varchar(length=40, default=""),
            claimed_at=Timestamptz(default=None, null=True),
            decided_at=Timestamptz(default=None, null=True),
        ),
        {
            "kiosk_claim_stage": Check(
                "\"stage\" IN ('open', 'waiting', 'approved', 'refused', 'withdrawn')"
            ),
        },
    )
    add_table(
        manager,
        "Kiosk",
        "kiosk",
        _owned(
            group_id=UUID(default=None, index=True),
            name=Varchar(length=80),
            public_key=Varchar(length=43),
            state=Varchar(length=7, default="active"),
            approved_by=UUID(default=None),
            revoked_at=Timestamptz(default=None, null=True),
            heard_at=Timestamptz(default=None, index=True),
            has_reported=Boolean(default=False),
            report=Text(default="{}"),
            history=Bytea(default=b""),
            runs_program=Varchar(length=40, default=""),
            failed_program=Varchar(length=40, default=""),
            open_alerts=Varchar(length=60, default=""),
            severity=Integer(default=0),
            logs_command=UUID(default=None, null=True),
            wipe_command=UUID(default=None, null=True),
            wiped_at=Timestamptz(default=None, null=True),
        ),
        {"kiosk_state": Check("\"state\" IN ('active', 'revoked')")},
    )
    add_table(
        manager,
        "KioskToken",
        "kiosk_token",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None),
            "kiosk_id": UUID(default=None),
            "jti": Varchar(length=64),
            "token_hash": Bytea(default=b"", unique=True),
            "ends_at": Timestamptz(default=None),
            "forget_at": Timestamptz(default=None, index=True),
        },
        {"kiosk_token_assertion": Unique(["kiosk_id", "jti"])},
    )
    add_table(
        manager,
        "KioskAlert",
        "kiosk_alert",
        _owned(
            kiosk_id=UUID(default=None, index=True),
            kind=Varchar(length=8),
            measured=Integer(default=None, null=True),
            acknowledged_at=Timestamptz(default=None, null=True),
            acknowledged_by=UUID(default=None, null=True),
            cleared_at=Timestamptz(default=None, null=True),
            open_key=Varchar(length=50, null=True, default=None),
        ),
        {
            "kiosk_alert_kind": Check("\"kind\" IN ('silent', 'full', 'behind', 'hot', 'outdated')"),
            "kiosk_alert_open": Unique(["open_key"]),
        },
    )
    add_table(
        manager,
        "KioskLog",
        "kiosk_log",
        _owned(
            kiosk_id=UUID(default=None, index=True),
            size_bytes=Integer(),
            sha256=Varchar(length=64),
            is_stored=Boolean(default=False),
            expires_at=Timestamptz(default=None, index=True),
        ),
    )
    return manager
