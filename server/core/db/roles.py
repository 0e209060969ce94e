"""What the application's PostgreSQL role may do: use rows, and change no table, policy or trigger."""

import asyncio
from urllib.parse import unquote, urlsplit

from server.core.db.binding import AnyEngine
from server.settings import SettingsRefused


class RoleRefused(SettingsRefused):
    """The application's role would not be bound by the policies."""


async def admit(engine: AnyEngine, url: str) -> None:
    """Let the role that `url` signs in with use every table; run by the owner."""
    role = '"' + unquote(urlsplit(url).username or "").replace('"', '""') + '"'
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON migration FROM {role}",
    ):
        await engine.run_ddl(statement)


async def refuse_bypass(engine: AnyEngine) -> None:
    """RoleRefused where the role of this connection owns tables or may bypass their policies; nothing on SQLite."""
    if engine.engine_type == "postgres" and await engine.run_ddl(_BYPASSES):
        raise RoleRefused(
            "database.url signs in as a role that row-level security does not bind (a superuser, BYPASSRLS, or the "
            "tables' owner): see docs/runbooks/postgresql.md"
        )


def check_role(engine: AnyEngine) -> None:
    """As `refuse_bypass`, for an entry point: before it starts anything, and outside of any event loop."""
    if engine.engine_type == "postgres":
        asyncio.run(_check_role(engine))


async def _check_role(engine: AnyEngine) -> None:
    try:
        await refuse_bypass(engine)
    finally:
        await engine.close_connection_pool()


_BYPASSES = """
SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
UNION ALL SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
  AND pg_has_role(current_user, relowner, 'MEMBER')
"""
