"""Templates that answers begin with."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-27T14:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "answer templates"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reports", description=DESCRIPTION)
    add_table(
        manager,
        "AnswerTemplate",
        "answer_template",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "author_id": UUID(default=None, index=True),
            "is_shared": Boolean(default=False),
            "name": Varchar(length=80),
            "findings": Text(default=""),
            "plan": Text(default=""),
            "safety_net": Text(default=""),
            "follow_up": Text(default=""),
            "revision": Integer(default=1),
            "changed_at": Timestamptz(default=None),
            "form_key": Varchar(length=64, default=None, null=True),
        },
        {"template_once": Unique(["author_id", "form_key"])},
    )
    return manager
