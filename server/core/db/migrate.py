"""Applies the forward-only migrations of every slice, and says whether any is missing."""

import contextlib
import io

from piccolo.apps.migrations.commands.forwards import run_forwards

from server.core.db.acting import platform_wide
from server.core.db.binding import engine
from server.core.db.policies import install_policies
from server.core.log import get_logger

log = get_logger(__name__)


class MigrationFailed(Exception):
    """The database is left at the last migration that succeeded; the message names the one that did not."""


async def migrate() -> None:
    """Bring the bound database to the newest schema; running it twice changes nothing."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), platform_wide():
        result = await run_forwards("all")
    if not result.success:
        raise MigrationFailed(result.message)
    await install_policies(engine())
    log.info("migrated", detail=told.getvalue().splitlines()[-1:] or None)
