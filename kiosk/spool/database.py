"""The spool's database: opened durable, and set aside when it is damaged; what was confirmed is found in the files."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.faults import SpoolFull, SpoolReadOnly
from kiosk.spool.files import make_folder, sync_folder
from kiosk.spool.order import precedence

DATABASE = "spool.sqlite"
QUARANTINE = "quarantine"
BUSY_TIMEOUT_MS = 10_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  sequence INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE,
  adds_to TEXT,
  patient_id TEXT NOT NULL,
  is_urgent INTEGER NOT NULL,
  queued_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'damaged')),
  trouble TEXT NOT NULL DEFAULT '',
  receipt BLOB,
  sent_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS item (
  case_id TEXT NOT NULL REFERENCES entry (case_id),
  part_id TEXT NOT NULL,
  rank INTEGER NOT NULL,
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  plain_sha256 TEXT NOT NULL,
  media_type TEXT NOT NULL,
  upload_url TEXT NOT NULL DEFAULT '',
  accepted_bytes INTEGER NOT NULL DEFAULT 0,
  is_done INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (case_id, part_id, rank)
) STRICT;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS usage (day TEXT PRIMARY KEY, sent_bytes INTEGER NOT NULL) STRICT;
"""


class Damaged(Exception):
    """SQLite cannot read its own file."""


def open_database(path: Path) -> sqlite3.Connection:
    """A connection that has committed what it says it has (WAL, FULL); Damaged where the file is not whole."""
    with telling_database():
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise Damaged(verdict)
            connection.executescript(SCHEMA)
            connection.create_function("precedence", 4, precedence, deterministic=True)
            _bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Kiosks that were made before there were calls have no additions."""
    if "adds_to" not in {row["name"] for row in connection.execute("PRAGMA table_info(entry)")}:
        connection.execute("ALTER TABLE entry ADD COLUMN adds_to TEXT")


@contextmanager
def telling_database() -> Generator[None]:
    """SQLite's own words about a disk as faults, and about its file as Damaged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        match (error.sqlite_errorcode or 0) & 0xFF:
            case sqlite3.SQLITE_FULL:
                raise SpoolFull(str(error)) from error
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
                raise SpoolReadOnly(str(error)) from error
            case _:
                raise
    except sqlite3.DatabaseError as error:
        if (error.sqlite_errorcode or 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise Damaged(str(error)) from error
        raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of it or nothing, durable on return."""
    with telling_database():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if connection.in_transaction:
                connection.rollback()
            raise
        connection.execute("COMMIT")


def quarantine(path: Path) -> Path:
    """Move the damaged file, with its log, out of the way; nothing is deleted. Where it lies now."""
    folder = make_folder(path.parent / QUARANTINE)
    number = 1 + sum(1 for _ in folder.iterdir())
    aside = make_folder(folder / f"{number:04d}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            os.replace(part, aside / part.name)  # noqa: PTH105  (the same file system)
    sync_folder(path.parent)
    return aside
