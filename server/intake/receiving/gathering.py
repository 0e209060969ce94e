"""Gathers arriving bytes into pieces, so that slow links move on and the number of pieces stays bounded."""

import msgspec

SMALL_PIECE_BYTES = 128 * 1024
"""A smaller last piece is not followed by another but replaced by a longer one, however often the link dies."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """One piece as it is to be stored: `data` begins at `start` of the upload.

    If `settled` is not 0, so many of its first bytes are all that the last stored piece holds, which it replaces.
    """

    start: int
    data: bytearray
    settled: int

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    @property
    def fresh(self) -> memoryview:
        """The bytes that no stored piece holds yet."""
        return memoryview(self.data)[self.settled :]


class Gathering:
    """The bytes of one upload from `start` on that are not yet cut into a piece."""

    def __init__(self, start: int, small_tail: bytes = b"") -> None:
        """`small_tail` is the content of the last stored piece, if that is to be made longer; `start` is its start."""
        self._start = start
        self._data = bytearray(small_tail)
        self._settled = len(small_tail)

    def __len__(self) -> int:
        return len(self._data)

    @property
    def end(self) -> int:
        return self._start + len(self._data)

    @property
    def has_fresh(self) -> bool:
        return len(self._data) > self._settled

    def add(self, chunk: bytes) -> None:
        self._data += chunk

    def cut(self) -> Cut:
        """What has been gathered, as a piece; if it is small it is gathered on, to be replaced by a longer one."""
        cut = Cut(start=self._start, data=self._data, settled=self._settled)
        if len(self._data) < SMALL_PIECE_BYTES:
            self._data, self._settled = bytearray(cut.data), len(cut.data)
        else:
            self._start, self._data, self._settled = cut.end, bytearray(), 0
        return cut
