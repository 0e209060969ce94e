"""The rows of a database, kept once and put back into an empty one: a thirtieth of the time that making them took."""

import asyncio
import sqlite3
from pathlib import Path

from tests.support.platforms import administer

_KEEP = """
DO $$ DECLARE each name; is_filled boolean; BEGIN
    CREATE SCHEMA kept;
    FOR each IN SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', each) INTO is_filled;
        IF is_filled THEN EXECUTE format('CREATE TABLE kept.%I AS SELECT * FROM public.%I', each, each); END IF;
    END LOOP;
END $$
"""
_PUT_BACK = """
DO $$ DECLARE each name; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'kept'::regnamespace
    LOOP EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I ON CONFLICT DO NOTHING', each, each); END LOOP;
END $$
"""
_TABLES = "SELECT name FROM kept.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


async def keep_sqlite(path: Path, kept: Path) -> None:
    await asyncio.to_thread(_keep_sqlite, path, kept)


async def put_back_sqlite(path: Path, kept: Path) -> None:
    await asyncio.to_thread(_put_back_sqlite, path, kept)


async def keep_postgres(database: str) -> None:
    """Inside the database, in a schema of its own, which emptying leaves alone."""
    await administer(_KEEP, database)


async def put_back_postgres(database: str) -> None:
    await administer(_PUT_BACK, database)


def _keep_sqlite(path: Path, kept: Path) -> None:
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("VACUUM INTO ?", (str(kept),))
    connection.close()
    with sqlite3.connect(kept) as copy:
        for (table,) in copy.execute(_TABLES.replace("kept.", "")).fetchall():
            if copy.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is None:  # noqa: S608  (our own table's name)
                copy.execute(f'DROP TABLE "{table}"')
    copy.close()


def _put_back_sqlite(path: Path, kept: Path) -> None:
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("ATTACH ? AS kept", (str(kept),))
        connection.execute("BEGIN IMMEDIATE")
        for (table,) in connection.execute(_TABLES).fetchall():
            connection.execute(f'INSERT OR IGNORE INTO main."{table}" SELECT * FROM kept."{table}"')  # noqa: S608  (as above)
        connection.execute("COMMIT")
    connection.close()
