"""Each way to tamper with an exported file is found and named."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import msgspec
import pytest

from server.contract.receipt import SigningKey
from server.core.audit.chain import ChainedEvent
from server.core.audit.checkpoints import sign
from server.core.audit.findings import Kind
from server.core.audit.statements import (
    Checkpoint,
    ExportClosed,
    ExportKey,
    ExportOpened,
    Line,
    digest,
    signed_bytes,
)
from server.core.keys import create_keys, load_keys
from server.core.keys.signing import Signer
from server.core.platform import Platform
from tests.core.audit.exporting import Exported, grow_and_export
from tests.core.audit.tampering import (
    checkpoints_of,
    closing_of,
    events_of,
    rechain,
    replace_event,
    retag,
)
from tests.support.platforms import FakeClock

Tamper = Callable[[list[Line]], list[Line]]
StatementT = TypeVar("StatementT", Checkpoint, ExportClosed)
replace = msgspec.structs.replace


@pytest.fixture
async def exported(sqlite_trail: Platform, clock: FakeClock, tmp_path: Path) -> Exported:
    return await grow_and_export(sqlite_trail, tmp_path / "log.jsonl", clock)


def _without(lines: list[Line], *sequences: int) -> list[Line]:
    return [line for line in lines if not (isinstance(line, ChainedEvent) and line.event.sequence in sequences)]


def _without_checkpoint(lines: list[Line], *numbers: int) -> list[Line]:
    return [line for line in lines if not (isinstance(line, Checkpoint) and line.number in numbers)]


def _edit(lines: list[Line]) -> list[Line]:
    return replace_event(lines, 6, retag)


def _edit_the_last(lines: list[Line]) -> list[Line]:
    return replace_event(lines, 13, retag)


def _edit_a_link(lines: list[Line]) -> list[Line]:
    return replace_event(lines, 6, lambda chained: replace(chained, chain="0" * 64))


def _edit_and_link_that_one_anew(lines: list[Line]) -> list[Line]:
    anew = {line.event.sequence: line for line in events_of(rechain(_edit(lines)))}
    return replace_event(lines, 6, lambda _: anew[6])


def _exchange_contents(lines: list[Line]) -> list[Line]:
    sixth, seventh = events_of(lines)[5:7]
    swapped = replace_event(lines, 6, lambda line: replace(line, event=replace(seventh.event, sequence=6)))
    return replace_event(swapped, 7, lambda line: replace(line, event=replace(sixth.event, sequence=7)))


def _exchange_lines(lines: list[Line]) -> list[Line]:
    place = lines.index(events_of(lines)[5])
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


def _reverse_all_events(lines: list[Line]) -> list[Line]:
    first = lines.index(events_of(lines)[0])
    return [*lines[:first], *lines[first:-1][::-1], lines[-1]]


def _repeat(lines: list[Line]) -> list[Line]:
    place = lines.index(events_of(lines)[5])
    return [*lines[:place], lines[place], *lines[place:]]


def _cut_events(lines: list[Line]) -> list[Line]:
    return _without(lines, 12, 13)


def _cut_events_and_their_checkpoints(lines: list[Line]) -> list[Line]:
    return _without_checkpoint(_without(lines, *range(9, 14)), 3, 4)


def _cut_the_end(lines: list[Line]) -> list[Line]:
    return lines[:-3]


def _cut_the_closing(lines: list[Line]) -> list[Line]:
    return lines[:-1]


def _append_linked_event(lines: list[Line]) -> list[Line]:
    return rechain([*lines[:-1], events_of(lines)[-1], lines[-1]])


def _alter_a_checkpoint(lines: list[Line]) -> list[Line]:
    last = checkpoints_of(lines)[-1]
    return [replace(line, key_id="") if line == last else line for line in lines]


def _alter_the_closing(lines: list[Line]) -> list[Line]:
    return [*lines[:-1], replace(closing_of(lines), exported_at=closing_of(lines).exported_at.replace(year=2030))]


def _insert_of_another_organisation(lines: list[Line]) -> list[Line]:
    return replace_event(lines, 6, lambda line: replace(line, event=replace(line.event, organisation_id=uuid4())))


def _name_another_organisation(lines: list[Line]) -> list[Line]:
    return [ExportOpened(organisation_id=uuid4()), *lines[1:]]


def _checkpoint_among_the_events(lines: list[Line]) -> list[Line]:
    last = checkpoints_of(lines)[-1]
    return [*[line for line in lines[:-1] if line != last], last, lines[-1]]


TAMPERED: list[tuple[Tamper, set[Kind]]] = [
    (_edit, {Kind.EDITED}),
    (_edit_the_last, {Kind.EDITED}),
    (_edit_a_link, {Kind.EDITED}),
    (_edit_and_link_that_one_anew, {Kind.EDITED}),
    (_exchange_contents, {Kind.EDITED}),
    (lambda lines: _without(lines, 6), {Kind.DELETED}),
    (lambda lines: _without(lines, 1, 2), {Kind.DELETED}),
    (lambda lines: _without(lines, 8), {Kind.DELETED}),
    (_exchange_lines, {Kind.REORDERED}),
    (_reverse_all_events, {Kind.REORDERED}),
    (_repeat, {Kind.REPEATED}),
    (_cut_events, {Kind.TRUNCATED}),
    (_cut_events_and_their_checkpoints, {Kind.TRUNCATED, Kind.CHECKPOINT_MISSING}),
    (_cut_the_end, {Kind.TRUNCATED}),
    (_cut_the_closing, {Kind.TRUNCATED}),
    (_append_linked_event, {Kind.ADDED}),
    (lambda lines: [*lines, lines[-1]], {Kind.DAMAGED}),
    (lambda lines: rechain(_edit(lines)), {Kind.REWRITTEN}),
    (lambda lines: rechain(_edit_the_last(lines)), {Kind.REWRITTEN}),
    (lambda lines: rechain(_without(lines, 6)), {Kind.REWRITTEN, Kind.TRUNCATED}),
    (lambda lines: rechain(_exchange_lines(lines)), {Kind.REWRITTEN}),
    (lambda lines: _without_checkpoint(lines, 2), {Kind.CHECKPOINT_MISSING}),
    (lambda lines: _without_checkpoint(lines, 1), {Kind.CHECKPOINT_MISSING}),
    (lambda lines: _without_checkpoint(lines, 4), {Kind.CHECKPOINT_MISSING}),
    (lambda lines: _without_checkpoint(lines, 1, 2, 3, 4), {Kind.CHECKPOINT_MISSING, Kind.UNWITNESSED}),
    (_alter_a_checkpoint, {Kind.FORGED, Kind.CHECKPOINT_MISSING}),
    (_alter_the_closing, {Kind.FORGED}),
    (_insert_of_another_organisation, {Kind.FOREIGN, Kind.EDITED}),
    (_name_another_organisation, {Kind.FOREIGN, Kind.EDITED}),
    (_checkpoint_among_the_events, {Kind.DAMAGED, Kind.CHECKPOINT_MISSING}),
]

PLACES: list[tuple[Tamper, str]] = [
    (_edit, "event 6 (case:never) does not match its link"),
    (lambda lines: _without(lines, 6), "event 6 missing between events 5 and 7: deleted"),
    (lambda lines: _without(lines, 1, 2), "events 1 to 2 missing at the beginning: deleted"),
    (_exchange_lines, "event 6 stands too late, on line 13"),
    (_cut_the_end, "the closing statement is missing: the export was cut off after event 11"),
]


@pytest.mark.parametrize("tamper, kinds", TAMPERED)
async def test_what_was_done_to_the_file_is_found(exported: Exported, tamper: Tamper, kinds: set[Kind]) -> None:
    assert exported.found() == set()
    exported.replace(tamper(exported.lines))
    assert exported.found() == kinds


@pytest.mark.parametrize("tamper, sentence", PLACES)
async def test_the_place_is_named(exported: Exported, tamper: Tamper, sentence: str) -> None:
    exported.replace(tamper(exported.lines))
    assert sentence in [finding.sentence for finding in exported.verify().findings]


async def test_a_rewrite_is_confined_between_checkpoints(exported: Exported) -> None:
    exported.replace(rechain(_edit(exported.lines)))
    (found, *_) = (found for found in exported.verify().findings if "checkpoint" in found.sentence)
    assert found.first == 5
    assert found.sentence.startswith("events 5 to 8 rewritten after signing: checkpoint 2 of ")


async def test_an_edited_link_is_one_finding(exported: Exported) -> None:
    """What follows is right by what the link should have been, and is not accused."""
    exported.replace(_edit_a_link(exported.lines))
    assert [finding.first for finding in exported.verify().findings] == [6]


async def test_a_rewrite_behind_the_last_checkpoint_is_found_by_the_closing(exported: Exported) -> None:
    """An export may end behind its last checkpoint, when another worker chained more in between."""
    *kept, _ = checkpoints_of(exported.lines)
    closed = replace(closing_of(exported.lines), checkpoints=len(kept), last_checkpoint=digest(kept[-1]))
    exported.replace([*_without_checkpoint(exported.lines, 4)[:-1], sign(closed)])
    assert exported.found() == set()
    exported.replace(rechain(_edit_the_last(exported.lines)))
    assert exported.found() == {Kind.REWRITTEN}


async def test_a_cut_in_the_middle_of_a_line_is_found(exported: Exported) -> None:
    exported.path.write_bytes(exported.path.read_bytes()[:-40])
    assert exported.found() == {Kind.DAMAGED, Kind.TRUNCATED}


async def test_a_line_that_says_two_things_is_found(exported: Exported) -> None:
    """JSON's parsers differ in which of two equal names they read."""
    content = exported.path.read_bytes()
    exported.path.write_bytes(content.replace(b'"tag":"case:read"', b'"tag":"case:never","tag":"case:read"', 1))
    assert Kind.DAMAGED in exported.found()


