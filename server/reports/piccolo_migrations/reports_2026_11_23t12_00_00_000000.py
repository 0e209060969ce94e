"""The first schema of reports."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reports", description=DESCRIPTION)
    add_table(
        manager,
        "AnswerDraft",
        "answer_draft",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "author_id": UUID(default=None),
            "sealed": Bytea(),
            "saved_at": Timestamptz(default=None),
            "revision": Integer(default=1),
        },
        {
            "one_draft": Unique(["case_id", "author_id"]),
        },
    )
    add_table(
        manager,
        "AnswerVersion",
        "answer_version",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "request_id": UUID(default=None, null=True),
            "version": Integer(),
            "kind": Varchar(length=9),
            "author_id": UUID(default=None),
            "sealed": Bytea(),
            "content_sha256": Bytea(),
            "signature": Varchar(length=120),
            "signature_key_id": Varchar(length=80),
            "signed_at": Timestamptz(default=None),
            "second_factor_at": Timestamptz(default=None),
            "seconds_to_sign": Integer(default=None, null=True),
            "release_at": Timestamptz(default=None),
            "released_at": Timestamptz(default=None, null=True),
            "voided_at": Timestamptz(default=None, null=True),
            "first_read_at": Timestamptz(default=None, null=True),
            "form_key": Varchar(length=64, default=None, null=True),
        },
        {
            "answer_kind": Check("\"kind\" IN ('answer', 'amendment')"),
            "one_version": Unique(["case_id", "version"]),
        },
    )
    return manager
