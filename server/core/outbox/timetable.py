"""Decides which of several processes puts a periodic job into the outbox: exactly one for each turn."""

from datetime import datetime

from server.core.outbox.tables import TimetableEntry
from server.core.platform import now


async def last_turn(name: str) -> datetime | None:
    """When the periodic job last had its turn; None if it never had one."""
    row = await TimetableEntry.select(TimetableEntry.last_at).where(TimetableEntry.name == name).first()
    return row["last_at"] if row else None


async def take_turn(name: str, seen: datetime | None) -> bool:
    """Whether the turn after the one at `seen` (None: there was none) is this caller's.

    Call it in the transaction that enqueues: both happen or neither.
    """
    at = now()
    if seen is None:
        first = TimetableEntry(recorded_at=at, name=name, last_at=at)
        insert = TimetableEntry.insert(first).on_conflict(target=TimetableEntry.name, action="DO NOTHING")
        return bool(await insert.returning(TimetableEntry.id))
    return bool(
        await TimetableEntry.update({TimetableEntry.last_at: at})
        .where(TimetableEntry.name == name, TimetableEntry.last_at == seen)
        .returning(TimetableEntry.id)
    )
