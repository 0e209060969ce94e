"""Takes in a bundle from a kiosk's stick: each case once, however often it is brought and by whichever way it came."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from server.cases.service.submission import submit_case
from server.contract.bundle import BundleCase, BundleItem, read_head
from server.contract.sealing import Malformed
from server.core.access import Actor
from server.core.faults import BadInput, Fault
from server.core.sealed import SealedUnreadable, open_submission
from server.intake import service as intake


class TakenIn(msgspec.Struct, kw_only=True):
    """What came of a bundle; a refused case is told with its reason and stays in the kiosk."""

    cases: int = 0
    photographs: int = 0
    refused: list[tuple[UUID, str]] = []


class NoBundle(BadInput):
    code = "no-bundle"
    title = "This file is no bundle of a kiosk, or only the beginning of one"
    next_step = "Export the bundle again at the kiosk; it is kept there until the server has everything."


Read = Callable[[BundleItem, int, int], bytes]


async def take_in_bundle(actor: Actor, path: Path) -> TakenIn:
    """Everything that the server does not have yet, in the name of `actor`; NoBundle before anything is taken."""
    taken = TakenIn()
    with path.open("rb") as file:
        try:
            bundle = read_head(file)
        except Malformed as error:
            raise NoBundle(inside=str(error)) from error
        read = _reader(file, [item for case in bundle.cases for item in case.items], os.fstat(file.fileno()).st_size)
        for case in bundle.cases:
            try:
                await _take_in(actor, case, read, taken)
            except Fault as fault:
                taken.refused.append((case.case_id, f"{fault.title}. {fault.told()}".strip()))
    return taken


def _reader(file: BinaryIO, items: list[BundleItem], size_bytes: int) -> Read:
    """Reads an item's sealed bytes from where they lie; NoBundle unless all of them are there."""
    starts: dict[str, int] = {}
    at = file.tell()
    for item in items:
        starts[item.sha256] = at
        at += item.size_bytes
    if at != size_bytes:
        raise NoBundle(inside=f"{size_bytes} bytes where {at} were listed")

    def read(item: BundleItem, offset: int, most: int) -> bytes:
        file.seek(starts[item.sha256] + offset)
        return file.read(max(0, min(most, item.size_bytes - offset)))

    return read


async def _take_in(actor: Actor, case: BundleCase, read: Read, taken: TakenIn) -> None:
    absent: frozenset[str] = frozenset()
    for item in case.items:
        match item.kind:
            case "registration":
                _, body = open_submission(read(item, 0, item.size_bytes))
                await intake.register_from_kiosk(actor, body)
            case "contract":
                sealed_under, body = open_submission(read(item, 0, item.size_bytes))
                if sealed_under != case.case_id:
                    raise SealedUnreadable(inside="it was sealed under another case")
                absent = frozenset((await submit_case(actor, body)).absent)
                taken.cases += 1
            case "photograph":
                # The first receipt says what was absent then; an upload that is here already costs nothing.
                if item.plain_sha256 in absent:
                    await intake.take_upload(actor, _declared(case, item), _of(item, read))
                    taken.photographs += 1


def _of(item: BundleItem, read: Read) -> Callable[[int, int], bytes]:
    return lambda offset, most: read(item, offset, most)


def _declared(case: BundleCase, item: BundleItem) -> intake.NewUpload:
    return intake.NewUpload(
        case_id=case.case_id,
        patient_id=case.patient_id,
        part_id=item.part_id,
        sha256=item.sha256,
        media_type=item.media_type,
        length_bytes=item.size_bytes,
        metadata="",
        plain_sha256=item.plain_sha256,
    )
