"""Keeps what happened as names and numbers, and packs it for an administrator: no field has room for words."""

import gzip
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.spool.files import make_folder
from server.contract.fleet import MAX_LOG_BYTES, MAX_LOG_UNPACKED_BYTES, LogLine

LOG = "log"
NOW, BEFORE = "events.jsonl", "events.before.jsonl"
TURN_AT_BYTES = 2 * 1024 * 1024
"""Two of them are weeks of a kiosk, and well below what a bundle may unpack to."""
Level = Literal["debug", "info", "warning", "error"]
_lines = msgspec.json.Decoder(LogLine)


class Logbook:
    """Each process of the kiosk has its own; a line is one write at the end of the file they share."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder / LOG
        self._clock = clock

    def note(
        self,
        event: str,
        level: Level = "info",
        *,
        module: str | None = None,
        error: BaseException | None = None,
        **numbers: float,
    ) -> None:
        """Write it down; of an error its class alone. A disk that takes nothing keeps no log and stops no kiosk."""
        kind = type(error).__name__ if error is not None else None
        line = LogLine(at=self._clock(), level=level, event=event, module=module, error=kind, numbers=dict(numbers))
        with suppress(OSError):
            make_folder(self._folder)
            path = self._folder / NOW
            if path.exists() and path.stat().st_size > TURN_AT_BYTES:
                path.replace(self._folder / BEFORE)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(msgspec.json.encode(line) + b"\n")

    def pack(self) -> bytes:
        """The bundle: whatever is no line of the contract is left out, and then the oldest until it fits."""
        lines = [line for name in (BEFORE, NOW) for line in self._read(name) if _is_allowed(line)]
        while True:
            content = b"".join(line + b"\n" for line in lines)
            packed = gzip.compress(content, mtime=0)
            if len(packed) <= MAX_LOG_BYTES and len(content) <= MAX_LOG_UNPACKED_BYTES:
                return packed
            del lines[: max(1, len(lines) // 4)]

    def _read(self, name: str) -> list[bytes]:
        """A line that a power cut broke off is no line."""
        try:
            return (self._folder / name).read_bytes().split(b"\n")[:-1]
        except OSError:
            return []


def _is_allowed(line: bytes) -> bool:
    try:
        _lines.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True
