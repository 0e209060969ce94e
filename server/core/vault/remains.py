"""Clears what the database's own files keep of deleted keys, so that shredding holds against a stolen disk."""

from typing import cast

from piccolo.engine.sqlite import SQLiteEngine

from server.core.db import engine
from server.core.faults import Unavailable
from server.core.vault.tables import VaultDataKey


async def scrub() -> None:
    """Run after a shredding has committed, outside any transaction; and nightly.

    SQLite overwrites deleted rows (`secure_delete`), but its write-ahead log keeps older pages until it is
    truncated. PostgreSQL keeps dead rows until they are vacuumed, and its own log until that is recycled: there,
    as in backups, the last word is a rotation of the organisation key (`rotate_organisation_key`, twice).
    Unavailable when a long read keeps SQLite's log from being truncated.
    """
    if isinstance(engine(), SQLiteEngine):
        outcome = cast("list[dict[str, int]]", await VaultDataKey.raw("PRAGMA wal_checkpoint(TRUNCATE)"))
        if outcome[0]["busy"]:
            raise Unavailable("The database's log is being read; clear it again in a while.")
    else:
        await VaultDataKey.raw("VACUUM vault_data_key")
