"""Verifies an exported log offline: it needs the export and a public key, no database and no settings."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from server.contract.receipt import SigningKey
from server.core.audit.checkpoint_files import read_checkpoints
from server.core.audit.export_lines import ExportRead, read_opening
from server.core.audit.findings import Finding, Kind, events
from server.core.audit.statements import Checkpoint, ExportClosed, digest
from server.core.audit.walk import Walk
from server.core.audit.witnesses import check_succession, find_forks, is_signed, trusted_keys


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`findings` is empty for an export that holds all that was recorded up to `closed.exported_at`, unchanged."""

    organisation_id: UUID
    events: int
    checkpoints: tuple[Checkpoint, ...]
    closed: ExportClosed | None
    findings: tuple[Finding, ...]

    @property
    def is_intact(self) -> bool:
        return not self.findings


def verify(file: BinaryIO, given: Sequence[SigningKey], folder: Path | None = None) -> Report:
    """Check every event, link, checkpoint and signature of an export; NotAnExport if it is none.

    `given` are the public keys that are trusted beforehand. With the `folder` of checkpoints a log is found out
    that was rewritten together with the checkpoints that the export lists.
    """
    opened = read_opening(file)
    outside = None if folder is None else read_checkpoints(folder, opened.organisation_id)
    export = ExportRead(file, outside or (), opened)
    keys = trusted_keys(given, export.keys)
    known = _merge(export.checkpoints, outside or ())
    findings = [
        *export.walk.finish(),
        *export.damages,
        *_judge_closing(export, keys),
        *check_succession("in the export", export.checkpoints, keys),
        *_judge_outside(export, outside, keys),
        *find_forks(known),
        *_judge_witnesses(export, known),
    ]
    return Report(
        organisation_id=opened.organisation_id,
        events=export.walk.count,
        checkpoints=tuple(known),
        closed=export.closed,
        findings=tuple(findings),
    )


def _merge(listed: Sequence[Checkpoint], outside: Sequence[Checkpoint]) -> list[Checkpoint]:
    once = {digest(checkpoint): checkpoint for checkpoint in (*listed, *outside)}
    return sorted(once.values(), key=lambda checkpoint: (checkpoint.sequence, checkpoint.number))


def _judge_closing(export: ExportRead, keys: dict[str, str]) -> Iterator[Finding]:
    """Compare what there is with what the closing statement says there was."""
    closed, walk = export.closed, export.walk
    if closed is None:
        sentence = f"the closing statement is missing: the export was cut off after event {walk.last}"
        yield Finding(Kind.TRUNCATED, sentence, walk.last + 1)
        return
    if not is_signed(closed, keys):
        yield Finding(Kind.FORGED, "the closing statement is not signed by a key that the given one vouches for")
    if walk.last < closed.sequence:
        missing = events(walk.last + 1, closed.sequence)
        yield Finding(Kind.TRUNCATED, f"{missing} missing at the end: cut off", walk.last + 1)
    elif walk.last > closed.sequence:
        added = events(closed.sequence + 1, walk.last)
        yield Finding(Kind.ADDED, f"{added} added after the export was signed", closed.sequence + 1)
    elif walk.head != closed.head:
        yield Finding(Kind.REWRITTEN, "the log ends in another head than when the export was signed")
    if closed.last_checkpoint != (digest(export.checkpoints[-1]) if export.checkpoints else ""):
        yield Finding(
            Kind.CHECKPOINT_MISSING,
            f"the export was signed with {closed.checkpoints} checkpoints and lists {len(export.checkpoints)}, "
            "the last of them another",
        )


def _judge_outside(export: ExportRead, outside: Sequence[Checkpoint] | None, keys: dict[str, str]) -> Iterator[Finding]:
    if outside is None:
        return
    yield from check_succession("in the checkpoint folder", outside, keys)
    newest = outside[-1].number if outside else 0
    listed = export.checkpoints[-1].number if export.checkpoints else 0
    if newest < listed:
        sentence = f"the checkpoint folder ends at number {newest}, the export lists up to number {listed}"
        yield Finding(Kind.CHECKPOINT_MISSING, sentence)


def _judge_witnesses(export: ExportRead, known: Sequence[Checkpoint]) -> Iterator[Finding]:
    """Compare the chain with every checkpoint that speaks of it."""
    walk = export.walk
    if not known:
        yield Finding(Kind.UNWITNESSED, "no signed checkpoint vouches for the log: it may have been rewritten")
        return
    for checkpoint in known:
        if checkpoint.events != checkpoint.sequence:
            sentence = f"checkpoint {checkpoint.number} counted {checkpoint.events} events at {checkpoint.sequence}"
            yield Finding(Kind.DELETED, f"{sentence}: some were deleted before it was signed")
    yield from _cut(export, known)
    yield from _rewritten(walk, known)


def _cut(export: ExportRead, known: Sequence[Checkpoint]) -> Iterator[Finding]:
    """Events that a checkpoint vouches for and the export lacks, unless they came after the export was made."""
    made_at = export.closed.exported_at if export.closed else None
    beyond = [
        checkpoint
        for checkpoint in known
        if checkpoint.sequence > export.walk.last and (made_at is None or checkpoint.signed_at <= made_at)
    ]
    if beyond:
        last = beyond[-1]
        missing = events(export.walk.last + 1, last.sequence)
        sentence = f"{missing} missing at the end: checkpoint {last.number} of {last.signed_at} counts them"
        yield Finding(Kind.TRUNCATED, sentence, export.walk.last + 1)


def _rewritten(walk: Walk, known: Sequence[Checkpoint]) -> Iterator[Finding]:
    """The first stretch whose chain holds in itself and is not the one that was signed."""
    agreed = 0
    for checkpoint in known:
        head = walk.heads.get(checkpoint.sequence, checkpoint.head)
        if head == checkpoint.head:
            agreed = checkpoint.sequence
            continue
        stretch = f"{events(agreed + 1, checkpoint.sequence)} rewritten after signing"
        whole = " (no checkpoint agrees: the whole log)" if not agreed else ""
        signed = f"checkpoint {checkpoint.number} of {checkpoint.signed_at} has another head"
        yield Finding(Kind.REWRITTEN, f"{stretch}{whole}: {signed}", agreed + 1)
        return
