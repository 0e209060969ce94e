"""Constraints that hold on both databases: enumerated values, and what SQLite takes instead of ALTER TABLE."""

import re
from collections.abc import Iterable

from piccolo.constraints import Check

_ADDED = re.compile(
    r'ALTER TABLE "?(?P<table>\w+)"? ADD CONSTRAINT "?(?P<name>\w+)"? (?P<kind>UNIQUE|CHECK) \((?P<body>.*)\)'
)

_DROPPED = re.compile(r'ALTER TABLE "?\w+"? DROP CONSTRAINT IF EXISTS "?(?P<name>\w+)"?')


def one_of(column: str, values: Iterable[str]) -> Check:
    """The column holds one of `values` (Piccolo 1.38 renders `Check(column.is_in(…))` without its values)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(f'"{column}" IN ({listed})')


def for_sqlite(ddl: str) -> list[str]:
    """`ddl` as statements SQLite knows: a unique index, or triggers that refuse what the check would."""
    dropped = _DROPPED.fullmatch(ddl.strip())
    if dropped is not None:
        triggers = [f'DROP TRIGGER IF EXISTS "{dropped["name"]}_{event}"' for event in ("insert", "update")]
        return [f'DROP INDEX IF EXISTS "{dropped["name"]}"', *triggers]
    added = _ADDED.fullmatch(ddl.strip())
    if added is None:
        return [ddl]
    table, name, body = added["table"], added["name"], added["body"]
    if added["kind"] == "UNIQUE":
        return [f'CREATE UNIQUE INDEX IF NOT EXISTS "{name}" ON "{table}" ({body})']
    condition = re.sub(r'"(\w+)"', r'NEW."\1"', body)
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{name}_{event.lower()}" BEFORE {event} ON "{table}" WHEN NOT ({condition}) '
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END"
        for event in ("INSERT", "UPDATE")
    ]
