"""Replies by SMS."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Timestamptz, UUID, Varchar

from server.core.db.first_schema import add_columns, add_table
from server.core.ids import new_id

ID = "2026-11-28T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "replies by SMS"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
    token = {"reply_token": Bytea(default=None, null=True, index=True)}
    add_columns(manager, "NoticeIntent", "notice", token)
    replies = {
        "id": UUID(default=new_id, primary_key=True),
        "recorded_at": Timestamptz(default=None),
        "reference": Varchar(length=200, unique=True),
    }
    add_table(manager, "NoticeReply", "notice_reply", replies)
    return manager
