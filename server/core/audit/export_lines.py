"""Reads the lines of an export in their order; events are walked as they come and not kept."""

from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from server.contract.receipt import SigningKey
from server.core.audit.chain import ChainedEvent
from server.core.audit.findings import Finding, Kind
from server.core.audit.statements import (
    EXPORT_SCHEMA,
    Checkpoint,
    ExportClosed,
    ExportKey,
    ExportOpened,
    Line,
)
from server.core.audit.walk import Walk

MAX_LINE_BYTES = 64 * 1024
MAX_FINDINGS = 1000
"""After as many the rest is not read: the export is worthless, and what is kept of it must be bounded."""
ORDER = (ExportOpened, ExportKey, Checkpoint, ChainedEvent, ExportClosed)

_decoder = msgspec.json.Decoder(Line)


class NotAnExport(Exception):
    """The file does not begin like an export: there is nothing to verify."""


class ExportRead:
    """What an export says: `walk` has seen its events; `damages` are lines that say nothing, or in the wrong place."""

    def __init__(self, file: BinaryIO, outside: Iterable[Checkpoint], opened: ExportOpened) -> None:
        self.opened = opened
        self.keys: list[SigningKey] = []
        self.checkpoints: list[Checkpoint] = []
        self.closed: ExportClosed | None = None
        self.damages: list[Finding] = []
        self._wanted = {checkpoint.sequence for checkpoint in outside}
        self.walk = Walk(opened.organisation_id, self._wanted)
        self._read(file)

    def _read(self, file: BinaryIO) -> None:
        reached = 0
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b""), 2):
            line = _decode(raw)
            rank = ORDER.index(type(line)) if line else reached
            if line is None or rank < reached or self.closed:
                self._damage(number, "cannot be read" if line is None else "stands where it may not")
            else:
                self._take(number, line)
                reached = rank
            if len(self.damages) + len(self.walk.findings) >= MAX_FINDINGS:
                self._damage(number, f"is where reading stopped, after {MAX_FINDINGS} findings")
                return

    def _take(self, number: int, line: Line) -> None:
        match line:
            case ChainedEvent():
                self.walk.see(number, line)
            case Checkpoint():
                self.checkpoints.append(line)
                self._wanted.add(line.sequence)
            case ExportKey():
                self.keys.append(line.key)
            case ExportClosed():
                self.closed = line
            case ExportOpened():
                raise NotAnExport("it begins twice")

    def _damage(self, number: int, what: str) -> None:
        self.damages.append(Finding(Kind.DAMAGED, f"line {number} {what}"))


def read_opening(file: BinaryIO) -> ExportOpened:
    """The first line, which the rest is read after; NotAnExport if it is another."""
    line = _decode(file.readline(MAX_LINE_BYTES))
    if not isinstance(line, ExportOpened) or line.schema != EXPORT_SCHEMA:
        raise NotAnExport(f"the first line does not say that this is a {EXPORT_SCHEMA}")
    return line


def _decode(raw: bytes) -> Line | None:
    """The line, or None unless it is written exactly as the export writes it: the reader sees what is verified."""
    try:
        line = _decoder.decode(raw)
    except msgspec.DecodeError:
        return None
    return line if msgspec.json.encode(line) + b"\n" == raw else None
