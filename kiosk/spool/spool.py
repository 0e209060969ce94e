"""The spool's verbs: confirm a case, ask what matters most, note how far it came, end it.

A case is a manifest and sealed files, each durable before the row that confirms it. The database says how far each
has come; were it lost, the manifests tell again what was confirmed.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from kiosk.spool import statements as sql
from kiosk.spool.database import telling_database, transaction
from kiosk.spool.files import write_durable
from kiosk.spool.model import Entry, EntryState, Item, Rank, Standing, Task
from kiosk.spool.room import require_room
from kiosk.spool.seal import Sealed

PARTS, CASES = "parts", "cases"


class PartLost(Exception):
    """The file of a sealed part is not there, or not what was written."""


class Spool:
    """One process's hold on the spool's folder; the screen confirms, the uplink sends, each through its own."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._database = connection
        # The screen's requests run in threads; a connection takes one statement at a time.
        self._lock = threading.RLock()

    def close(self) -> None:
        self._database.close()

    def confirm(
        self,
        *,
        case_id: UUID,
        patient_id: UUID,
        is_urgent: bool,
        queued_at: datetime,
        items: Iterable[tuple[UUID, Rank, str, Sealed]],
        adds_to: UUID | None = None,
    ) -> Entry:
        """Keep the case (part id, rank, media type and sealed bytes of each item): durable on return, or a fault.

        After a fault nothing of it is kept, and confirming again is safe.
        """
        given = list(items)
        with self._lock:
            require_room(self.folder, sum(len(sealed.content) for *_, sealed in given))
            for *_, sealed in given:
                write_durable(self.path_of(sealed.sha256), sealed.content)
            entry = Entry(
                case_id=case_id,
                patient_id=patient_id,
                sequence=self._next_sequence(),
                is_urgent=is_urgent,
                queued_at=queued_at,
                items=tuple(sql.item_made(*each) for each in given),
                adds_to=adds_to,
            )
            write_durable(self._manifest(case_id), msgspec.json.encode(entry))
            with transaction(self._database):
                self._insert(entry)
            return entry

    def next_task(self, *, urgent_only: bool = False, up_to: Rank = Rank.PHOTOGRAPH) -> Task | None:
        """What matters most of all that waits and has at most this rank, by `kiosk.spool.order`."""
        row = self._one(sql.NEXT_TASK, int(urgent_only), int(up_to))
        return sql.task_of(row) if row else None

    def cases_to_settle(self, *, urgent_only: bool = False) -> list[UUID]:
        """Cases whose every item has left, and of which no receipt holds everything yet."""
        return [UUID(row["case_id"]) for row in self._all(sql.TO_SETTLE, int(urgent_only))]

    def adds_to(self, case_id: UUID) -> UUID | None:
        """The case that an addition belongs to; None for a case."""
        row = self._one(sql.ADDS_TO, str(case_id))
        return UUID(row["adds_to"]) if row and row["adds_to"] else None

    def patient_of(self, case_id: UUID) -> UUID | None:
        """Whose case it is, while this kiosk still knows it."""
        row = self._one(sql.PATIENT_OF, str(case_id))
        return UUID(row["patient_id"]) if row else None

    def items_of(self, case_id: UUID) -> list[Item]:
        return [sql.item_of(row) for row in self._all(sql.ITEMS, str(case_id))]

    def read(self, item: Item, start: int = 0, length: int | None = None) -> bytes:
        """Sealed bytes of an item's file; PartLost where they are not there."""
        wanted = item.size_bytes - start if length is None else min(length, item.size_bytes - start)
        try:
            with self.path_of(item.sha256).open("rb") as file:
                file.seek(start)
                content = file.read(wanted)
        except OSError as error:
            raise PartLost(str(error)) from error
        if len(content) != wanted:
            raise PartLost(f"{item.sha256} is shorter than it was")
        return content

    def is_whole(self, item: Item) -> bool:
        """Whether the file still is what was sealed."""
        try:
            return hashlib.sha256(self.read(item)).hexdigest() == item.sha256
        except PartLost:
            return False

    def note_upload(self, task: Task, url: str, accepted_bytes: int) -> None:
        """Where the server takes the item and how much of it is there; kept before another byte goes."""
        self._write(sql.NOTE_UPLOAD, url, accepted_bytes, *sql.item_key(task.case_id, task.item))

    def mark_done(self, case_id: UUID, item: Item) -> None:
        """The server has all of the item."""
        self._write(sql.MARK_DONE, *sql.item_key(case_id, item))

    def send_again(self, case_id: UUID, plain_sha256: str) -> None:
        """The server's receipt says that this is absent after all."""
        self._write(sql.SEND_AGAIN, str(case_id), plain_sha256)

    def mark_sent(self, case_id: UUID, receipt: bytes, sent_at: datetime, trouble: str = "") -> None:
        """A believed receipt holds everything: the sealed files go, ids and receipt stay."""
        digests = [item.sha256 for item in self.items_of(case_id)]
        with self._lock, transaction(self._database):
            self._database.execute(sql.MARK_SENT, (receipt, sent_at.isoformat(), trouble, str(case_id)))
            for statement in sql.FORGET_OLD:
                self._database.execute(statement)
        # The manifest first: what has none is not taken up again were the database lost now.
        self._manifest(case_id).unlink(missing_ok=True)
        for digest in digests:
            self.path_of(digest).unlink(missing_ok=True)

    def mark_trouble(self, case_id: UUID, state: EntryState, trouble: str) -> None:
        """It does not go on by itself; everything of it stays."""
        self._write(sql.MARK_TROUBLE, state, trouble, str(case_id))

    def try_again(self, case_id: UUID) -> None:
        """A worker asks to send once more what was refused."""
        self.mark_trouble(case_id, EntryState.WAITING, "")

    def hurry(self, case_id: UUID) -> None:
        """Somebody waits for it now: it goes before all that is not urgent, and no setting of the link holds it up."""
        path = self._manifest(case_id)
        if (entry := _read_manifest(path)) is not None and not entry.is_urgent:
            write_durable(path, msgspec.json.encode(msgspec.structs.replace(entry, is_urgent=True)))
            self._write(sql.HURRY, str(case_id))

    def standings(self) -> list[Standing]:
        """Every case still known, the one that goes next first and those that were sent last."""
        return [sql.standing_of(row) for row in self._all(sql.STANDINGS)]

    def unsent_entries(self) -> list[Entry]:
        """The manifests of all that no receipt holds, in the order in which they are to go."""
        ids = [each.case_id for each in self.standings() if each.state is not EntryState.SENT]
        return [entry for case_id in ids if (entry := _read_manifest(self._manifest(case_id)))]

    def count_sent_bytes(self, day: str, sent_bytes: int) -> None:
        self._write(sql.COUNT_SENT, day, sent_bytes)

    def sent_bytes_of(self, day: str) -> int:
        row = self._one(sql.SENT_BYTES, day)
        return row["sent_bytes"] if row else 0

    def adopt_manifests(self) -> int:
        """Take into a new database what the manifests say was confirmed; how many cases that were."""
        paths = sorted((self.folder / CASES).glob("*.json"))
        entries = [entry for path in paths if (entry := _read_manifest(path))]
        with self._lock, transaction(self._database):
            for entry in sorted(entries, key=lambda each: each.sequence):
                self._insert(entry)
            last = max((entry.sequence for entry in entries), default=0)
            self._database.execute(sql.SET_SEQUENCE, (last,))
        return len(entries)

    def sweep(self) -> None:
        """Remove files that no row names: of cases never confirmed, or sent. While no other process confirms."""
        rows = self._all(sql.LIVING_FILES)
        named = {row["sha256"] for row in rows} | {f"{row['case_id']}.json" for row in rows}
        for folder in (PARTS, CASES):
            for path in (self.folder / folder).iterdir():
                if path.name not in named:
                    path.unlink(missing_ok=True)

    def path_of(self, sha256: str) -> Path:
        return self.folder / PARTS / sha256

    def _manifest(self, case_id: UUID) -> Path:
        return self.folder / CASES / f"{case_id}.json"

    def _next_sequence(self) -> int:
        with transaction(self._database):
            return int(self._database.execute(sql.NEXT_SEQUENCE).fetchone()["value"])

    def _insert(self, entry: Entry) -> None:
        self._database.execute(sql.INSERT_ENTRY, sql.entry_values(entry))
        self._database.executemany(sql.INSERT_ITEM, sql.item_values(entry))

    def _write(self, statement: str, *values: Any) -> None:
        with self._lock, transaction(self._database):
            self._database.execute(statement, values)

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._lock, telling_database():
            return self._database.execute(query, values).fetchall()

    def _one(self, query: str, *values: Any) -> Any:
        with self._lock, telling_database():
            return self._database.execute(query, values).fetchone()


def _read_manifest(path: Path) -> Entry | None:
    """None for one that the disk has lost: the rest goes on."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Entry)
    except (OSError, msgspec.MsgspecError):
        return None
