"""What a database says in trouble, turned into faults a person can act on; a failed fsync ends the process."""

import os
import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from server.core.faults import StorageFull, Unavailable

EXIT_IO_ERROR = 74  # EX_IOERR of sysexits.h
WAIT_AT_MOST_S = 10.0
"""For a connection, and then for a lock that another holds: after that the request fails and nothing is kept."""
_AWAY = (
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresConnectionError,
    OSError,
)


@contextmanager
def translate_sqlite() -> Generator[None]:
    """Full disk and a lock that never came free become faults; an I/O error stops the process at once.

    After a failed fsync the kernel may drop the dirty pages and report success on the next try
    (Rebello et al., USENIX ATC 2020), so nothing may be acknowledged after it.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        primary = (error.sqlite_errorcode or 0) & 0xFF
        if primary == sqlite3.SQLITE_FULL:
            raise StorageFull("The database has no room on its disk.") from error
        if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Unavailable("The database was busy for too long.") from error
        if primary == sqlite3.SQLITE_IOERR:
            stop_process(f"the database reported an I/O error: {error}")
        raise


@contextmanager
def translate_postgres() -> Generator[None]:
    """The same of PostgreSQL, and of a server that restarts, is full or cannot be reached."""
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise StorageFull("The database has no room on its disk.") from error
    except _AWAY as error:
        raise Unavailable("The database did not answer in time.") from error
    except asyncpg.InterfaceError as error:
        if "closed" not in str(error):  # all else it says is about our own use of it
            raise
        raise Unavailable("The database did not answer in time.") from error


def stop_process(reason: str) -> None:
    """End this process without clean-up; the supervisor starts a new one that recovers from the log."""
    sys.stderr.write(f"careferry: stopping: {reason}\n")
    sys.stderr.flush()
    os._exit(EXIT_IO_ERROR)
