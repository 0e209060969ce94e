"""What a verification found, in plain words."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    EDITED = "edited"
    ADDED = "added"
    DELETED = "deleted"
    REORDERED = "reordered"
    REPEATED = "repeated"
    TRUNCATED = "truncated"
    FORKED = "forked"
    REWRITTEN = "rewritten"
    CHECKPOINT_MISSING = "checkpoint missing"
    FORGED = "forged"
    UNWITNESSED = "unwitnessed"
    DAMAGED = "damaged"
    FOREIGN = "foreign"


class Finding(msgspec.Struct, frozen=True):
    """`sentence` says what and where; `first` is the sequence of the event it begins at, 0 where there is none."""

    kind: Kind
    sentence: str
    first: int = 0


def events(first: int, last: int) -> str:
    return f"event {first}" if first == last else f"events {first} to {last}"
