"""Ids and secrets: time-ordered UUIDs for rows, unguessable tokens for addresses and links."""

import secrets
import time
from threading import Lock
from uuid import UUID


class _Ticks:
    """The 60 bits of an id that order it: milliseconds, and their 4096ths (RFC 9562, 6.2, method 3)."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = Lock()

    def next(self) -> int:
        """Later than every one before, also where the clock stands or was set back."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() * 4096 // 1_000_000)
            return self._last


_ticks = _Ticks()


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562, 5.7): in a process each sorts after the one before, so index pages stay warm."""
    milliseconds, fraction = divmod(_ticks.next(), 4096)
    value = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def new_token() -> str:
    """An unguessable URL-safe token of 256 bits."""
    return secrets.token_urlsafe(32)
