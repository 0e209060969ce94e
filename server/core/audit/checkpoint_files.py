"""Reads checkpoints from the folder outside the database: a file for each organisation, a line for each."""

from pathlib import Path
from uuid import UUID

import msgspec

from server.core.audit.statements import Checkpoint

SUFFIX = ".jsonl"


class CheckpointsUnreadable(Exception):
    """A line of a checkpoint file is not a checkpoint; the message names the file and the line."""


def checkpoint_file(folder: Path, organisation_id: UUID) -> Path:
    return folder / f"{organisation_id}{SUFFIX}"


def read_checkpoints(folder: Path, organisation_id: UUID) -> list[Checkpoint]:
    """The organisation's checkpoints, oldest first; what an interrupted append left at the end is not one."""
    path = checkpoint_file(folder, organisation_id)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    return [decode_checkpoint(line, path, str(number)) for number, line in enumerate(whole.splitlines(), 1)]


def decode_checkpoint(line: bytes, path: Path, which: str) -> Checkpoint:
    """The checkpoint on that line; CheckpointsUnreadable naming the file and `which` line otherwise."""
    try:
        return msgspec.json.decode(line, type=Checkpoint)
    except msgspec.DecodeError as error:
        raise CheckpointsUnreadable(f"{path}, line {which}: {error}") from error