async def test_signatures_of_a_stranger_are_found(exported: Exported, tmp_path: Path) -> None:
    """Everything rewritten and signed anew, with a key of one's own that the export offers."""
    create_keys(tmp_path / "stranger")
    stranger = load_keys(tmp_path / "stranger").audit
    lines = rechain(_edit(exported.lines))
    exported.replace(_sign_all_anew(lines, stranger, stranger.public()[0]))
    assert exported.found() == {Kind.FORGED}


def _sign_all_anew(lines: list[Line], signer: Signer, key: SigningKey) -> list[Line]:
    heads = {line.event.sequence: line.chain for line in events_of(lines)}
    checkpoints: list[Checkpoint] = []
    for old in checkpoints_of(lines):
        previous = digest(checkpoints[-1]) if checkpoints else ""
        checkpoints.append(_signed(replace(old, head=heads[old.sequence], previous=previous), signer))
    closed = replace(closing_of(lines), head=heads[13], last_checkpoint=digest(checkpoints[-1]))
    return [lines[0], ExportKey(key=key), *checkpoints, *events_of(lines), _signed(closed, signer)]


def _signed(statement: StatementT, signer: Signer) -> StatementT:
    key_id, signature = signer.sign(signed_bytes(statement))
    return replace(statement, key_id=key_id, signature=signature)


async def test_a_fork_is_found(exported: Exported) -> None:
    """The platform's own key signed two logs: a database restored from a backup went on beside the first."""
    second = checkpoints_of(exported.lines)[1]
    lines, place = exported.lines, exported.lines.index(second)
    same_number = sign(replace(second, sequence=7, events=7, head=events_of(lines)[6].chain))
    same_sequence = sign(replace(second, number=9, head="0" * 64))
    for other in (same_number, same_sequence):
        exported.replace([*lines[: place + 1], other, *lines[place + 1 :]])
        assert Kind.FORKED in exported.found()


async def test_checkpoints_of_two_successions_are_told_apart(exported: Exported) -> None:
    """Signed by the right key and numbered well, yet not the one that the next was signed after."""
    second = checkpoints_of(exported.lines)[1]
    other = sign(replace(second, previous="0" * 64))
    exported.replace([other if line == second else line for line in exported.lines])
    assert exported.found() == {Kind.CHECKPOINT_MISSING}


async def test_reading_stops_where_nothing_can_be_trusted(exported: Exported) -> None:
    exported.replace([*exported.lines[:-1], *([events_of(exported.lines)[0]] * 2000), exported.lines[-1]])
    assert len(exported.verify().findings) < 1010
