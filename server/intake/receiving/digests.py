"""Keeps the SHA-256 of unfinished uploads running from one request to the next, where the process stays the same."""

import hashlib
from collections import OrderedDict
from typing import Protocol
from uuid import UUID

MOST_KEPT = 1024


class Digest(Protocol):
    """What hashlib's objects do."""

    def update(self, data: "bytes | bytearray | memoryview", /) -> None: ...

    def digest(self) -> bytes: ...

    def hexdigest(self) -> str: ...


class RunningDigests:
    """An optimisation only: a digest that is not here is computed from the stored pieces."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, tuple[int, Digest]] = OrderedDict()

    def take(self, upload_id: UUID, offset: int) -> Digest | None:
        """The digest of the upload's first `offset` bytes, or None if it is not known; its taker updates it."""
        if offset == 0:
            return hashlib.sha256()
        at, digest = self._kept.pop(upload_id, (-1, None))
        return digest if at == offset else None

    def keep(self, upload_id: UUID, offset: int, digest: Digest) -> None:
        self._kept[upload_id] = (offset, digest)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
