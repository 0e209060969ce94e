"""One object that holds every rendition of a photograph, laid out so that one of them is one range read.

Layout, all integers unsigned and big endian:

    offset  bytes  what
    0       8      magic, `CFRYPAK1`
    8       4      length of the index in bytes
    12      n      index: UTF-8 JSON, an array of `[name, offset, length, mediaType]` in ascending offset
    12+n    …      the entries' bytes, back to back

Offsets count from the start of the object, so a store serves an entry with nothing but the index row.
Names are unique, at most 120 characters of letters, digits, `.`, `_`, `-` and `/`.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

MAGIC = b"CFRYPAK1"
PREAMBLE_BYTES = len(MAGIC) + 4
_NAME = re.compile(r"[A-Za-z0-9._/-]{1,120}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_INDEX_BYTES_MAX = 4 * 1024 * 1024


class PackInvalid(ValueError):
    """The bytes are not a pack, or an index row points outside of it."""


class Entry(NamedTuple):
    """One index row: where in the object the bytes lie."""

    name: str
    offset: int
    length: int
    media_type: str


class Part(NamedTuple):
    """One thing to be packed."""

    name: str
    media_type: str
    content: memoryview


Index = tuple[Entry, ...]


def write_pack(parts: Sequence[Part]) -> tuple[Index, list[memoryview]]:
    """The index, and the object as buffers to be written one after another (nothing is copied).

    Raises `PackInvalid` on a bad or repeated name.
    """
    offset = 0
    relative: list[Entry] = []
    for part in parts:
        relative.append(Entry(part.name, offset, part.content.nbytes, part.media_type))
        offset += part.content.nbytes
    index, head = _settle(relative)
    _check(index, len(head) + offset)
    return index, [memoryview(head), *(part.content for part in parts)]


def read_index(packed: bytes) -> Index:
    """The index of `packed`, which may be only the beginning of an object as long as the index is whole.

    Raises `PackInvalid` where anything is out of order: the bytes come out of the sandbox and are not
    trusted.
    """
    start, length = PREAMBLE_BYTES, int.from_bytes(packed[len(MAGIC) : PREAMBLE_BYTES])
    if packed[: len(MAGIC)] != MAGIC or length > _INDEX_BYTES_MAX or len(packed) < start + length:
        raise PackInvalid("not a pack, or cut off within its index")
    try:
        rows: Any = json.loads(packed[start : start + length])
    except (ValueError, RecursionError) as error:
        raise PackInvalid("the index is not JSON") from error
    index = tuple(_read_rows(rows))
    _check(index, None)
    if index and index[0].offset != start + length:
        raise PackInvalid("the first entry does not follow the index")
    return index


def slice_of(index: Index, name: str) -> tuple[int, int]:
    """Offset and length of the entry, for a range read. Raises `KeyError` where there is no such entry."""
    for entry in index:
        if entry.name == name:
            return entry.offset, entry.length
    raise KeyError(name)


def total_bytes(index: Index) -> int:
    """Length of the whole object."""
    return index[-1].offset + index[-1].length


def _settle(relative: list[Entry]) -> tuple[Index, bytes]:
    """Shift offsets behind the preamble and the index, whose own length depends on how they are written."""
    shift = PREAMBLE_BYTES
    while True:
        index = tuple(entry._replace(offset=entry.offset + shift) for entry in relative)
        rows = json.dumps(index, separators=(",", ":")).encode()
        if PREAMBLE_BYTES + len(rows) == shift:
            return index, MAGIC + len(rows).to_bytes(4) + rows
        shift = PREAMBLE_BYTES + len(rows)


def _read_rows(rows: Any) -> Iterable[Entry]:
    if not isinstance(rows, list):
        raise PackInvalid("the index is not an array")
    for row in cast("list[Any]", rows):
        match row:
            case [str(name), int(offset), int(length), str(media_type)]:
                yield Entry(name, offset, length, media_type)
            case _:
                raise PackInvalid("an index row has another shape")


def _check(index: Index, size_bytes: int | None) -> None:
    names = {entry.name for entry in index}
    if not index or len(names) != len(index):
        raise PackInvalid("the index is empty or repeats a name")
    at = index[0].offset
    for entry in index:
        if not _NAME.fullmatch(entry.name) or not _MEDIA_TYPE.fullmatch(entry.media_type):
            raise PackInvalid("a name or media type has characters that are not allowed")
        if entry.offset != at or entry.length < 0:
            raise PackInvalid("entries overlap or leave gaps")
        at += entry.length
    if size_bytes is not None and at != size_bytes:
        raise PackInvalid("the entries do not fill the object")
