"""The spool's statements, and its rows as values."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kiosk.spool.model import Entry, EntryState, Item, Rank, Standing, Task
from kiosk.spool.seal import Sealed

MOST_SENT_KEPT = 200
"""Rows of cases that were sent, which hold ids alone: enough for a worker to look back over some days."""

NEXT_TASK = """
SELECT * FROM entry JOIN item USING (case_id)
WHERE state = 'waiting' AND NOT is_done AND is_urgent >= ? AND rank <= ?
ORDER BY precedence(is_urgent, sequence, rank, number) LIMIT 1
"""
"""By `kiosk.spool.order`."""
TO_SETTLE = """
SELECT case_id FROM entry WHERE state = 'waiting' AND is_urgent >= ?
AND NOT EXISTS (SELECT 1 FROM item WHERE item.case_id = entry.case_id AND NOT is_done)
ORDER BY is_urgent DESC, sequence
"""
ADDS_TO = "SELECT adds_to FROM entry WHERE case_id = ?"
PATIENT_OF = "SELECT patient_id FROM entry WHERE case_id = ?"
ITEMS = "SELECT * FROM item WHERE case_id = ? ORDER BY number"
STANDINGS = """
SELECT entry.*, SUM(size_bytes) AS total, SUM(accepted_bytes) AS accepted FROM entry JOIN item USING (case_id)
GROUP BY case_id ORDER BY state = 'sent', is_urgent DESC, sequence
"""
NOTE_UPLOAD = "UPDATE item SET upload_url = ?, accepted_bytes = ? WHERE case_id = ? AND part_id = ? AND rank = ?"
MARK_DONE = "UPDATE item SET is_done = 1, accepted_bytes = size_bytes WHERE case_id = ? AND part_id = ? AND rank = ?"
SEND_AGAIN = """
UPDATE item SET is_done = 0, upload_url = '', accepted_bytes = 0 WHERE case_id = ? AND plain_sha256 = ?
"""
MARK_SENT = "UPDATE entry SET state = 'sent', receipt = ?, sent_at = ?, trouble = ? WHERE case_id = ?"
MARK_TROUBLE = "UPDATE entry SET state = ?, trouble = ? WHERE case_id = ?"
# ruff: noqa: S608  (built from a constant)
_OLD = f"(SELECT case_id FROM entry WHERE state = 'sent' ORDER BY sequence DESC LIMIT -1 OFFSET {MOST_SENT_KEPT})"
FORGET_OLD = (f"DELETE FROM item WHERE case_id IN {_OLD}", f"DELETE FROM entry WHERE case_id IN {_OLD}")
HURRY = "UPDATE entry SET is_urgent = 1 WHERE case_id = ?"
COUNT_SENT = """
INSERT INTO usage VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET sent_bytes = sent_bytes + excluded.sent_bytes
"""
SENT_BYTES = "SELECT sent_bytes FROM usage WHERE day = ?"
NEXT_SEQUENCE = """
INSERT INTO counter VALUES ('sequence', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value
"""
SET_SEQUENCE = "INSERT OR REPLACE INTO counter VALUES ('sequence', ?)"
INSERT_ENTRY = """
INSERT INTO entry (sequence, case_id, patient_id, is_urgent, queued_at, adds_to, state)
VALUES (?, ?, ?, ?, ?, ?, 'waiting')
"""
INSERT_ITEM = """
INSERT INTO item (case_id, part_id, rank, number, sha256, size_bytes, plain_sha256, media_type)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
LIVING_FILES = "SELECT case_id, sha256 FROM entry JOIN item USING (case_id) WHERE state <> 'sent'"


def entry_values(entry: Entry) -> tuple[Any, ...]:
    ids = (entry.sequence, str(entry.case_id), str(entry.patient_id))
    adds_to = str(entry.adds_to) if entry.adds_to else None
    return (*ids, entry.is_urgent, entry.queued_at.isoformat(), adds_to)


def item_values(entry: Entry) -> list[tuple[Any, ...]]:
    return [
        (*item_key(entry.case_id, item), number, item.sha256, item.size_bytes, item.plain_sha256, item.media_type)
        for number, item in enumerate(entry.items)
    ]


def item_key(case_id: UUID, item: Item) -> tuple[str, str, int]:
    return (str(case_id), str(item.part_id), int(item.rank))


def item_made(part_id: UUID, rank: Rank, media_type: str, sealed: Sealed) -> Item:
    return Item(
        part_id=part_id,
        rank=rank,
        sha256=sealed.sha256,
        size_bytes=len(sealed.content),
        plain_sha256=sealed.plain_sha256,
        media_type=media_type,
    )


def item_of(row: Any) -> Item:
    return Item(
        part_id=UUID(row["part_id"]),
        rank=Rank(row["rank"]),
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        plain_sha256=row["plain_sha256"],
        media_type=row["media_type"],
    )


def task_of(row: Any) -> Task:
    return Task(
        case_id=UUID(row["case_id"]),
        patient_id=UUID(row["patient_id"]),
        is_urgent=bool(row["is_urgent"]),
        item=item_of(row),
        upload_url=row["upload_url"],
        accepted_bytes=row["accepted_bytes"],
        adds_to=UUID(row["adds_to"]) if row["adds_to"] else None,
    )


def standing_of(row: Any) -> Standing:
    return Standing(
        case_id=UUID(row["case_id"]),
        is_urgent=bool(row["is_urgent"]),
        queued_at=datetime.fromisoformat(row["queued_at"]),
        state=EntryState(row["state"]),
        total_bytes=row["total"],
        accepted_bytes=row["accepted"],
        trouble=row["trouble"],
        sent_at=datetime.fromisoformat(row["sent_at"]) if row["sent_at"] else None,
    )
