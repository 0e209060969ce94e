"""The port every object store implements, its keys and its faults."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

import msgspec

from server.core.faults import Conflict, Fault

MAX_KEY_CHARS = 512
MAX_SEGMENT_CHARS = 200
_SEGMENT = rf"[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{MAX_SEGMENT_CHARS - 1}}}"
_KEY = re.compile(rf"(?:{_SEGMENT}/)*{_SEGMENT}")

Data = bytes | bytearray | memoryview


class BadObjectKey(ValueError):
    """The key is not made of short segments of letters, digits, `.`, `_` and `-`, none of them beginning with a dot."""


class ObjectMissing(Fault):
    """There is no such object."""

    status = 500
    code = "object-missing"
    title = "A stored file could not be found"
    next_step = "Tell an administrator; the record names the file that is missing."


class ObjectExists(Conflict):
    """The key holds other content: objects are written once."""

    code = "object-exists"
    title = "Something else is already stored there"


class ObjectInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing tells of an object; `stored_at` is by the store's own clock."""

    key: str
    size_bytes: int
    stored_at: datetime


class ObjectStore(Protocol):
    """Sealed bytes under write-once keys. Methods raise Unavailable when the store does not answer in time."""

    async def put(self, key: str, data: Data) -> None:
        """Store `data`; it is durable on return.

        A key that already holds as many bytes is left as it is (sealing the same content twice differs in bytes,
        never in length); with another size ObjectExists. StorageFull when there is no room: nothing is kept.
        """
        ...

    async def require_room(self, size_bytes: int) -> None:
        """StorageFull if it is known already that so many bytes more would find no room."""
        ...

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """The bytes from `start`: `length` (1 or more) of them, fewer or none where the object ends; ObjectMissing."""
        ...

    async def size(self, key: str) -> int | None:
        """How many bytes the object has; None if there is none."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """Every object whose key begins with `prefix`, in an order that is the store's own."""
        ...

    async def close(self) -> None:
        """Give back connections; the store is not used afterwards."""
        ...


def check_key(key: str) -> str:
    """The key itself; BadObjectKey if it could name something outside the store."""
    if len(key) > MAX_KEY_CHARS or _KEY.fullmatch(key) is None:
        raise BadObjectKey(f"not an object key: {key!r}")
    return key
