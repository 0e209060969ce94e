"""What the spool holds: cases with their sealed items, in the order in which they matter."""

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

import msgspec


class Rank(IntEnum):
    """Within a case what is small and lets triage begin goes first."""

    REGISTRATION = 0
    """Of a patient whom the server does not know yet: without it the case is refused."""
    CONTRACT = 1
    """The submission, with vitals and answers in it; of an addition, what says what is added."""
    SMALL_PREVIEW = 2
    """Of every photograph, so that somebody can see what it is about."""
    LARGE_PREVIEW = 3
    PHOTOGRAPH = 4

    @property
    def is_preview(self) -> bool:
        """Made from a photograph, and of no use once that is there: nothing is lost with it."""
        return self in {Rank.SMALL_PREVIEW, Rank.LARGE_PREVIEW}


class EntryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    """A signed receipt holds everything."""
    REFUSED = "refused"
    """The server will not take it as it is; it stays here, sealed, and a worker is told."""
    DAMAGED = "damaged"
    """The disk has lost a part of it; a worker is told."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something sealed that travels by itself. Digests and sizes are all that this machine can still know of it."""

    part_id: UUID
    rank: Rank
    sha256: str
    """Of the ciphertext, which is also its file's name."""
    size_bytes: int
    plain_sha256: str
    media_type: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed case. `sequence` alone decides the order: clocks jump, and `queued_at` is only shown.

    An addition to a case that was submitted before, such as a still of a call, has an id of its own as `case_id`, and
    `adds_to` is the case.
    """

    case_id: UUID
    patient_id: UUID
    sequence: int
    is_urgent: bool
    queued_at: datetime
    items: tuple[Item, ...]
    adds_to: UUID | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.case_id)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a case is, for the screen: nothing of it says who or what it is about."""

    case_id: UUID
    is_urgent: bool
    queued_at: datetime
    state: EntryState
    total_bytes: int
    accepted_bytes: int
    trouble: str
    sent_at: datetime | None

    @property
    def reference(self) -> str:
        return reference_of(self.case_id)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The item that matters most now, with how far it has come; `adds_to` as in `Entry`."""

    case_id: UUID
    patient_id: UUID
    is_urgent: bool
    item: Item
    upload_url: str
    accepted_bytes: int
    adds_to: UUID | None = None

    @property
    def belongs_to(self) -> UUID:
        """The case, as the server knows it."""
        return self.adds_to or self.case_id


def reference_of(case_id: UUID) -> str:
    """What a worker can write on the patient's card: six characters that tell cases of one kiosk apart."""
    return case_id.hex[-6:].upper()
