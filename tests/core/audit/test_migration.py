"""The migrations themselves make the trail append-only: nobody has to remember to."""

from pathlib import Path

import pytest

from server.core.access import Actor
from server.core.audit import record
from server.core.audit.tables import AuditEvent
from server.core.audit.triggers import REFUSAL
from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.platform import open_platform
from tests.support.platforms import FakeClock, settings_in


async def test_a_migrated_database_refuses_edits(tmp_path: Path, system: Actor) -> None:
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path}/careferry.sqlite")
    create_keys(settings.keys.folder)
    opened = open_platform(settings, FakeClock())
    try:
        await migrate()
        await record(system, "case:read")
        with pytest.raises(Exception, match=REFUSAL):
            await opened.engine.run_ddl("UPDATE audit_event SET tag = 'case:never'")
        assert await AuditEvent.raw("SELECT 1 FROM sqlite_master WHERE name = 'audit_event_unsealed'")
    finally:
        await opened.engine.close_connection_pool()
