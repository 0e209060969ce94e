"""A fresh, migrated platform for one test: SQLite or PostgreSQL, a folder of objects, new keys, a clock that is set."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

import asyncpg

from server.core.db import platform_wide
from server.core.db.migrate import migrate
from server.core.db.roles import admit
from server.core.keys import create_keys
from server.core.platform import Platform, open_platform
from server.settings import S3, Audit, Database, Jobs, Keys, Objects, Settings, Web

OWNER_URL = "postgresql://postgres@127.0.0.1:5432"
POSTGRES_URL = "postgresql://careferry_test_app@127.0.0.1:5432"
"""Of a role that owns nothing and bypasses nothing, as in production: whatever runs on it meets the policies."""
_MAKE_ROLE = """
DO $$ BEGIN CREATE ROLE careferry_test_app LOGIN NOSUPERUSER NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""
_EMPTY = """
DO $$ DECLARE each regclass; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration'
    LOOP EXECUTE format('DELETE FROM %s', each); END LOOP;
END $$
"""
"""Without triggers and foreign keys, which would have their say; nothing but what migrations wrote stays."""
DatabaseKind = Literal["sqlite", "postgresql"]


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def settings_in(folder: Path, database_url: str, *, s3: S3 | None = None, jobs: Jobs | None = None) -> Settings:
    """Settings whose every file lies under `folder`."""
    return Settings(
        mode="test",
        database=Database(url=database_url, readers=2),
        objects=Objects(s3=s3) if s3 else Objects(folder=folder / "objects"),
        keys=Keys(folder=folder / "keys"),
        web=Web(public_url="http://127.0.0.1:8080"),
        audit=Audit(checkpoints=folder / "checkpoints"),
        jobs=jobs or Jobs(),
    )


@asynccontextmanager
async def platform_on(
    kind: DatabaseKind,
    folder: Path,
    template: "Templates",
    *,
    s3: S3 | None = None,
    jobs: Jobs | None = None,
    is_lent: bool = False,
) -> AsyncGenerator[Platform]:
    """A bound platform on a copy of the migrated template; closed and dropped at the end.

    `is_lent` is for tests that change rows and nothing else: they may get the database of another, emptied.
    """
    databases = template.lend() if is_lent and kind == "postgresql" else template.copy(kind, folder)
    async with databases as database_url:
        settings = settings_in(folder, database_url, s3=s3, jobs=jobs)
        template.copy_keys(settings.keys.folder)
        platform = open_platform(settings, FakeClock())
        try:
            # A test calls verbs as several people at once; requests and jobs bind their own at their edges.
            with platform_wide():
                yield platform
        finally:
            await platform.engine.close_connection_pool()


LENT: set[str] = set()
"""PostgreSQL databases that one test after another gets, emptied."""


class Templates:
    """Databases migrated and keys made once per test session, and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = folder / "keys"
        self._sqlite: Path | None = None
        self._postgres: str | None = None
        self._idle: list[str] = []

    def copy_keys(self, folder: Path) -> None:
        """The same for every test: to make five pairs takes longer than most tests."""
        if not self._keys.exists():
            create_keys(self._keys)
        shutil.copytree(self._keys, folder, dirs_exist_ok=True)

    @asynccontextmanager
    async def copy(self, kind: DatabaseKind, folder: Path) -> AsyncGenerator[str]:
        if kind == "sqlite":
            path = folder / "careferry.sqlite"
            shutil.copy(self._sqlite or await self._migrate_sqlite(), path)
            yield f"sqlite:///{path}"
            return
        name = await self._copy_postgres()
        try:
            yield f"{POSTGRES_URL}/{name}"
        finally:
            await administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[str]:
        """A PostgreSQL database without rows: to copy its 675 relations takes half a second, to empty them a tenth."""
        name = self._idle.pop() if self._idle else await self._copy_postgres()
        LENT.add(name)
        try:
            yield f"{POSTGRES_URL}/{name}"
        finally:
            await administer(_EMPTY, name)
            self._idle.append(name)

    async def _copy_postgres(self) -> str:
        template = self._postgres or await self._migrate_postgres()
        name = f"careferry_test_{uuid4().hex}"
        await administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def _migrate_sqlite(self) -> Path:
        path = self._folder / "template.sqlite"
        await self._migrate(f"sqlite:///{path}", self._folder / "sqlite")
        self._sqlite = path
        return path

    async def _migrate_postgres(self) -> str:
        name = f"careferry_template_{uuid4().hex}"
        await administer(_MAKE_ROLE)
        await administer(f'CREATE DATABASE "{name}"')
        await self._migrate(f"{OWNER_URL}/{name}", self._folder / "postgresql")
        self._postgres = name
        return name

    async def _migrate(self, database_url: str, folder: Path) -> None:
        settings = settings_in(folder, database_url)
        create_keys(settings.keys.folder)
        platform = open_platform(settings, FakeClock())
        try:
            await migrate()
            if platform.engine.engine_type == "postgres":
                await admit(platform.engine, POSTGRES_URL)
        finally:
            await platform.engine.close_connection_pool()

    async def drop(self) -> None:
        for name in filter(None, (*self._idle, self._postgres)):
            await administer(f'DROP DATABASE "{name}" WITH (FORCE)')


async def administer(statement: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(f"{OWNER_URL}/{database}")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
